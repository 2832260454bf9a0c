import { canonical } from '../../model/canonical.ts';
import type { JsonValue } from '../../model/json.ts';

/** Whether no two items are equal as JSON values. */
export function isUnique(items: readonly JsonValue[]): boolean {
  return new Set(items.map(canonical)).size === items.length;
}
