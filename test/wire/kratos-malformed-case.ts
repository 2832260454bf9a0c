import type { Socket } from 'node:net';
import type { RemoteCode } from '../../src/model/errors.ts';
import type { JsonValue } from '../../src/model/json.ts';
import { CANARY } from './kratos-malformed-canary.ts';
import type { Kind, Operation } from './kratos-malformed-operations.ts';

/** How an operation has to end: with a failure of that code, or well. */
export type Verdict = RemoteCode | 'fine';

/** Answers one request; `expire` lets every deadline of the client pass. */
export type Say = (socket: Socket, expire: () => void) => void;

/** One answer as any operation may get it, and what each has to make of it. */
export interface Case {
  readonly name: string;
  /** `undefined` where there is no such answer to that operation. */
  readonly say: (operation: Operation) => Say | undefined;
  readonly verdict: Verdict;
  /** The verdict of operations to which this answer is something else; of several the first counts. */
  readonly but?: Partial<Record<Kind, Verdict>>;
  /** The answer proves that nothing was carried out; any other leaves the outcome of a mutation unknown. */
  readonly definite?: true;
  /** It is said as soon as there is a connection, whether or not anything was asked. */
  readonly unasked?: true;
}

export function verdictOf({ verdict, but = {} }: Case, { kinds }: Operation): Verdict {
  const [own] = (Object.keys(but) as Kind[]).filter((kind) => kinds.has(kind));
  return own === undefined ? verdict : (but[own] ?? verdict);
}

export const JSON_TYPE = 'application/json; charset=utf-8';
const TEXT_TYPE = 'text/plain; version=0.0.4; charset=utf-8';
/** What a proxy shows. */
export const PAGE = `<!doctype html><html><body>${CANARY.answer}</body></html>`;

type Headers = Readonly<Record<string, string | readonly string[]>>;

/** Status line and headers, up to the empty line. */
export function head(status: number | string, headers: Headers): string {
  const lines = Object.entries(headers).flatMap(([name, value]) =>
    [value].flat().map((each) => `${name}: ${each}\r\n`),
  );
  return `HTTP/1.1 ${status} ${CANARY.answer}\r\n${lines.join('')}\r\n`;
}

/** A whole answer of that type, its length told. */
export function answer(status: number, type: string, body: string | Buffer, more: Headers = {}): Buffer {
  const length = { 'content-length': `${Buffer.byteLength(body)}` };
  const bare = status === 204 || status === 304;
  const headers = { ...(type === '' ? {} : { 'content-type': type }), ...(bare ? {} : length), ...more };
  return Buffer.concat([Buffer.from(head(status, headers)), Buffer.from(bare ? '' : body)]);
}

export function page(status: number, more: Headers = {}): Buffer {
  return answer(status, 'text/html; charset=utf-8', PAGE, more);
}

export function jsonAnswer(status: number, body: JsonValue, more: Headers = {}): Buffer {
  return answer(status, JSON_TYPE, JSON.stringify(body), more);
}

/** The right answer as text, and its content type; `undefined` where success has no body. */
export function rightBody({
  body,
  kinds,
}: Operation): { readonly text: string; readonly type: string } | undefined {
  if (body === undefined) return undefined;
  return kinds.has('text') && typeof body === 'string'
    ? { text: body, type: TEXT_TYPE }
    : { text: JSON.stringify(body), type: JSON_TYPE };
}

/** What proves to a walk that there are no more pages. */
export const LAST_PAGE = { link: '</admin/identities?page_size=250&page_token=0>; rel="first"' };

/** Says these bytes, and goes on as HTTP does. */
export function says(bytes: string | Buffer): Say {
  return (socket) => void socket.write(bytes);
}

/** Says these bytes, and hangs up. */
export function ends(bytes: string | Buffer): Say {
  return (socket) => void socket.end(bytes);
}

/** Says these bytes, and then nothing until the deadline. */
export function stalls(bytes: string | Buffer): Say {
  return (socket, expire) => void socket.write(bytes, () => setImmediate(expire));
}

/** Says something again and again, never more than the other side takes, until nobody listens. */
export function goesOn(first: string, again: string | Buffer, times = Number.POSITIVE_INFINITY): Say {
  return (socket, expire) => {
    let left = times;
    const more = () => {
      if (socket.destroyed) return;
      if (left-- === 0) expire();
      if (socket.write(again)) setImmediate(more);
      else socket.once('drain', more);
    };
    socket.write(first);
    more();
  };
}

/** The same for every operation. */
export function always(say: Say): Case['say'] {
  return () => say;
}
