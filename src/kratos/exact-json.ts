import type { JsonValue } from '../model/json.ts';

/** A number that may not survive: of more digits than JavaScript holds, or of a large exponent. */
const DOUBTFUL = /\d[\d.]{15}|\d[eE][+-]?\d{3}/;

/**
 * The JSON that a text is. A number that JavaScript cannot hold stays its own text (`JSON.rawJSON`), so that a whole identity that is
 * written back, or shown, has the numbers that it had. Such a number is equal to no other, and has nothing inside.
 *
 * Throws a `SyntaxError`.
 */
export function exactJson(text: string): JsonValue {
  return DOUBTFUL.test(text) ? JSON.parse(text, keepExact) : JSON.parse(text);
}

function keepExact(_: string, value: unknown, { source }: { readonly source?: string }): unknown {
  if (typeof value !== 'number' || source === undefined || source === JSON.stringify(value)) return value;
  return isExact(value, source) ? value : JSON.rawJSON(source);
}

/** Another way of writing the same number, such as `1.0` or `1e3`. */
function isExact(value: number, source: string): boolean {
  return Number.isFinite(value) && decimal(source) === decimal(JSON.stringify(value));
}

/** Sign, digits without zeros around them, and the power of ten of the last one. */
function decimal(text: string): string {
  const [, sign = '', whole = '', fraction = '', exponent = '0'] =
    /^(-?)(\d+)(?:\.(\d+))?(?:[eE]([+-]?\d+))?$/.exec(text) ?? [];
  const digits = (whole + fraction).replace(/^0+/, '');
  const bare = digits.replace(/0+$/, '');
  const power = Number(exponent) - fraction.length + (digits.length - bare.length);
  return bare === '' ? '0' : `${sign}${bare}e${power}`;
}
