import { describe, expect, it } from 'vitest';
import { pageOf } from '../../src/kratos/pages.ts';
import { recorded } from '../fixtures/kratos/recorded.ts';

function linksOf(headers: Readonly<Record<string, string>>) {
  const { linked, nextPageToken } = pageOf([], [], headers);
  return { linked, next: nextPageToken };
}

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

describe('a total', () => {
  it('is told by servers that count pages', () => {
    expect(pageOf([], [], { 'x-total-count': '1250' }).total).toBe(1250);
  });

  it.each(['', 'many', '-1', '1.5'])('is none where the header says %j', (header) => {
    expect(pageOf([], [], { 'x-total-count': header }).total).toBeUndefined();
  });
});
