import type { JsonValue } from '../model/json.ts';

/** A number that may not survive has more digits than JavaScript surely holds, or a large exponent. */
const MANY_DIGITS = 16;
const LARGE_EXPONENT = /[eE][+-]?\d{3}/;

/**
 * The JSON that a text is. A number that JavaScript cannot hold stays its own text (`JSON.rawJSON`), so that a whole identity that is
 * written back, or shown, has the numbers that it had. Such a number is equal to no other, and has nothing inside.
 *
 * Throws a `SyntaxError`.
 */
export function exactJson(text: string): JsonValue {
  const isDoubtful = hasManyDigits(text) || LARGE_EXPONENT.test(text);
  return isDoubtful ? JSON.parse(text, keepExact) : JSON.parse(text);
}

/** Looks at every sixteenth character first: every answer is read here, and hardly any has such a number. */
function hasManyDigits(text: string): boolean {
  for (let end = MANY_DIGITS - 1; end < text.length; ) {
    let at = end;
    while (at > end - MANY_DIGITS && isDigitOrDot(text.charCodeAt(at))) at -= 1;
    if (at === end - MANY_DIGITS) return true;
    end = at + MANY_DIGITS;
  }
  return false;
}

/** From `.` to `9`; the slash between them does no harm. */
function isDigitOrDot(code: number): boolean {
  return code >= 46 && code <= 57;
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
