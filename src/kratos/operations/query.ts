import type { PageQuery } from '../pages.ts';

/** A path with the page that is wanted, and whatever else is defined. */
export function withPage(
  path: string,
  { pageSize, pageToken }: PageQuery,
  more: Readonly<Record<string, string | undefined>> = {},
): string {
  const query = new URLSearchParams();
  if (pageSize !== undefined) query.set('page_size', `${pageSize}`);
  if (pageToken !== undefined) query.set('page_token', pageToken);
  for (const [name, value] of Object.entries(more)) if (value !== undefined) query.set(name, value);
  return query.size === 0 ? path : `${path}?${query.toString()}`;
}
