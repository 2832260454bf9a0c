import { createHash } from 'node:crypto';
import { isObject, type JsonValue } from './json.ts';

/** JSON text with object keys sorted: equal values give equal texts. Depth is bounded by `checkLimits` before anything gets here. */
export function canonical(value: JsonValue | undefined): string {
  if (Array.isArray(value)) return `[${value.map((item: JsonValue) => canonical(item)).join(',')}]`;
  if (!isObject(value)) return JSON.stringify(value ?? null);
  const members = Object.keys(value)
    .sort()
    .map((key) => `${JSON.stringify(key)}:${canonical(value[key])}`);
  return `{${members.join(',')}}`;
}

export function sameJson(a: JsonValue | undefined, b: JsonValue | undefined): boolean {
  if (a === undefined || b === undefined) return a === b;
  return a === b || canonical(a) === canonical(b);
}

export function sha256(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}
