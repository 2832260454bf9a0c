import { isObject, type JsonObject, type JsonValue } from './json.ts';
import { toPointer } from './pointer.ts';

/** What Kubernetes cannot check for us inside traits and metadata (their fields are unknown to the CRD). */
const MAX_BYTES = 64 * 1024;
/** Of the JSON pointers to all leaves: the marker and the status hold them, and a long name is in each that leads through it. */
const MAX_POINTER_BYTES = 128 * 1024;
const MAX_DEPTH = 32;
const FORBIDDEN_KEYS: ReadonlySet<string> = new Set(['__proto__', 'constructor', 'prototype']);

/**
 * The first few violations of our own limits, as stable sentences that hold JSON pointers and never a value.
 * Walks without recursion, so depth cannot overflow the stack.
 */
export function limitProblems(root: JsonObject): string[] {
  const problems: string[] = [];
  const open: { path: readonly string[]; value: JsonValue }[] = [{ path: [], value: root }];
  for (let next = open.pop(); next !== undefined && problems.length < 5; next = open.pop()) {
    const { path, value } = next;
    if (path.length > MAX_DEPTH) {
      // Nothing below is looked at, and nothing may be serialised before depth is known to be sound.
      return [`nesting is deeper than ${MAX_DEPTH} levels at ${toPointer(path.slice(0, 3))}/…`];
    }
    if (typeof value === 'number' && Number.isInteger(value) && !Number.isSafeInteger(value)) {
      problems.push(`${toPointer(path)} is an integer beyond ±(2^53−1)`);
    }
    for (const key of keysOf(value)) {
      if (isObject(value) && FORBIDDEN_KEYS.has(key)) {
        problems.push(`${toPointer(path)} has a key that is not allowed (${key})`);
      } else {
        open.push({ path: [...path, key], value: childOf(value, key) });
      }
    }
  }
  return problems.length > 0 ? problems.sort() : sizeProblems(root);
}

function sizeProblems(root: JsonObject): string[] {
  if (Buffer.byteLength(JSON.stringify(root)) > MAX_BYTES) return [`larger than ${MAX_BYTES} bytes of JSON`];
  if (pointerBytes(root) <= MAX_POINTER_BYTES) return [];
  return [
    `the pointers to its values come to more than ${MAX_POINTER_BYTES} bytes: shorten names that many values share`,
  ];
}

/** Without making the pointers: together they may be thousands of times as large as what they point into. */
function pointerBytes(root: JsonObject): number {
  let total = 0;
  const open: { readonly value: JsonValue; readonly bytes: number }[] = [{ value: root, bytes: 0 }];
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    const { value, bytes } = next;
    const entries = isObject(value) ? Object.entries(value) : [];
    if (entries.length === 0) total += bytes;
    for (const [key, child] of entries) {
      open.push({ value: child, bytes: bytes + Buffer.byteLength(toPointer([key])) });
    }
  }
  return total;
}

function keysOf(value: JsonValue): readonly string[] {
  return typeof value === 'object' && value !== null ? Object.keys(value) : [];
}

function childOf(value: JsonValue, key: string): JsonValue {
  if (isObject(value)) return value[key] ?? null;
  return Array.isArray(value) ? (value[Number(key)] ?? null) : null;
}
