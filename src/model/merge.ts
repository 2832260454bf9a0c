import { sameJson } from './canonical.ts';
import type { Edit } from './identity.ts';
import { isObject, type JsonObject, type JsonValue } from './json.ts';
import { fromPointer, type Leaf, leavesOf, type Path, toPointer, valueAt } from './pointer.ts';

/** True when what Kratos holds at a declared leaf counts as what was declared there. */
export type Accepts = (leaf: Leaf, actual: JsonValue | undefined) => boolean;

/**
 * The least edits that bring one field of an identity (traits or metadata) to what is declared:
 * declared leaves are set, leaves that were owned and are no longer declared are removed, the rest stays.
 *
 * @param owned JSON pointers of the leaves applied last time
 * @param accepts lets a value pass that the server keeps in another form than it was sent
 */
export function mergeEdits(
  declared: JsonObject | undefined,
  actual: JsonValue | undefined,
  owned: readonly string[],
  accepts: Accepts = () => false,
): Edit[] {
  const leaves = declared === undefined ? [] : leavesOf(declared);
  const sets = leaves
    .filter((leaf) => !holds(actual, leaf) && !accepts(leaf, valueAt(actual, leaf.path)))
    .map((leaf) => setEdit(declared ?? {}, actual, leaf));
  return [...unique(sets), ...removals(declared, actual, owned)];
}

function holds(actual: JsonValue | undefined, leaf: Leaf): boolean {
  const value = valueAt(actual, leaf.path);
  // `{}` declares an object whose members belong to others.
  return isEmptyObject(leaf.value) ? isObject(value) : sameJson(value, leaf.value);
}

/** Sets the leaf, or the whole declared object at the first ancestor that Kratos does not hold as an object. */
function setEdit(declared: JsonObject, actual: JsonValue | undefined, leaf: Leaf): Edit {
  for (let depth = 0; depth < leaf.path.length; depth += 1) {
    const path = leaf.path.slice(0, depth);
    if (!isObject(valueAt(actual, path))) return { op: 'set', path, value: valueAt(declared, path) ?? null };
  }
  return { op: 'set', path: leaf.path, value: leaf.value };
}

function removals(
  declared: JsonObject | undefined,
  actual: JsonValue | undefined,
  owned: readonly string[],
): Edit[] {
  const gone = owned
    .map(fromPointer)
    .filter((path) => path.length > 0 && !isDeclared(declared, path) && isOurs(valueAt(actual, path)));
  const pointers = new Set(gone.map(toPointer));
  const lifted = gone.map((path) => emptiedAncestor(declared, actual, path, pointers));
  return unique(lifted.map((path): Edit => ({ op: 'remove', path })));
}

/** An owned leaf that became an object with members was filled by somebody else: only an empty one is still ours to remove. */
function isOurs(value: JsonValue | undefined): boolean {
  return value !== undefined && (!isObject(value) || isEmptyObject(value));
}

/** Declared at this very path, below it, or as a leaf above it. */
function isDeclared(declared: JsonObject | undefined, path: Path): boolean {
  let value: JsonValue | undefined = declared;
  for (const key of path) {
    if (value === undefined) return false;
    if (!isObject(value)) return true;
    value = Object.hasOwn(value, key) ? value[key] : undefined;
  }
  return value !== undefined;
}

/** The highest ancestor, below the root, of which nothing would be left after our removals. */
function emptiedAncestor(
  declared: JsonObject | undefined,
  actual: JsonValue | undefined,
  path: Path,
  removed: ReadonlySet<string>,
): Path {
  let result = path;
  for (let depth = path.length - 1; depth > 0; depth -= 1) {
    const parent = path.slice(0, depth);
    const value = valueAt(actual, parent);
    if (isDeclared(declared, parent) || !isObject(value) || !vanishes(value, parent, removed)) break;
    result = parent;
  }
  return result;
}

function vanishes(value: JsonObject, path: Path, removed: ReadonlySet<string>): boolean {
  return leavesOf(value).every((leaf) => removed.has(toPointer([...path, ...leaf.path])));
}

function unique(edits: readonly Edit[]): Edit[] {
  const byPath = new Map(edits.map((edit) => [toPointer(edit.path), edit]));
  return [...byPath.values()].sort((a, b) => (toPointer(a.path) < toPointer(b.path) ? -1 : 1));
}

function isEmptyObject(value: JsonValue): boolean {
  return isObject(value) && Object.keys(value).length === 0;
}
