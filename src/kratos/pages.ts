import type { HttpAnswer } from '../http/answer.ts';
import type { JsonValue } from '../model/json.ts';

/** One page of a list. */
export interface Page<T> {
  readonly items: readonly T[];
  /** `page_token` of the next page; `undefined` on the last, and where a server counts its pages. */
  readonly nextPageToken: string | undefined;
  /** How many there are in all, where the server told (`X-Total-Count`). */
  readonly total: number | undefined;
  /** False: no usable `Link` header came, so that nobody said whether this is the last page. */
  readonly linked: boolean;
  /** The server's own answer, whole. */
  readonly raw: JsonValue;
}

/** Which page of a list; servers have their own defaults and caps (250 and 1000 up to v1.0, 250 and 500 later). */
export interface PageQuery {
  readonly pageSize?: number | undefined;
  /** v1.1 and later (identities), v0.11 and later (sessions, courier messages). */
  readonly pageToken?: string | undefined;
}

/** Reads an answer as a page of what `read` makes of its body; `undefined` where that is nothing. */
export function pageBy<T>(read: (body: JsonValue | undefined) => readonly T[] | undefined) {
  return (body: JsonValue | undefined, { headers }: HttpAnswer): Page<T> | undefined => {
    const items = read(body);
    return items && body !== undefined ? pageOf(items, body, headers) : undefined;
  };
}

/** The page that an answer is. */
export function pageOf<T>(items: readonly T[], raw: JsonValue, headers: HttpAnswer['headers']): Page<T> {
  const links = [...(headers.link ?? '').matchAll(/<([^>]*)>\s*;[^<]*?\brel="?(\w+)"?/g)];
  const next = links.find(([, , rel]) => rel === 'next');
  // Of a link only the token is taken: its host and path may be a name that is not reachable from here.
  const token = next === undefined ? undefined : tokenIn(next[1] ?? '');
  const total = /^\d+$/.test(headers['x-total-count'] ?? '') ? Number(headers['x-total-count']) : undefined;
  return {
    items,
    nextPageToken: token === '' ? undefined : token,
    total,
    linked: links.length > 0 && token !== '',
    raw,
  };
}

function tokenIn(target: string): string {
  return new URLSearchParams(target.slice(target.indexOf('?') + 1)).get('page_token') ?? '';
}
