import type { Page } from './pages.ts';

/** Page sizes that every server of that way of paging gives. */
export const WALK_PAGE_SIZE = 250;

interface Item {
  readonly id: string;
}

/** The walk cannot go on: what the server says of its pages makes no sense. */
export type Lost = () => Error;

/** Every item once, page by page, by keyset (v1.1 and later). */
export async function* keysetWalk<T extends Item>(
  read: (pageToken: string | undefined) => Promise<Page<T>>,
  lost: Lost,
): AsyncGenerator<readonly T[]> {
  const fresh = deduplicator<T>();
  const tokens = new Set<string>();
  let barren = 0;
  let token: string | undefined;
  for (;;) {
    const { items, linked, nextPageToken } = await read(token);
    // Without links a walk would end silently after its first page, and what it did not see would count as absent.
    if (!linked) throw lost();
    const unseen = fresh(items);
    yield unseen;
    if (nextPageToken === undefined) return;
    barren = unseen.length === 0 ? barren + 1 : 0;
    // Pages of nothing new, each with another token, would be followed for ever.
    if (barren > 1 || tokens.has(nextPageToken)) throw lost();
    tokens.add(nextPageToken);
    token = nextPageToken;
  }
}

/**
 * Every item once, by page number (up to v1.0). Pages 0 and 1 are the same up to v0.13 and differ in v1.0, so the walk begins at 0
 * and drops what it has seen; the links of these servers can stop a page early, so it ends at a short page.
 */
export async function* numberedWalk<T extends Item>(
  read: (page: number) => Promise<Page<T>>,
  pageSize: number,
  lost: Lost,
): AsyncGenerator<readonly T[]> {
  const fresh = deduplicator<T>();
  for (let page = 0; ; page += 1) {
    const { items } = await read(page);
    const unseen = fresh(items);
    if (unseen.length > 0) yield unseen;
    if (items.length < pageSize) return;
    // A full page of nothing new after the second: the page number is being ignored.
    if (unseen.length === 0 && page > 1) throw lost();
  }
}

function deduplicator<T extends Item>(): (items: readonly T[]) => readonly T[] {
  const seen = new Set<string>();
  return (items) => items.filter(({ id }) => !seen.has(id) && seen.add(id));
}
