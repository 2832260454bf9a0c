import { STATUS_CODES } from 'node:http';
import type { JsonObject, JsonValue } from '../../../src/model/json.ts';
import { goJson } from './go-json.ts';

/** One HTTP answer, complete. */
export interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

const JSON_TYPE = 'application/json; charset=utf-8';
const BAD_REQUEST = 'The request was malformed or contained invalid parameters';

export function json(
  status: number,
  body: JsonValue,
  headers: Readonly<Record<string, string>> = {},
): Answer {
  return { status, headers: { 'content-type': JSON_TYPE, ...headers }, body: goJson(body) };
}

/** JSON that leaves `&`, `<` and `>` as they are. */
export function unescapedJson(status: number, body: JsonValue): Answer {
  return { status, headers: { 'content-type': JSON_TYPE }, body: JSON.stringify(body) };
}

export interface ErrorDetail {
  readonly id?: string;
  readonly code: number;
  readonly message: string;
  readonly reason?: string;
  readonly debug?: string;
}

/** The inside of Kratos' error envelope, in its order of fields. */
export function genericError(detail: ErrorDetail): JsonObject {
  return {
    ...(detail.id === undefined ? {} : { id: detail.id }),
    code: detail.code,
    status: STATUS_CODES[detail.code] ?? '',
    ...(detail.reason === undefined ? {} : { reason: detail.reason }),
    ...(detail.debug === undefined ? {} : { debug: detail.debug }),
    message: detail.message,
  };
}

function failure(status: number, detail: ErrorDetail): Answer {
  return {
    status,
    headers: { 'content-type': 'application/json' },
    body: goJson({ error: genericError(detail) }),
  };
}

/** A handler's way out: the answer is Kratos' own JSON error. */
export class Refused extends Error {
  override readonly name = 'Refused';
  readonly detail: ErrorDetail;
  readonly answer: Answer;

  /** `status` is the HTTP status; the code inside the envelope may differ from it. */
  constructor(detail: ErrorDetail, status: number = detail.code) {
    super(`${status}: ${detail.message}`);
    this.detail = detail;
    this.answer = failure(status, detail);
  }
}

export function badRequest(reason: string): Refused {
  return new Refused({ code: 400, message: BAD_REQUEST, reason });
}

export function notFound(reason?: string): Refused {
  return new Refused({
    code: 404,
    message: 'Unable to locate the resource',
    ...(reason === undefined ? {} : { reason }),
  });
}

/**
 * A handler's way out of what Kratos does and the stand-in does not: 501, in a form that nobody takes for Kratos.
 * `what` names it, and holds nothing of the request.
 */
export class NotDone extends Error {
  override readonly name = 'NotDone';
  readonly answer: Answer;

  constructor(what: string) {
    super(`the stand-in does not do ${what}`);
    this.answer = json(501, { standIn: 'kratos', notDone: what });
  }
}

/** `404 page not found` of the router: an unknown route, never a missing object. */
export function unknownRoute(): Answer {
  return plain(404, '404 page not found\n');
}

export function wrongMethod(allow: readonly string[]): Answer {
  return plain(405, 'Method Not Allowed\n', { allow: allow.join(', ') });
}

/** The answer to OPTIONS. */
export function allowedMethods(allow: readonly string[]): Answer {
  return { status: 200, headers: { allow: allow.join(', ') }, body: '' };
}

function plain(status: number, body: string, headers: Readonly<Record<string, string>> = {}): Answer {
  return {
    status,
    headers: { 'content-type': 'text/plain; charset=utf-8', 'x-content-type-options': 'nosniff', ...headers },
    body,
  };
}

const HTML: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&#34;',
  "'": '&#39;',
};

/** A redirect as Go writes it: with a page for GET, bare for every other method. */
export function redirect(status: 301 | 307, method: string, location: string): Answer {
  if (method !== 'GET') return { status, headers: { location }, body: '' };
  const href = location.replace(/[&<>"']/g, (character) => HTML[character] ?? character);
  const text = status === 301 ? 'Moved Permanently' : 'Temporary Redirect';
  return {
    status,
    headers: { 'content-type': 'text/html; charset=utf-8', location },
    body: `<a href="${href}">${text}</a>.\n\n`,
  };
}

export const noContent: Answer = { status: 204, headers: {}, body: '' };
