import { isObject, type JsonObject, type JsonValue } from '../../../src/model/json.ts';
import { fieldOf } from './object.ts';

/** The part of a structural schema that the stand-in honours; CEL rules, combinators and list types are not in it. */
export interface Schema {
  readonly type?: string;
  readonly format?: string;
  readonly nullable?: boolean;
  readonly default?: JsonValue;
  readonly enum?: readonly JsonValue[];
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly additionalProperties?: boolean | Schema;
  readonly required?: readonly string[];
  readonly items?: Schema;
  readonly minLength?: number;
  readonly maxLength?: number;
  readonly pattern?: string;
  readonly minimum?: number;
  readonly maximum?: number;
  readonly minItems?: number;
  readonly maxItems?: number;
  readonly minProperties?: number;
  readonly maxProperties?: number;
  readonly 'x-kubernetes-preserve-unknown-fields'?: boolean;
  readonly 'x-kubernetes-int-or-string'?: boolean;
}

/** Prunes what the schema does not know, drops nulls where they are not allowed, and sets defaults; reports pruned paths. */
export function conform(
  schema: Schema,
  value: JsonValue,
  path: string,
  onUnknown: (path: string) => void,
): JsonValue {
  if (Array.isArray(value)) {
    const { items } = schema;
    if (items === undefined) return value;
    return value.map((entry, index) => conform(items, entry, `${path}[${index}]`, onUnknown));
  }
  return isObject(value) ? conformObject(schema, value, path, onUnknown) : value;
}

/** The schema of an object's field, `undefined` where it is not described. */
export function schemaOf(schema: Schema, field: string): Schema | undefined {
  if (schema.properties !== undefined && Object.hasOwn(schema.properties, field)) {
    return schema.properties[field];
  }
  return typeof schema.additionalProperties === 'object' ? schema.additionalProperties : undefined;
}

export function join(path: string, field: string): string {
  return path === '' ? field : `${path}.${field}`;
}

function conformObject(
  schema: Schema,
  value: JsonObject,
  path: string,
  onUnknown: (path: string) => void,
): JsonObject {
  const keepsUnknown =
    schema['x-kubernetes-preserve-unknown-fields'] === true || schema.additionalProperties === true;
  const entries: [string, JsonValue][] = [];
  for (const [field, entry] of Object.entries(value)) {
    const inner = schemaOf(schema, field);
    if (inner === undefined) {
      if (keepsUnknown) entries.push([field, entry]);
      else onUnknown(join(path, field));
    } else if (entry !== null || inner.nullable === true) {
      entries.push([field, conform(inner, entry, join(path, field), onUnknown)]);
    }
  }
  // A null that was dropped counts as absent, so that its default comes back.
  const present = new Set(entries.map(([field]) => field));
  for (const [field, inner] of Object.entries(schema.properties ?? {})) {
    if (inner.default === undefined || present.has(field)) continue;
    entries.push([field, conform(inner, inner.default, join(path, field), () => {})]);
  }
  return Object.fromEntries(entries);
}

/** Reads a schema out of a CRD's `openAPIV3Schema`; throws for anything but an object. */
export function parseSchema(value: JsonValue | undefined): Schema {
  if (!isObject(value)) throw new TypeError('a schema must be an object');
  const properties = fieldOf(value, 'properties');
  const items = fieldOf(value, 'items');
  const additional = fieldOf(value, 'additionalProperties');
  const parsed: JsonObject & Schema = value;
  return {
    ...parsed,
    ...(isObject(properties) ? { properties: mapValues(properties) } : {}),
    ...(items === undefined ? {} : { items: parseSchema(items) }),
    ...(isObject(additional) ? { additionalProperties: parseSchema(additional) } : {}),
  };
}

function mapValues(schemas: JsonObject): Record<string, Schema> {
  return Object.fromEntries(Object.entries(schemas).map(([field, schema]) => [field, parseSchema(schema)]));
}
