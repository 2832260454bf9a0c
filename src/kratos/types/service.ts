import type { JsonValue } from '../../model/json.ts';
import { isText, objectOf, oneOf } from './shape.ts';

/**
 * What the service says of itself.
 *
 * Sources: ory/x healthx/handler.go (since v25 ory/kratos oryx/healthx/handler.go); ory/kratos cmd/daemon/serve.go.
 */

/**
 * `health/alive` and `health/ready`, 200. The 503 of `ready` has no fixed form (`{"errors":{checker: text}}` up to v0.10, an
 * error envelope with code 500 later): there the status alone says it.
 */
export type HealthStatus = {
  /** In all versions, always this word. */
  readonly status: 'ok';
};

/** `version`. */
export type Version = {
  /** The tag (`v1.3.1`); in a build without one `master`, up to v0.5 the empty text. A hint, never a proof of a feature. */
  readonly version: string;
};

const isHealthStatus = objectOf<HealthStatus>({ status: oneOf('ok') });
const isVersion = objectOf<Version>({ version: isText });

export function readHealthStatus(body: JsonValue | undefined): HealthStatus | undefined {
  return isHealthStatus(body) ? body : undefined;
}

/** The version alone. */
export function readVersion(body: JsonValue | undefined): string | undefined {
  return isVersion(body) ? body.version : undefined;
}
