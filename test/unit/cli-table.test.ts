import { describe, expect, it } from 'vitest';
import { age } from '../../src/cli/age.ts';
import { escaped, escapedInQuotes } from '../../src/cli/escape.ts';
import { type Column, detailsText, rowOf, tableText } from '../../src/cli/table.ts';
import { cut, widthOf } from '../../src/cli/width.ts';

interface Item {
  readonly name?: string;
  readonly state?: string;
}

const COLUMNS: readonly Column<Item>[] = [
  { title: 'NAME', cell: ({ name }) => name },
  { title: 'STATE', cell: ({ state }) => state },
];

function table(items: readonly Item[], width?: number): string {
  return tableText(
    COLUMNS.map(({ title }) => title),
    items.map((item) => rowOf(COLUMNS, item)),
    width,
  );
}

describe('a table', () => {
  it('aligns its columns, and marks what one row lacks', () => {
    expect(table([{ name: 'a', state: 'active' }, { name: 'longer' }])).toBe(
      'NAME     STATE\na        active\nlonger   -\n',
    );
  });

  it('leaves out a column that no row has', () => {
    expect(table([{ name: 'a' }, { name: 'b', state: '' }])).toBe('NAME\na\nb\n');
  });

  it('is cut to a width, and only where there is one', () => {
    expect(table([{ name: 'x'.repeat(20), state: 'active' }], 10)).toBe('NAME     …\nxxxxxxxxx…\n');
    expect(table([{ name: 'x'.repeat(200) }])).toContain('x'.repeat(200));
  });

  it('stays aligned beside wide letters and pictures', () => {
    expect(
      table([
        { name: '李四', state: 'a' },
        { name: 'abcd', state: 'b' },
        { name: 'e\u0301xyz', state: 'c' },
      ]),
    ).toBe('NAME   STATE\n李四   a\nabcd   b\ne\u0301xyz   c\n');
  });

  it('does not let a value end its line', () => {
    expect(table([{ name: 'a\nb\rc\td' }])).toBe('NAME\na\\x0ab\\x0dc\\x09d\n');
  });
});

describe('details', () => {
  it('are a line each, whole, without those that are not there', () => {
    expect(
      detailsText([
        ['LINK', 'x'.repeat(300)],
        ['CODE', undefined],
        ['EXPIRES', ''],
      ]),
    ).toBe(`LINK   ${'x'.repeat(300)}\n`);
  });
});

describe('a text for a terminal', () => {
  it.each([
    ['an escape', '\u001b[31m', '\\x1b[31m'],
    ['the eight-bit one', '\u009b31m', '\\x9b31m'],
    ['delete', '\u007f', '\\x7f'],
    ['a turn of direction', 'a\u202eb', 'a\\u202eb'],
    ['a line separator', '\u2028', '\\u2028'],
    ['an invisible letter', '\u{e0041}', '\\u{e0041}'],
    ['half a letter', '\ud800', '\\ud800'],
    ['nothing special', 'Zoë 李 🙂 \\', 'Zoë 李 🙂 \\'],
  ])('spells out %s', (_, text, safe) => {
    expect(escaped(text)).toBe(safe);
  });

  it.each(['\u007f', '\u009b31m', '\u202e', '\u{e0041}'])(
    'means the same in JSON when escaped (%j)',
    (text) => {
      const json = escapedInQuotes(JSON.stringify({ text }, undefined, 2));
      expect(json.replaceAll('\n', '')).not.toMatch(/[\p{Cc}\p{Cf}]/u);
      expect(JSON.parse(json)).toEqual({ text });
    },
  );
});

describe('a width', () => {
  it.each([
    ['abc', 3],
    ['李', 2],
    ['🙂', 2],
    ['e\u0301', 1],
  ])('of %s is %i', (text, width) => {
    expect(widthOf(text)).toBe(width);
  });

  it('is never exceeded by a wide letter at the edge', () => {
    expect(cut('李四王五', 8)).toBe('李四王五');
    expect(cut('李四王五', 7)).toBe('李四王…');
    expect(cut('李四王五', 6)).toBe('李四…');
  });
});

describe('an age', () => {
  const now = Date.parse('2026-06-15T12:00:00Z');

  it.each([
    ['2026-06-15T12:00:00Z', '0s'],
    ['2026-06-15T11:59:01.123456789Z', '58s'],
    ['2026-06-15T11:00:00Z', '1h'],
    ['2026-06-12T12:00:00Z', '3d'],
    ['2024-01-01T00:00:00Z', '2y'],
    ['2026-06-15T13:30:00+01:00', 'in 30m'],
    ['nonsense', undefined],
    [undefined, undefined],
  ])('of %s is %s', (time, shown) => {
    expect(age(time, now)).toBe(shown);
  });
});
