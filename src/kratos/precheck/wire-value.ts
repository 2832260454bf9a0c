import type { JsonObject, JsonValue } from '../../model/json.ts';

/** Far more than any identity schema or traits need, far less than the stack holds. */
export const MAX_DEPTH = 100;

/**
 * A value as Kratos reads it after we wrote it as JSON: numbers that JSON has not are null, lone surrogates are U+FFFD.
 * Objects have no prototype, so that every key is a key. `undefined` where it is nested deeper than `MAX_DEPTH`.
 */
export function wireValue(value: JsonValue, depth = 0): JsonValue | undefined {
  if (typeof value === 'string') return value.toWellFormed();
  if (typeof value === 'number') return Number.isFinite(value) ? value + 0 : null;
  if (typeof value !== 'object' || value === null) return value;
  if (depth >= MAX_DEPTH) return undefined;
  return Array.isArray(value) ? wireArray(value, depth) : wireObject(value as JsonObject, depth);
}

function wireArray(value: readonly JsonValue[], depth: number): JsonValue | undefined {
  const items: JsonValue[] = [];
  for (const item of value) {
    const read = wireValue(item, depth + 1);
    if (read === undefined) return undefined;
    items.push(read);
  }
  return items;
}

function wireObject(value: JsonObject, depth: number): JsonObject | undefined {
  const members: Record<string, JsonValue> = Object.create(null);
  for (const [key, member] of Object.entries(value)) {
    const read = wireValue(member, depth + 1);
    if (read === undefined) return undefined;
    members[key.toWellFormed()] = read;
  }
  return members;
}
