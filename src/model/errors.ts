import type { Sensitive } from './sensitive.ts';

/**
 * What can go wrong between us and a server, as a closed set.
 *
 * - `notFound`: the server's own JSON 404 for that one object; never a proxy's page, never an unknown route
 * - `invalid`: a definite refusal of what was sent (400, 422)
 * - `conflict`: 409
 * - `denied`: 401 or 403
 * - `methodDisabled`: Kratos has the recovery method, but it is switched off
 * - `unsupported`: this server has no such route or field
 * - `expired`: 410: the resourceVersion or continue token is too old, the self-service flow has ended
 * - `tooLarge`: the answer exceeds the cap, or 413
 * - `unavailable`: refused, timed out, 429, 5xx
 * - `unexpected`: an answer that is not this API's (HTML, redirect, wrong content type or shape)
 * - `aborted`: we ended it ourselves (shutdown, lease lost)
 */
export type RemoteCode =
  | 'notFound'
  | 'invalid'
  | 'conflict'
  | 'denied'
  | 'methodDisabled'
  | 'unsupported'
  | 'expired'
  | 'tooLarge'
  | 'unavailable'
  | 'unexpected'
  | 'aborted';

/** What kind of refusal an `invalid` is; texts differ between versions of Kratos, these do not. */
export type Refusal =
  | 'traits'
  | 'schemaUnknown'
  | 'fieldUnknown'
  | 'patchNotApplied'
  | 'concurrentUpdate'
  | 'other';

/** One violation: where (JSON pointer into the document, e.g. `/traits/email`) and which keyword. */
export interface Violation {
  readonly pointer: string;
  readonly keyword: string;
  /** The server's own words for it, which may quote a value. */
  readonly message: Sensitive;
  /** What the identity schema asks for there, where that could be told; speaks of the schema only. */
  readonly expectation?: string;
}

export interface RemoteErrorDetail {
  readonly code: RemoteCode;
  /** Whether a mutation may have been carried out. A read's outcome is always `none`. */
  readonly outcome: 'none' | 'unknown';
  /** HTTP status, when an answer came. */
  readonly status?: number;
  /** Why no answer came, as a code of the platform, e.g. `ECONNREFUSED` or `ERR_TLS_CERT_ALTNAME_INVALID`. */
  readonly trouble?: string;
  /** Milliseconds the server asked us to wait (`Retry-After`, either form). */
  readonly retryAfterMs?: number;
  readonly refusal?: Refusal;
  readonly violations?: readonly Violation[];
  /** The server's own words, which may quote what was sent: for the person who asked, and nowhere else. */
  readonly words?: Sensitive;
  /** What this server or our configuration would have to have, as our own fixed text. */
  readonly needs?: string;
  /** Id of what a mutation did make, although its answer could not be read in whole. */
  readonly madeId?: string;
}

/** The one error that crosses rooms. Its message names the operation and the status, never text of a request or an answer. */
export class RemoteError extends Error {
  override readonly name = 'RemoteError';
  readonly code: RemoteCode;
  readonly outcome: 'none' | 'unknown';
  readonly status: number | undefined;
  readonly trouble: string | undefined;
  readonly retryAfterMs: number | undefined;
  readonly refusal: Refusal | undefined;
  readonly violations: readonly Violation[];
  readonly words: Sensitive | undefined;
  readonly needs: string | undefined;
  readonly madeId: string | undefined;
  readonly #operation: string;
  readonly #detail: RemoteErrorDetail;

  constructor(operation: string, detail: RemoteErrorDetail) {
    const why = detail.needs === undefined ? (detail.status ?? detail.trouble) : `needs ${detail.needs}`;
    super(`${operation}: ${detail.code}${why === undefined ? '' : ` (${why})`}`);
    this.code = detail.code;
    this.outcome = detail.outcome;
    this.status = detail.status;
    this.trouble = detail.trouble;
    this.retryAfterMs = detail.retryAfterMs;
    this.refusal = detail.refusal;
    this.violations = detail.violations ?? [];
    this.words = detail.words;
    this.needs = detail.needs;
    this.madeId = detail.madeId;
    this.#operation = operation;
    this.#detail = detail;
  }

  /** The same failure but for these details, and for what it was part of. */
  but(changes: Partial<RemoteErrorDetail>, operation = this.#operation): RemoteError {
    return new RemoteError(operation, { ...this.#detail, ...changes });
  }

  /**
   * Whether the same thing may go well later, tried with backoff (and not before `retryAfterMs`, where the server named a time), or was
   * definitely refused as it is.
   */
  get retry(): 'backoff' | 'never' {
    if (this.code === 'invalid') return PASSING.has(this.refusal) ? 'backoff' : 'never';
    const refused = this.code === 'conflict' || this.code === 'methodDisabled' || this.status === 413;
    return refused ? 'never' : 'backoff';
  }
}

/** What depends on more than what was sent: on what the server was proved to have, or on what others write at the same moment. */
const PASSING: ReadonlySet<Refusal | undefined> = new Set([
  'fieldUnknown',
  'concurrentUpdate',
  'patchNotApplied',
]);

/** True for a `RemoteError` of one of these codes. */
export function isRemote(error: unknown, ...codes: readonly RemoteCode[]): error is RemoteError {
  return error instanceof RemoteError && (codes.length === 0 || codes.includes(error.code));
}

/** The one place where "anything may be thrown" becomes an `Error`. */
export function toError(thrown: unknown): Error {
  return thrown instanceof Error ? thrown : new Error(`thrown: ${typeof thrown}`);
}
