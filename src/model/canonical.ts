import { createHash } from 'node:crypto';
import { isObject, type JsonValue } from './json.ts';

/**
 * JSON text with object keys sorted: equal values give equal texts. Without recursion, because what is being deleted was stored before
 * anyone looked at its limits.
 */
export function canonical(root: JsonValue | undefined): string {
  let text = '';
  const open: Piece[] = [{ value: root }];
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    if ('text' in next) text += next.text;
    else for (const piece of piecesOf(next.value).reverse()) open.push(piece);
  }
  return text;
}

type Piece = { readonly text: string } | { readonly value: JsonValue | undefined };

function piecesOf(value: JsonValue | undefined): Piece[] {
  if (Array.isArray(value)) {
    const items = value.flatMap((item: JsonValue, at): Piece[] => [
      { text: at === 0 ? '' : ',' },
      { value: item },
    ]);
    return [{ text: '[' }, ...items, { text: ']' }];
  }
  if (!isObject(value)) return [{ text: JSON.stringify(value ?? null) }];
  const members = Object.keys(value)
    .sort()
    .flatMap((key, at): Piece[] => [
      { text: `${at === 0 ? '' : ','}${JSON.stringify(key)}:` },
      { value: value[key] },
    ]);
  return [{ text: '{' }, ...members, { text: '}' }];
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
