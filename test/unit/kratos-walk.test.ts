import { describe, expect, it } from 'vitest';
import type { Page } from '../../src/kratos/pages.ts';
import { keysetWalk, numberedWalk } from '../../src/kratos/walk.ts';

const lost = () => new Error('lost');

interface Item {
  readonly id: string;
}

function items(from: number, to: number): Item[] {
  return Array.from({ length: to - from }, (_, index) => ({ id: `id-${from + index}` }));
}

function page(all: readonly Item[], next?: string, linked = true): Page<Item> {
  return { items: all, nextPageToken: next, total: undefined, linked, raw: [] };
}

/** Reads pages by their token or number and remembers the order. */
function reader(pages: Readonly<Record<string, Page<Item>>>) {
  const asked: string[] = [];
  return {
    asked,
    read: async (key: string | number | undefined): Promise<Page<Item>> => {
      const which = `${key ?? ''}`;
      asked.push(which);
      const found = pages[which];
      if (!found) throw new Error(`no page ${which}`);
      return found;
    },
  };
}

async function ids(walk: AsyncIterable<readonly Item[]>): Promise<string[]> {
  const seen: string[] = [];
  for await (const itemsOfPage of walk) seen.push(...idsOf(itemsOfPage));
  return seen;
}

const idsOf = (some: readonly Item[]) => some.map(({ id }) => id);

describe('a keyset walk', () => {
  it('follows the token of each next link to the end', async () => {
    const { read, asked } = reader({
      '': page(items(0, 2), 'a/b='),
      'a/b=': page(items(2, 3)),
    });
    expect(await ids(keysetWalk(read, lost))).toEqual(['id-0', 'id-1', 'id-2']);
    expect(asked).toHaveLength(2);
  });

  it('goes on past a page with nothing on it', async () => {
    const { read } = reader({
      '': page([], 'a'),
      a: page(items(0, 1)),
    });
    expect(await ids(keysetWalk(read, lost))).toEqual(['id-0']);
  });

  it('shows an identity once though two pages hold it', async () => {
    const { read } = reader({
      '': page(items(0, 2), 'a'),
      a: page(items(1, 3)),
    });
    expect(await ids(keysetWalk(read, lost))).toEqual(['id-0', 'id-1', 'id-2']);
  });

  it('does not take a page without links for the last one', async () => {
    const { read } = reader({
      '': page(items(0, 250), undefined, false),
    });
    await expect(ids(keysetWalk(read, lost))).rejects.toThrow('lost');
  });

  it('does not go round in circles', async () => {
    const { read } = reader({
      '': page(items(0, 1), 'a'),
      a: page(items(1, 2), 'a'),
    });
    await expect(ids(keysetWalk(read, lost))).rejects.toThrow('lost');
  });
});

describe('a walk by numbers', () => {
  const all = items(0, 600);

  it('sees everything where pages are counted from 0', async () => {
    const { read } = reader({
      0: page(all.slice(0, 250)),
      1: page(all.slice(250, 500)),
      2: page(all.slice(500)),
    });
    expect(await ids(numberedWalk(read, 250, lost))).toEqual(idsOf(all));
  });

  it('sees everything once where pages 0 and 1 are the same', async () => {
    const { read } = reader({
      0: page(all.slice(0, 250)),
      1: page(all.slice(0, 250)),
      2: page(all.slice(250, 500)),
      3: page(all.slice(500)),
    });
    expect(await ids(numberedWalk(read, 250, lost))).toEqual(idsOf(all));
  });

  it('looks behind a last page that is full', async () => {
    const { read, asked } = reader({
      0: page(all.slice(0, 250)),
      1: page([]),
    });
    expect(await ids(numberedWalk(read, 250, lost))).toHaveLength(250);
    expect(asked).toHaveLength(2);
  });

  it('asks once where everything is on one page', async () => {
    const { read, asked } = reader({ 0: page(all.slice(0, 249)) });
    expect(await ids(numberedWalk(read, 250, lost))).toHaveLength(249);
    expect(asked).toHaveLength(1);
  });

  it('ends where the server ignores the number', async () => {
    const read = async () => page(all.slice(0, 250));
    await expect(ids(numberedWalk(read, 250, lost))).rejects.toThrow('lost');
  });
});
