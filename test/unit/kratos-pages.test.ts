import { describe, expect, it } from 'vitest';
import { keysetPages, linksOf, numberedPages, type Page, type ReadPage } from '../../src/kratos/pages.ts';
import type { Identity } from '../../src/model/identity.ts';
import { recorded } from '../fixtures/kratos/recorded.ts';

const lost = () => new Error('lost');

function identities(from: number, to: number): Identity[] {
  return Array.from({ length: to - from }, (_, index) => ({
    id: `id-${from + index}`,
    schemaId: 'default',
    traits: {},
    state: undefined,
    metadataPublic: undefined,
    metadataAdmin: undefined,
    externalId: undefined,
    verifiableAddresses: [],
    recoveryAddresses: [],
  }));
}

function page(items: readonly Identity[], next?: string): Page {
  return { identities: items, linked: true, next };
}

/** Reads pages by their query and remembers the order. */
function reader(pages: Readonly<Record<string, Page>>): { read: ReadPage; queries: string[] } {
  const queries: string[] = [];
  return {
    queries,
    read: async (query) => {
      queries.push(query);
      const found = pages[query];
      if (!found) throw new Error(`no page ${query}`);
      return found;
    },
  };
}

async function ids(walk: AsyncIterable<readonly Identity[]>): Promise<string[]> {
  const seen: string[] = [];
  for await (const identitiesOfPage of walk) seen.push(...idsOf(identitiesOfPage));
  return seen;
}

const idsOf = (items: readonly Identity[]) => items.map(({ id }) => id);

describe('a keyset walk', () => {
  it('follows the token of each next link to the end', async () => {
    const { read, queries } = reader({
      'page_size=250': page(identities(0, 2), 'a/b='),
      'page_size=250&page_token=a%2Fb%3D': page(identities(2, 3)),
    });
    expect(await ids(keysetPages(read, lost))).toEqual(['id-0', 'id-1', 'id-2']);
    expect(queries).toHaveLength(2);
  });

  it('goes on past a page with nothing on it', async () => {
    const { read } = reader({
      'page_size=250': page([], 'a'),
      'page_size=250&page_token=a': page(identities(0, 1)),
    });
    expect(await ids(keysetPages(read, lost))).toEqual(['id-0']);
  });

  it('shows an identity once though two pages hold it', async () => {
    const { read } = reader({
      'page_size=250': page(identities(0, 2), 'a'),
      'page_size=250&page_token=a': page(identities(1, 3)),
    });
    expect(await ids(keysetPages(read, lost))).toEqual(['id-0', 'id-1', 'id-2']);
  });

  it('does not take a page without links for the last one', async () => {
    const { read } = reader({
      'page_size=250': { identities: identities(0, 250), linked: false, next: undefined },
    });
    await expect(ids(keysetPages(read, lost))).rejects.toThrow('lost');
  });

  it('does not go round in circles', async () => {
    const { read } = reader({
      'page_size=250': page(identities(0, 1), 'a'),
      'page_size=250&page_token=a': page(identities(1, 2), 'a'),
    });
    await expect(ids(keysetPages(read, lost))).rejects.toThrow('lost');
  });
});

describe('a walk by numbers', () => {
  const all = identities(0, 600);

  it('sees everything where pages are counted from 0', async () => {
    const { read } = reader({
      'per_page=250&page=0': page(all.slice(0, 250)),
      'per_page=250&page=1': page(all.slice(250, 500)),
      'per_page=250&page=2': page(all.slice(500)),
    });
    expect(await ids(numberedPages(read, lost))).toEqual(idsOf(all));
  });

  it('sees everything once where pages 0 and 1 are the same', async () => {
    const { read } = reader({
      'per_page=250&page=0': page(all.slice(0, 250)),
      'per_page=250&page=1': page(all.slice(0, 250)),
      'per_page=250&page=2': page(all.slice(250, 500)),
      'per_page=250&page=3': page(all.slice(500)),
    });
    expect(await ids(numberedPages(read, lost))).toEqual(idsOf(all));
  });

  it('looks behind a last page that is full', async () => {
    const { read, queries } = reader({
      'per_page=250&page=0': page(all.slice(0, 250)),
      'per_page=250&page=1': page([]),
    });
    expect(await ids(numberedPages(read, lost))).toHaveLength(250);
    expect(queries).toHaveLength(2);
  });

  it('asks once where everything is on one page', async () => {
    const { read, queries } = reader({ 'per_page=250&page=0': page(all.slice(0, 249)) });
    expect(await ids(numberedPages(read, lost))).toHaveLength(249);
    expect(queries).toHaveLength(1);
  });

  it('ends where the server ignores the number', async () => {
    const read: ReadPage = async () => page(all.slice(0, 250));
    await expect(ids(numberedPages(read, lost))).rejects.toThrow('lost');
  });
});

describe('links', () => {
  const linksIn = (link: string) => linksOf({ link });

  it('hold the token of the next page on modern servers', () => {
    expect(linksOf(recorded('26.2.0', 'list page_size 2').headers)).toEqual({
      linked: true,
      next: '3331b8b3-e4d2-413b-8f89-2d95f50317af',
    });
  });

  it('hold none on the last page', () => {
    expect(linksOf(recorded('26.2.0', 'probe /admin/identities?per_page=1').headers)).toEqual({
      linked: true,
      next: undefined,
    });
  });

  it('are found in any order, quoted or not, and their tokens are decoded', () => {
    expect(
      linksIn('</a?page_token=x>; rel=first, <https://h/b?p=1&page_token=a%2Fb%3D>; title="t"; rel=next'),
    ).toEqual({
      linked: true,
      next: 'a/b=',
    });
  });

  it.each(['', 'nonsense', '</a?page=2>; rel="next"'])('say nothing where they are %j', (link) => {
    expect(linksIn(link).linked).toBe(false);
  });

  it('say nothing where there are none', () => {
    expect(linksOf({})).toEqual({ linked: false, next: undefined });
  });
});
