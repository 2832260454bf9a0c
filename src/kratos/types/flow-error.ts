import type { JsonValue } from '../../model/json.ts';
import { type ErrorPayload, isErrorPayload } from './error-payload.ts';
import { either, isId, isText, listOf, objectOf } from './shape.ts';

/**
 * The error that a browser was sent to the error page with. To read it marks it as seen, after which the server may clear it.
 * `stub:500` as id is answered with a made-up one by every version.
 *
 * Sources: ory/kratos selfservice/errorx/error.go, selfservice/errorx/handler.go, persistence/sql/persister_errorx.go.
 */

/** v0.5 and v0.6. */
export type ClassicSelfServiceError = {
  /** UUID; of a stub it is made up, other than the one asked for. */
  readonly id: string;
  /** What went wrong, at least one. The spec says an object; the wire carries a list. Became `error` in v0.7. */
  readonly errors: readonly ErrorPayload[];
};

/** v0.7 and later. */
export type ModernSelfServiceError = {
  /** UUID; of a stub it is made up, other than the one asked for. */
  readonly id: string;
  /** What went wrong. The spec says optional; the wire always has it. Since v0.7. */
  readonly error: ErrorPayload;
  /** RFC 3339. Since v0.7. Year 1 in the answer to `stub:500`. */
  readonly created_at?: string;
  /** RFC 3339. Since v0.7. Year 1 in the answer to `stub:500`. */
  readonly updated_at?: string;
};

/** Tell the generations apart by `'errors' in answer`. */
export type SelfServiceError = ClassicSelfServiceError | ModernSelfServiceError;

const isSelfServiceError = either(
  objectOf<ModernSelfServiceError>(
    { id: isId, error: isErrorPayload },
    { created_at: isText, updated_at: isText },
  ),
  objectOf<ClassicSelfServiceError>({ id: isId, errors: listOf(isErrorPayload) }),
);

export function readSelfServiceError(body: JsonValue | undefined): SelfServiceError | undefined {
  return isSelfServiceError(body) ? body : undefined;
}
