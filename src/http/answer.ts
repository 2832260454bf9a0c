import type { JsonValue } from '../model/json.ts';

export interface HttpAnswer {
  readonly status: number;
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string>>;
  /** As UTF-8; empty where it is none, or is compressed. */
  readonly body: string;
}

const JSON_TYPE = /^application\/json\s*(?:;|$)/i;
/** Seconds, or a date that begins with its day: `Date.parse` makes a date of almost anything, `-5` and `1.5` too. */
const RETRY_AFTER = /^(?:\d+$|(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun)[a-z]*,? )/;
const MAX_RETRY_AFTER_MS = 10 * 60_000;

/** The body as JSON; `undefined` unless the server calls it `application/json` and it parses. */
export function jsonBody(
  answer: HttpAnswer,
  parse: (text: string) => JsonValue = JSON.parse,
): JsonValue | undefined {
  if (!JSON_TYPE.test(answer.headers['content-type'] ?? '')) return undefined;
  try {
    return parse(answer.body);
  } catch {
    return undefined;
  }
}

/** Milliseconds of `Retry-After`, in its seconds or its date form, at most ten minutes; `undefined` where it has neither. */
export function retryAfterMs(headers: HttpAnswer['headers'], nowMs: number): number | undefined {
  const value = headers['retry-after']?.trim();
  if (value === undefined || !RETRY_AFTER.test(value)) return undefined;
  const ms = /^\d+$/.test(value) ? Number(value) * 1000 : Date.parse(value) - nowMs;
  return Number.isNaN(ms) ? undefined : Math.min(Math.max(ms, 0), MAX_RETRY_AFTER_MS);
}

/** Neither Kratos' admin API nor the API server redirects: such an answer is a proxy's, and is never followed. */
export function isRedirect(status: number): boolean {
  return status >= 300 && status < 400;
}
