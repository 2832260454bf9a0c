import type { JsonObject } from '../../model/json.ts';
import { isNumber, isText, objectOf } from './shape.ts';

/**
 * What Kratos says of one error, inside the envelope of a refusal, a batch entry or a self-service error. No field is on the
 * wire in every case: an error of the schema validator is written with fields of its own.
 *
 * Sources: ory/herodot error_default.go; ory/kratos persistence/sql/persister_errorx.go, spec/api.json (genericError).
 */
export type ErrorPayload = {
  /** Id of the kind of error, e.g. `session_inactive`; left out when it has none. Since v0.8. */
  readonly id?: string;
  /** HTTP status, as far as the error knows one: in the 503 of `health/ready` it is 500 (v0.11 and later). */
  readonly code?: number;
  /** Text of the HTTP status. */
  readonly status?: string;
  /** The caller's `X-Request-Id`; left out when it sent none. */
  readonly request?: string;
  /** What went wrong, in words that change between versions and may quote traits: never log it. Left out when empty. */
  readonly reason?: string;
  /** Raw text of the cause. v0.5 shows it; modern servers strip it unless they run in dev mode. */
  readonly debug?: string;
  /** More about it, any keys; an expired flow (410) says here where to begin anew. Left out when empty. */
  readonly details?: JsonObject;
  /** General text of the error, in words that change between versions. */
  readonly message?: string;
};

export const isErrorPayload = objectOf<ErrorPayload>({}, { code: isNumber, reason: isText, message: isText });
