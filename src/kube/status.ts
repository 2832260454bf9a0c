import type { HttpAnswer } from '../http/answer.ts';
import { isRedirect, jsonBody, retryAfterMs } from '../http/answer.ts';
import { type RemoteCode, RemoteError } from '../model/errors.ts';
import { isObject, type JsonObject } from '../model/json.ts';

/** What was asked, as far as it decides what an answer means. */
export interface Asked {
  readonly operation: string;
  readonly mutation: boolean;
}

/**
 * The error that an answer other than 2xx is. Refusals that callers act upon count only as the API server's own `Status`: a
 * proxy's page with the same code is `unexpected`. A 4xx or a redirect proves that nothing was carried out; a 5xx does not.
 */
export function failure(asked: Asked, answer: HttpAnswer, nowMs: number): RemoteError {
  const { status } = answer;
  const retryAfter = status === 429 || status >= 500 ? retryAfterMs(answer.headers, nowMs) : undefined;
  return new RemoteError(asked.operation, {
    code: codeOf(answer),
    outcome: asked.mutation && status >= 500 ? 'unknown' : 'none',
    status,
    ...(retryAfter === undefined ? {} : { retryAfterMs: retryAfter }),
  });
}

/** A 2xx that does not hold what was asked for; a mutation may well have been carried out. */
export function misshapen(asked: Asked, status: number): RemoteError {
  return new RemoteError(asked.operation, {
    code: 'unexpected',
    outcome: asked.mutation ? 'unknown' : 'none',
    status,
  });
}

/** The API server's `Status` object, where the answer is one. */
export function statusObject(value: unknown): JsonObject | undefined {
  return isObject(value) && value.kind === 'Status' ? value : undefined;
}

/** The error that an ERROR event of a watch is: what the same answer by HTTP would have been. */
export function eventFailure(operation: string, status: JsonObject): RemoteError {
  const code = typeof status.code === 'number' ? status.code : 0;
  const expired = code === 410 || status.reason === 'Expired' || status.reason === 'Gone';
  const seconds = isObject(status.details) ? status.details.retryAfterSeconds : undefined;
  return new RemoteError(operation, {
    code: expired ? 'expired' : code === 429 || code >= 500 ? 'unavailable' : 'unexpected',
    outcome: 'none',
    status: code,
    ...(typeof seconds === 'number' ? { retryAfterMs: seconds * 1000 } : {}),
  });
}

function codeOf(answer: HttpAnswer): RemoteCode {
  const { status } = answer;
  if (isRedirect(status)) return 'unexpected';
  if (status === 401 || status === 403) return 'denied';
  if (status === 410) return 'expired';
  if (status === 413) return 'tooLarge';
  if (status === 429 || status >= 500) return 'unavailable';
  const own = statusObject(jsonBody(answer));
  if (own === undefined) return 'unexpected';
  if (status === 404) return own.reason === 'NotFound' ? 'notFound' : 'unexpected';
  if (status === 409) return 'conflict';
  return status === 400 || status === 422 ? 'invalid' : 'unexpected';
}
