import { isObject, type JsonObject, type JsonValue } from '../../../src/model/json.ts';
import { DecodeError, jsonKind, unmarshal } from './go-json.ts';

/** A patch that Kratos' library refuses to read or to apply; the message is the library's text. */
export class PatchError extends Error {
  override readonly name = 'PatchError';
}

export interface Operation {
  readonly op: 'add' | 'remove' | 'replace';
  readonly path: string;
  readonly value: JsonValue;
}

type Writable = JsonValue[] | Record<string, JsonValue>;

const INDEX = /^[+-]?\d+$/;

/** Reads a patch body. `denied` says which paths nobody may patch. */
export function readPatch(body: string, denied: (path: string) => boolean): Operation[] {
  return decoded(body).map((item) => {
    const { op, path, value } = isObject(item) ? item : {};
    if (op !== 'add' && op !== 'remove' && op !== 'replace') {
      throw new PatchError(`unsupported operation: ${typeof op === 'string' ? op : 'unknown'}`);
    }
    if (typeof path !== 'string') {
      throw new PatchError('error parsing patch operations: operation missing path field: missing value');
    }
    if (denied(path)) throw new PatchError(`patch includes denied path: ${path}`);
    const last = path.split('/').at(-1) ?? '';
    const element = path !== '' && (last === '-' || INDEX.test(last));
    return { op: op === 'replace' && !element ? 'add' : op, path, value: value ?? null };
  });
}

function decoded(body: string): readonly JsonValue[] {
  try {
    const value = unmarshal(body);
    if (Array.isArray(value)) return value as readonly JsonValue[];
    if (value === null) return [];
    throw new PatchError(`json: cannot unmarshal ${jsonKind(value)} into Go value of type jsonpatch.Patch`);
  } catch (error) {
    throw error instanceof DecodeError ? new PatchError(error.message) : error;
  }
}

/** Applies all operations to a copy of `document`, or throws and applies none. Parents missing for an `add` are made. */
export function applyPatch(document: JsonObject, operations: readonly Operation[]): JsonObject {
  const copy = structuredClone(document) as Record<string, JsonValue>;
  for (const operation of operations) {
    if (operation.op === 'add') ensureParents(copy, operation.path);
    carryOut(copy, operation);
  }
  return copy;
}

function carryOut(root: Writable, { op, path, value }: Operation): void {
  const parent = parentOf(root, path);
  if (parent === undefined) {
    const shown = op === 'replace' ? path : `"${path}"`;
    throw new PatchError(`${op} operation does not apply: doc is missing path: ${shown}: missing value`);
  }
  const key = decodeKey(path.split('/').at(-1) ?? '');
  if (op !== 'replace') {
    inPath(op, path, () => (op === 'add' ? add(parent, key, value) : remove(parent, key)));
    return;
  }
  if (get(parent, key) === undefined) {
    throw new PatchError(`replace operation does not apply: doc is missing key: ${path}: missing value`);
  }
  if (Array.isArray(parent)) parent[Number(key)] = value;
  else define(parent, key, value);
}

function inPath(verb: string, path: string, change: () => void): void {
  try {
    change();
  } catch (error) {
    if (!(error instanceof PatchError)) throw error;
    throw new PatchError(`error in ${verb} for path: '${path}': ${error.message}`);
  }
}

/** Makes what is missing or null above the last key. As in the library, a made key stays encoded, and a numeric successor makes an array. */
function ensureParents(root: Writable, path: string): void {
  const parts = path.split('/').slice(1);
  let parent = root;
  for (const [index, part] of parts.slice(0, -1).entries()) {
    const target = get(parent, decodeKey(part));
    if (target === undefined || target === null) {
      const made = containerFor(parts[index + 1] ?? '');
      tryAdd(parent, part, made);
      parent = made;
    } else if (typeof target === 'object') {
      parent = target as Writable;
    } else {
      throw new PatchError(
        `json: cannot unmarshal ${jsonKind(target)} into Go value of type map[string]*jsonpatch.lazyNode`,
      );
    }
  }
}

function containerFor(next: string): Writable {
  if (next === '-') return [];
  return INDEX.test(next) ? Array.from({ length: Math.max(Number(next), 0) }, () => null) : {};
}

/** The library drops this error: the made container is then attached to nothing. */
function tryAdd(parent: Writable, key: string, value: JsonValue): void {
  try {
    add(parent, key, value);
  } catch (error) {
    if (!(error instanceof PatchError)) throw error;
  }
}

function parentOf(root: Writable, path: string): Writable | undefined {
  const parts = path.split('/');
  if (parts.length < 2) return undefined;
  let parent: Writable = root;
  for (const part of parts.slice(1, -1)) {
    const next = get(parent, decodeKey(part));
    if (typeof next !== 'object' || next === null) return undefined;
    parent = next as Writable;
  }
  return parent;
}

function get(parent: Writable, key: string): JsonValue | undefined {
  if (Array.isArray(parent)) return INDEX.test(key) ? parent.at(Number(key)) : undefined;
  return Object.hasOwn(parent, key) ? parent[key] : undefined;
}

function add(parent: Writable, key: string, value: JsonValue): void {
  if (!Array.isArray(parent)) {
    define(parent, key, value);
    return;
  }
  if (key !== '-' && !INDEX.test(key)) {
    throw new PatchError(
      `value was not a proper array index: '${key}': strconv.Atoi: parsing "${key}": invalid syntax`,
    );
  }
  const wanted = key === '-' ? parent.length : Number(key);
  const index = wanted < 0 ? wanted + parent.length + 1 : wanted;
  if (index < 0 || index > parent.length) throw invalidIndex(key);
  parent.splice(index, 0, value);
}

function remove(parent: Writable, key: string): void {
  if (get(parent, key) === undefined) {
    if (Array.isArray(parent)) throw invalidIndex(key);
    throw new PatchError(`unable to remove nonexistent key: ${key}: missing value`);
  }
  if (Array.isArray(parent)) parent.splice(Number(key), 1);
  else delete parent[key];
}

function invalidIndex(key: string): PatchError {
  return new PatchError(`Unable to access invalid index: ${key}: invalid index referenced`);
}

/** A plain assignment would take `__proto__` for the prototype. */
function define(parent: Record<string, JsonValue>, key: string, value: JsonValue): void {
  Object.defineProperty(parent, key, { value, writable: true, enumerable: true, configurable: true });
}

function decodeKey(key: string): string {
  return key.replaceAll('~1', '/').replaceAll('~0', '~');
}
