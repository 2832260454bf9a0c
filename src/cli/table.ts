import { escaped } from './escape.ts';
import { cut, widthOf } from './width.ts';

export interface Column<T> {
  readonly title: string;
  /** `undefined` where this one has none; a column that no row has is left out. */
  readonly cell: (item: T) => string | undefined;
}

const GAP = '   ';
const NOTHING = '-';

/** The cells of a row, safe to print. */
export type Row = readonly (string | undefined)[];

export function rowOf<T>(columns: readonly Column<T>[], item: T): Row {
  return columns.map(({ cell }) => {
    const text = cell(item);
    return text === undefined || text === '' ? undefined : escaped(text);
  });
}

/** Titles and rows in aligned columns, a line each; cut to `width` where there is one. */
export function tableText(
  titles: readonly string[],
  rows: readonly Row[],
  width: number | undefined,
): string {
  const shown = titles.map((title, at) => ({ title, at })).filter(({ at }) => rows.some((row) => row[at]));
  const lines = [
    shown.map(({ title }) => title),
    ...rows.map((row) => shown.map(({ at }) => row[at] ?? NOTHING)),
  ];
  return aligned(lines, width);
}

/** Names and values, a line each, never cut: what is shown this way is there to be copied. */
export function detailsText(details: readonly Detail[]): string {
  const shown = details.flatMap(([name, value]) => (value ? [[name, escaped(value)]] : []));
  return aligned(shown, undefined);
}

/** `undefined` and the empty text are left out. */
export type Detail = readonly [name: string, value: string | undefined];

function aligned(lines: readonly (readonly string[])[], width: number | undefined): string {
  const widths: number[] = [];
  for (const line of lines) {
    for (const [at, cell] of line.entries()) widths[at] = Math.max(widths[at] ?? 0, widthOf(cell));
  }
  return lines
    .map((line) => {
      const padded = line.map((cell, at) => cell + ' '.repeat((widths[at] ?? 0) - widthOf(cell)));
      const text = padded.join(GAP).trimEnd();
      return `${width === undefined ? text : cut(text, width)}\n`;
    })
    .join('');
}
