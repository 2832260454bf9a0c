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

/** Equality of JSON values. Without recursion, because what Kratos holds may be nested deeper than any spec. */
export function sameJson(a: JsonValue | undefined, b: JsonValue | undefined): boolean {
  const open: [JsonValue | undefined, JsonValue | undefined][] = [[a, b]];
  for (let pair = open.pop(); pair !== undefined; pair = open.pop()) {
    const [left, right] = pair;
    if (left === right) continue;
    const children = pairsOf(left, right);
    if (children === undefined) return false;
    for (const child of children) open.push(child);
  }
  return true;
}

/** The members that have to be equal for two different values to be; `undefined` where nothing could make them so. */
function pairsOf(a: JsonValue | undefined, b: JsonValue | undefined) {
  if (Array.isArray(a) && Array.isArray(b)) {
    return a.length === b.length ? a.map((item, at): [JsonValue, JsonValue] => [item, b[at]]) : undefined;
  }
  if (!isObject(a) || !isObject(b)) return undefined;
  const keys = Object.keys(a);
  if (keys.length !== Object.keys(b).length || !keys.every((key) => Object.hasOwn(b, key))) return undefined;
  return keys.map((key): [JsonValue | undefined, JsonValue | undefined] => [a[key], b[key]]);
}

export function sha256(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}
