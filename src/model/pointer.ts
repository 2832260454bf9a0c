import { isObject, type JsonObject, type JsonValue } from './json.ts';

/** The object keys from a root to a value; `[]` is the root. Arrays are values, so a path never goes through one. */
export type Path = readonly string[];

export function toPointer(path: Path): string {
  return path.map((key) => `/${key.replaceAll('~', '~0').replaceAll('/', '~1')}`).join('');
}

export function fromPointer(pointer: string): Path {
  if (pointer === '') return [];
  return pointer
    .slice(1)
    .split('/')
    .map((key) => key.replaceAll('~1', '/').replaceAll('~0', '~'));
}

/** The value at `path`, `undefined` where there is none; inherited properties are not seen. */
export function valueAt(root: JsonValue | undefined, path: Path): JsonValue | undefined {
  let value = root;
  for (const key of path) {
    if (!isObject(value) || !Object.hasOwn(value, key)) return undefined;
    value = value[key];
  }
  return value;
}

export interface Leaf {
  readonly path: Path;
  readonly value: JsonValue;
}

/** The leaves of an object: scalars, arrays, null and empty objects, each with its path. The root itself is never a leaf. */
export function leavesOf(root: JsonObject): Leaf[] {
  const leaves: Leaf[] = [];
  const open: Leaf[] = [{ path: [], value: root }];
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    const { path, value } = next;
    const keys = isObject(value) ? Object.keys(value) : [];
    if (keys.length === 0 && path.length > 0) leaves.push(next);
    if (!isObject(value)) continue;
    for (const key of keys) open.push({ path: [...path, key], value: value[key] ?? null });
  }
  return leaves;
}

/** The sorted JSON pointers of an object's leaves. */
export function ownedPointers(root: JsonObject | undefined): string[] {
  return root === undefined
    ? []
    : leavesOf(root)
        .map((leaf) => toPointer(leaf.path))
        .sort();
}
