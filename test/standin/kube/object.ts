import { isObject, type JsonObject, type JsonValue } from '../../../src/model/json.ts';

/** `metadata` as the stand-in stores it: always complete, never changed in place. */
export interface ObjectMeta extends JsonObject {
  readonly name: string;
  /** Empty for cluster-scoped objects; left out on the wire. */
  readonly namespace: string;
  readonly uid: string;
  readonly resourceVersion: string;
  readonly creationTimestamp: string;
}

/** A stored Kubernetes object. */
export interface KubeObject extends JsonObject {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: ObjectMeta;
}

/** An object field, or an empty object where there is none of that kind. */
export function objectAt(value: JsonValue | undefined, field: string): JsonObject {
  const found = fieldOf(value, field);
  return isObject(found) ? found : {};
}

/** A string field, or `''`. */
export function stringAt(value: JsonValue | undefined, field: string): string {
  const found = fieldOf(value, field);
  return typeof found === 'string' ? found : '';
}

/** An array field, or an empty one. */
export function arrayAt(value: JsonValue | undefined, field: string): readonly JsonValue[] {
  const found = fieldOf(value, field);
  return Array.isArray(found) ? found : [];
}

/** An own field; inherited ones (`constructor`, `__proto__`) do not count. */
export function fieldOf(value: JsonValue | undefined, field: string): JsonValue | undefined {
  return isObject(value) && Object.hasOwn(value, field) ? value[field] : undefined;
}

/** A copy without some fields. */
export function without(value: JsonObject, ...fields: readonly string[]): JsonObject {
  return Object.fromEntries(Object.entries(value).filter(([key]) => !fields.includes(key)));
}

export function finalizersOf(object: JsonObject): readonly string[] {
  return arrayAt(object.metadata, 'finalizers').filter((entry) => typeof entry === 'string');
}

export function isDeleting(object: JsonObject): boolean {
  return fieldOf(object.metadata, 'deletionTimestamp') !== undefined;
}

/** `2026-01-01T00:00:00Z`, the form of `metav1.Time`. */
export function timestamp(epochMs: number): string {
  return `${new Date(epochMs).toISOString().slice(0, 19)}Z`;
}
