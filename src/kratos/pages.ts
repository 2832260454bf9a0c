import type { HttpAnswer } from '../http/answer.ts';
import type { Identity } from '../model/identity.ts';

const PAGE_SIZE = 250;

/** One page of a list, and what its `Link` header says. */
export interface Page {
  readonly identities: readonly Identity[];
  /** False: no usable `Link` header came, so that nobody said whether this is the last page. */
  readonly linked: boolean;
  /** `page_token` of the next page; `undefined` on the last. */
  readonly next: string | undefined;
}

/** Reads one page; `query` is without its question mark. */
export type ReadPage = (query: string) => Promise<Page>;

/** The walk cannot go on: what the server says of its pages makes no sense. */
export type Lost = () => Error;

/**
 * Every identity once, by keyset (v1.1 and later). Of a link only the token is taken: its host and path may be a name that
 * is not reachable from here.
 */
export async function* keysetPages(read: ReadPage, lost: Lost): AsyncGenerator<readonly Identity[]> {
  const fresh = deduplicator();
  const tokens = new Set<string>();
  let query = `page_size=${PAGE_SIZE}`;
  for (;;) {
    const { identities, linked, next } = await read(query);
    // Without links a walk would end silently after its first page, and what it did not see would count as absent.
    if (!linked) throw lost();
    yield fresh(identities);
    if (next === undefined) return;
    if (tokens.has(next)) throw lost();
    tokens.add(next);
    query = `page_size=${PAGE_SIZE}&page_token=${encodeURIComponent(next)}`;
  }
}

/**
 * Every identity once, by page number (up to v1.0). Pages 0 and 1 are the same up to v0.13 and differ in v1.0, so the walk
 * begins at 0 and drops what it has seen; the links of these servers can stop a page early, so it ends at a short page.
 */
export async function* numberedPages(read: ReadPage, lost: Lost): AsyncGenerator<readonly Identity[]> {
  const fresh = deduplicator();
  for (let page = 0; ; page += 1) {
    const { identities } = await read(`per_page=${PAGE_SIZE}&page=${page}`);
    const unseen = fresh(identities);
    if (unseen.length > 0) yield unseen;
    if (identities.length < PAGE_SIZE) return;
    // A full page of nothing new after the second: the page number is being ignored.
    if (unseen.length === 0 && page > 1) throw lost();
  }
}

/** What an answer's `Link` header (RFC 8288) says about the next page. */
export function linksOf(headers: HttpAnswer['headers']): Omit<Page, 'identities'> {
  const links = [...(headers.link ?? '').matchAll(/<([^>]*)>\s*;[^<]*?\brel="?(\w+)"?/g)];
  const next = links.find(([, , rel]) => rel === 'next');
  const token = next === undefined ? undefined : tokenIn(next[1] ?? '');
  return { linked: links.length > 0 && token !== '', next: token };
}

function tokenIn(target: string): string {
  return new URLSearchParams(target.slice(target.indexOf('?') + 1)).get('page_token') ?? '';
}

function deduplicator(): (identities: readonly Identity[]) => readonly Identity[] {
  const seen = new Set<string>();
  return (identities) => identities.filter(({ id }) => !seen.has(id) && seen.add(id));
}
