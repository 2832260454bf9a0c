import type { JsonValue } from '../../model/json.ts';
import { isId, isText, objectOf } from './shape.ts';

/**
 * Recovery links and codes for an identity. Links and codes let their holder in: keep them out of logs, or in a `Sensitive`.
 *
 * Sources: ory/kratos selfservice/strategy/link/strategy_recovery.go, selfservice/strategy/code/strategy_recovery_admin.go,
 * spec/api.json.
 */

/** `POST recovery/link`. What it does not know the server drops silently. */
export type CreateRecoveryLinkBody = {
  /** UUID of an identity. One that is not there is 404 up to v0.8, 400 later; up to v0.8 one without a recovery address is 400. */
  readonly identity_id: string;
  /**
   * Go duration (`1h`, `1h30m`, `1.5h`, `300ms`): no days, no bare number, and neither zero nor less (all 400). Absent or
   * empty: what the server is configured for.
   */
  readonly expires_in?: string;
};

/** `POST recovery/code`, since v0.11. What it does not know the server drops silently. */
export type CreateRecoveryCodeBody = {
  /** UUID of an identity; 404 for one that is not there. */
  readonly identity_id: string;
  /** As for links. */
  readonly expires_in?: string;
  /** Kind of flow the code is for; `browser` when absent. Since v1.2; dropped silently before, which makes it `browser`. */
  readonly flow_type?: 'api' | 'browser';
};

/** 200 of `POST recovery/link`. */
export type RecoveryLink = {
  /** Absolute URL below the public base URL, with `flow` and `token` in its query: whoever opens it is in. Single use. */
  readonly recovery_link: string;
  /** RFC 3339. The spec says optional; the wire has it in every version. */
  readonly expires_at?: string;
};

/** 201 of `POST recovery/code`, since v0.11. */
export type RecoveryCode = {
  /** URL of the recovery page with `flow` in its query; asks for the code, so that it is worth nothing without. */
  readonly recovery_link: string;
  /** Digits: whoever types them in that flow is in. Single use. */
  readonly recovery_code: string;
  /** RFC 3339. The spec says optional; the wire has it in every version. */
  readonly expires_at?: string;
};

const isRecoveryLink = objectOf<RecoveryLink>({ recovery_link: isId }, { expires_at: isText });
const isRecoveryCode = objectOf<RecoveryCode>(
  { recovery_link: isId, recovery_code: isId },
  { expires_at: isText },
);

export function readRecoveryLink(body: JsonValue | undefined): RecoveryLink | undefined {
  return isRecoveryLink(body) ? body : undefined;
}

export function readRecoveryCode(body: JsonValue | undefined): RecoveryCode | undefined {
  return isRecoveryCode(body) ? body : undefined;
}
