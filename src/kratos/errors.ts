import type { HttpAnswer } from '../http/answer.ts';
import { jsonBody, retryAfterMs } from '../http/answer.ts';
import type { HttpRequest } from '../http/client.ts';
import { type RemoteCode, RemoteError, type RemoteErrorDetail } from '../model/errors.ts';
import { isObject, type JsonValue } from '../model/json.ts';
import { Sensitive } from '../model/sensitive.ts';
import { PREFIX } from './dialect.ts';
import { type Fault, isUnknownField, refusalOf, violationsOf } from './refusal.ts';

/** What an error needs to know of the request it answers. */
export interface Asked extends Pick<HttpRequest, 'operation' | 'method'> {
  /** The route speaks of one thing named in the request, so that Kratos' 404 means that this thing is gone. */
  readonly about?: 'one';
  /** The first release that has the route, as in `Kratos v0.11 or later`. */
  readonly since?: string;
  /** The path of users on the public port to which earlier releases redirect, as they do not have the route. */
  readonly leftTo?: string | undefined;
}

/** What servers answer to a method that is switched off. */
const DISABLED = 'This endpoint was disabled by system administrator';
/** A recovery link for an identity that does not exist; a 400 since v0.9. */
const NO_SUCH_IDENTITY = 'The requested identity id does not exist.';
/** How Kratos words "there is none", in every version; gateways use the same JSON form with words of their own. */
const ABSENT = ['Unable to locate the resource', 'The requested resource could not be found'];
/** The words of Go's router, which Kratos leaves as they are; what a proxy says in plain text is no proof of anything. */
const ROUTER_TEXTS: ReadonlyMap<number, string> = new Map([
  [404, '404 page not found'],
  [405, 'Method Not Allowed'],
]);

/**
 * What an answer that is no success means. Only Kratos' own JSON 404 about one thing is `notFound`. A definite refusal has the
 * outcome `none`; whatever else follows a mutation leaves its outcome `unknown`.
 */
export function failureOf(asked: Asked, answer: HttpAnswer, nowMs: number): RemoteError {
  const fault = faultOf(answer);
  const detail = verdictOn(asked, answer, fault, nowMs);
  const undone = asked.method === 'GET' || (detail.code !== 'unexpected' && answer.status < 500);
  const outcome = undone || detail.code === 'invalid' ? 'none' : 'unknown';
  const words = fault === undefined ? {} : { words: wordsOf(fault) };
  return new RemoteError(asked.operation, { ...detail, ...words, outcome, status: answer.status });
}

/** What the error of one entry of a batch means; `undefined` where it is none of Kratos' own. The entry was not carried out. */
export function failureOfEntry(asked: Asked, body: JsonValue | undefined): RemoteError | undefined {
  const fault = faultIn(body);
  if (fault === undefined || (fault.code !== 400 && fault.code !== 409)) return undefined;
  const detail = refusalBy(fault.code, asked, fault);
  return new RemoteError(asked.operation, {
    ...detail,
    words: wordsOf(fault),
    outcome: 'none',
    status: fault.code,
  });
}

/** True when only Kratos itself can have said so; a gateway in front of it can say the rest as well. */
export function isKratosOwn({ code }: RemoteError): boolean {
  return OWN_CODES.has(code);
}

const OWN_CODES: ReadonlySet<RemoteCode> = new Set([
  'notFound',
  'invalid',
  'conflict',
  'methodDisabled',
  'expired',
]);

/** An error with the HTTP status that it says of itself. */
interface Said extends Fault {
  readonly code: number;
}

type Verdict = Omit<RemoteErrorDetail, 'outcome' | 'status' | 'words'>;

function verdictOn(asked: Asked, answer: HttpAnswer, fault: Said | undefined, nowMs: number): Verdict {
  const { status } = answer;
  // v0.5 to v0.9 answer 500 to an update with an unknown field.
  if (status === 500 && fault && isUnknownField(fault)) return { code: 'invalid', refusal: 'fieldUnknown' };
  if (status >= 500 || status === 429) {
    const wait = retryAfterMs(answer.headers, nowMs);
    return { code: 'unavailable', ...(wait === undefined ? {} : { retryAfterMs: wait }) };
  }
  if (status === 401 || status === 403) return { code: 'denied' };
  if (status === 413) return { code: 'tooLarge' };
  if (isRouterAnswer(answer) || isLeftToUsers(asked, answer)) {
    return { code: 'unsupported', ...(asked.since === undefined ? {} : { needs: asked.since }) };
  }
  // The strict decoder of Kratos says 500 of itself in a 400; all else says in the body what it says in the status.
  if (!fault || status < 400 || (status !== 400 && status !== fault.code)) return { code: 'unexpected' };
  return refusalBy(status, asked, fault);
}

function refusalBy(status: number, asked: Asked, fault: Fault): Verdict {
  switch (status) {
    case 404:
      return absence(asked, fault);
    case 409:
      return { code: 'conflict' };
    case 410:
      return { code: 'expired' };
    default:
      return refused(asked, fault);
  }
}

function wordsOf({ reason, message }: Fault): Sensitive {
  return new Sensitive([message, reason].filter((text) => text !== '').join(': '));
}

/** The error of an answer in Kratos' own form, `{error: {code, …}}` as `application/json`; `undefined` for anything else. */
function faultOf(answer: HttpAnswer): Said | undefined {
  const body = jsonBody(answer);
  return faultIn(isObject(body) ? body.error : undefined);
}

function faultIn(error: JsonValue | undefined): Said | undefined {
  if (!isObject(error) || typeof error.code !== 'number') return undefined;
  return { code: error.code, reason: textOf(error.reason), message: textOf(error.message) };
}

function absence(asked: Asked, fault: Fault): Verdict {
  if (fault.reason.startsWith(DISABLED)) return { code: 'methodDisabled' };
  const gone = asked.about === 'one' && ABSENT.some((text) => fault.message.endsWith(text));
  return { code: gone ? 'notFound' : 'unexpected' };
}

function refused(asked: Asked, fault: Fault): Verdict {
  if (asked.about === 'one' && fault.reason === NO_SUCH_IDENTITY) return { code: 'notFound' };
  const refusal = refusalOf(fault);
  const violations = refusal === 'traits' ? violationsOf(fault) : [];
  return { code: 'invalid', refusal, violations };
}

function isRouterAnswer(answer: HttpAnswer): boolean {
  const plain = answer.headers['content-type']?.startsWith('text/plain') ?? false;
  return plain && answer.body.trim() === ROUTER_TEXTS.get(answer.status);
}

/** Kratos takes the prefix off and changes nothing else in the path; a proxy that redirects to a scheme or host of its own leaves it. */
function isLeftToUsers({ leftTo }: Asked, { status, headers }: HttpAnswer): boolean {
  if (leftTo === undefined || status !== 307) return false;
  const [path = ''] = (headers.location ?? '').split('?');
  return path.endsWith(leftTo) && !path.endsWith(PREFIX + leftTo);
}

function textOf(value: unknown): string {
  return typeof value === 'string' ? value : '';
}
