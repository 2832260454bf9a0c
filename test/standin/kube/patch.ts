import { isDeepStrictEqual } from 'node:util';

import { isObject, type JsonObject, type JsonValue } from '../../../src/model/json.ts';
import { fieldOf, stringAt } from './object.ts';
import { badRequest, patchNotApplied } from './status.ts';

/** RFC 7386. */
export function mergePatch(target: JsonValue | undefined, patch: JsonValue): JsonValue {
  if (!isObject(patch)) return patch;
  const merged = new Map(Object.entries(isObject(target) ? target : {}));
  for (const [field, value] of Object.entries(patch)) {
    if (value === null) merged.delete(field);
    else merged.set(field, mergePatch(merged.get(field), value));
  }
  return Object.fromEntries(merged);
}

/**
 * A strategic merge patch as far as the served kinds need it: maps merge, lists are replaced, except finalizers, which merge;
 * directives (`$setElementOrder/…`, `$retainKeys`) are not honoured.
 */
export function strategicMergePatch(target: JsonObject, patch: JsonObject): JsonValue {
  const merged = mergePatch(target, dropDirectives(patch));
  if (!isObject(merged) || !isObject(merged.metadata)) return merged;
  const lists = [target.metadata, merged.metadata].map((meta) =>
    isObject(meta) && Array.isArray(meta.finalizers) ? meta.finalizers : [],
  );
  const finalizers = [...new Set(lists.flat())];
  return finalizers.length === 0 ? merged : { ...merged, metadata: { ...merged.metadata, finalizers } };
}

/** RFC 6902, all operations or none; throws 400 for what is no patch, 422 for one that does not apply. */
export function jsonPatch(target: JsonObject, patch: JsonValue): JsonValue {
  if (!Array.isArray(patch)) {
    throw badRequest(
      'error decoding patch: json: cannot unmarshal object into Go value of type []handlers.jsonPatchOp',
    );
  }
  return patch.reduce(
    (document: JsonValue, operation: JsonValue) => applyOperation(document, operation),
    target,
  );
}

function applyOperation(document: JsonValue, operation: JsonValue): JsonValue {
  if (!isObject(operation)) throw patchNotApplied();
  const path = pointer(operation.path);
  switch (stringAt(operation, 'op')) {
    case 'test':
      if (!isDeepStrictEqual(read(document, path), operation.value)) throw patchNotApplied();
      return document;
    case 'add':
      return write(document, path, operation.value ?? null, 'add');
    case 'replace':
      read(document, path);
      return write(document, path, operation.value ?? null, 'replace');
    case 'remove':
      return remove(document, path);
    case 'move': {
      const from = pointer(operation.from);
      return write(remove(document, from), path, read(document, from), 'add');
    }
    case 'copy':
      return write(document, path, read(document, pointer(operation.from)), 'add');
    default:
      throw patchNotApplied();
  }
}

function pointer(value: JsonValue | undefined): readonly string[] {
  if (value === '') return [];
  if (typeof value !== 'string' || !value.startsWith('/')) throw patchNotApplied();
  return value
    .slice(1)
    .split('/')
    .map((part) => part.replaceAll('~1', '/').replaceAll('~0', '~'));
}

function read(value: JsonValue, path: readonly string[]): JsonValue {
  const [head, ...rest] = path;
  if (head === undefined) return value;
  const child = Array.isArray(value) ? value[arrayIndex(value, head)] : fieldOf(value, head);
  if (child === undefined) throw patchNotApplied();
  return read(child, rest);
}

function write(
  value: JsonValue,
  path: readonly string[],
  inserted: JsonValue,
  how: 'add' | 'replace',
): JsonValue {
  const [head, ...rest] = path;
  if (head === undefined) return inserted;
  if (Array.isArray(value)) {
    const at = head === '-' ? value.length : arrayIndex(value, head);
    if (rest.length === 0) return value.toSpliced(at, how === 'replace' ? 1 : 0, inserted);
    return value.with(at, write(read(value, [head]), rest, inserted, how));
  }
  if (!isObject(value)) throw patchNotApplied();
  const child = rest.length === 0 ? inserted : write(read(value, [head]), rest, inserted, how);
  return Object.fromEntries([...Object.entries(value).filter(([field]) => field !== head), [head, child]]);
}

function remove(value: JsonValue, path: readonly string[]): JsonValue {
  const [head, ...rest] = path;
  if (head === undefined) throw patchNotApplied();
  const child = read(value, [head]);
  if (Array.isArray(value)) {
    const at = arrayIndex(value, head);
    return rest.length === 0 ? value.toSpliced(at, 1) : value.with(at, remove(child, rest));
  }
  if (!isObject(value)) throw patchNotApplied();
  return Object.fromEntries(
    Object.entries(value).flatMap(([field, entry]) =>
      field === head ? (rest.length === 0 ? [] : [[field, remove(child, rest)]]) : [[field, entry]],
    ),
  );
}

function arrayIndex(value: readonly JsonValue[], part: string): number {
  const index = Number(part);
  if (!/^\d+$/.test(part) || index > value.length) throw patchNotApplied();
  return index;
}

function dropDirectives(value: JsonObject): JsonObject {
  return Object.fromEntries(
    Object.entries(value)
      .filter(([field]) => !field.startsWith('$'))
      .map(([field, entry]) => [field, isObject(entry) ? dropDirectives(entry) : entry]),
  );
}
