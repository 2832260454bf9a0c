import { badRequest } from './answer.ts';
import { base64url, type IdentityRecord } from './identity.ts';
import type { Call, World } from './world.ts';

/** One page of a list and the headers that tell of the others. */
export interface Page {
  readonly records: readonly IdentityRecord[];
  readonly headers: Readonly<Record<string, string>>;
}

const NO_ID = '00000000-0000-0000-0000-000000000000';
const DEFAULT_SIZE = 250;

/** The page a request asks for. `found` is by ascending id; `total` is counted when absent from what the page shows. */
export function page(
  found: readonly IdentityRecord[],
  total: number | undefined,
  call: Call,
  world: World,
): Page {
  switch (world.dialect.paging) {
    case 'pages':
      return classicPage(found, total ?? found.length, call, world);
    case 'pages0':
      return countedPage(found, total, call, world);
    case 'keyset':
      return keysetPage(found, total, call);
  }
}

/** Page 0 is page 1 in the data, but not in the `Link` header. */
function classicPage(found: readonly IdentityRecord[], total: number, call: Call, world: World): Page {
  const { number, size } = pageOf(call.query, 1000);
  const records = slice(found.toReversed(), Math.max(number, 1) - 1, size);
  const link = pageLinks(total, number, size, (offset, perPage) =>
    withQuery(`${world.urls.admin}/identities`, { page: offset / perPage, per_page: perPage }),
  );
  return { records, headers: { link, ...(world.dialect.totalCount ? { 'x-total-count': `${total}` } : {}) } };
}

function countedPage(
  found: readonly IdentityRecord[],
  total: number | undefined,
  call: Call,
  world: World,
): Page {
  const { number, size } = tokenPage(call.query);
  const records = slice(found.toReversed(), number, size);
  const count = total ?? records.length;
  const link = pageLinks(count, number, size, (offset, perPage) =>
    withQuery(`${world.urls.admin}/identities`, tokenQuery(offset, perPage)),
  );
  return { records, headers: { link, 'x-total-count': `${count}` } };
}

/** Tokens by default; pages only where `page` is asked for and neither of the token parameters is. */
function keysetPage(found: readonly IdentityRecord[], total: number | undefined, call: Call): Page {
  const { query } = call;
  if (query.has('page_token') || query.has('page_size') || !query.has('page')) return tokenWalk(found, query);
  const { number, size } = pageOf(query, 500);
  if (number * size > 1000) {
    throw badRequest(
      'Legacy pagination is not supported for enumerating over 1000 items. Please switch to using page_token and page_size.',
    );
  }
  const records = slice(found, number, size);
  const count = total ?? records.length;
  const link = pageLinks(count, number, size, (offset, perPage) =>
    withQuery('/admin/identities', { page: offset / perPage, per_page: perPage }, query),
  );
  return { records, headers: { link, 'x-total-count': `${count}` } };
}

function tokenWalk(found: readonly IdentityRecord[], asked: URLSearchParams): Page {
  const query = new URLSearchParams(asked);
  const perPage = query.get('per_page');
  if (perPage !== null && !query.has('page_size')) {
    query.set('page_size', perPage);
    query.delete('per_page');
  }
  const token = query.get('page_token') || NO_ID;
  if (!/^[0-9a-f-]{36}$/.test(token)) {
    throw badRequest('The page token is invalid, do not craft your own page tokens');
  }
  const wanted = query.get('page_size') || '0';
  if (!/^[+-]?\d+$/.test(wanted)) throw badRequest(`strconv.Atoi: parsing "${wanted}": invalid syntax`);
  const size = Number(wanted) || DEFAULT_SIZE;
  const rest = found.filter(({ id }) => id > token);
  const records = rest.slice(0, size);
  const last = rest.length > size ? records.at(-1) : undefined;
  const to = (id: string) => withQuery('/admin/identities', { page_size: size, page_token: id }, query);
  const link = [
    `<${to(NO_ID)}>; rel="first"`,
    ...(last === undefined ? [] : [`<${to(last.id)}>; rel="next"`]),
  ];
  return { records, headers: { link: link.join(',') } };
}

function pageOf(query: URLSearchParams, max: number): { readonly number: number; readonly size: number } {
  return { number: integer(query.get('page')) ?? 0, size: sizeOf(query.get('per_page'), max) };
}

/** Token parameters win over pages; a token that cannot be read is the first page. */
export function tokenPage(query: URLSearchParams): { readonly number: number; readonly size: number } {
  if (!query.has('page_token') && !query.has('page_size')) return pageOf(query, 1000);
  const size = sizeOf(query.get('page_size'), 1000);
  const token = Buffer.from(query.get('page_token') ?? '', 'base64url').toString();
  const offset = Number(/"offset":"(\d+)"/.exec(token)?.[1] ?? 0);
  return { number: Math.floor(offset / size), size };
}

/** The query of a page in the form that carries both numbering schemes. */
export function tokenQuery(offset: number, size: number): Readonly<Record<string, string | number>> {
  const token = base64url(`{"offset":"${offset}","v":2}`);
  return { page: offset / size, page_size: size, page_token: token, per_page: size };
}

function sizeOf(text: string | null, max: number): number {
  return Math.max(Math.min(integer(text) ?? DEFAULT_SIZE, max), 1);
}

function integer(text: string | null): number | undefined {
  return text !== null && /^[+-]?\d+$/.test(text) ? Number(text) : undefined;
}

function slice(records: readonly IdentityRecord[], number: number, size: number): readonly IdentityRecord[] {
  return records.slice(Math.max(number, 0) * size, (Math.max(number, 0) + 1) * size);
}

/** The `Link` header of numbered pages, 0-based whatever the data is. `href` gets an offset and a page size. */
export function pageLinks(
  total: number,
  number: number,
  size: number,
  href: (offset: number, size: number) => string,
): string {
  const link = (rel: string, offset: number, perPage = size) => `<${href(offset, perPage)}>; rel="${rel}"`;
  const lastOffset = total % size === 0 ? total - size : Math.floor(total / size) * size;
  const first = link('first', 0);
  const next = link('next', (number + 1) * size);
  const previous = link('prev', (number - 1) * size);
  if (total === 0) return [first, next, previous].join(',');
  if (number * size >= lastOffset) {
    if (total <= size) return link('first', 0, total);
    return [first, link('prev', lastOffset - size)].join(',');
  }
  const last = link('last', lastOffset);
  return (number * size < size ? [next, last] : [first, next, previous, last]).join(',');
}

/** `path` with a query in Go's order, `base` kept where `query` does not replace it. */
export function withQuery(
  path: string,
  query: Readonly<Record<string, string | number>>,
  base: URLSearchParams = new URLSearchParams(),
): string {
  const all = new URLSearchParams(base);
  for (const [name, value] of Object.entries(query)) all.set(name, String(value));
  all.sort();
  return `${path}?${all.toString()}`;
}
