import { isDeepStrictEqual } from 'node:util';

import { isObject, type JsonObject, type JsonValue } from '../../../src/model/json.ts';
import { join, type Schema, schemaOf } from './schema.ts';
import type { Cause } from './status.ts';

/** Every violation of a structural schema, with the reasons and fields that the real server names. */
export function validate(schema: Schema, value: JsonValue, path: string): readonly Cause[] {
  if (value === null && schema.nullable === true) return [];
  const type = typeCause(schema, value, path);
  if (type !== undefined) return [type];
  return [
    ...enumCauses(schema, value, path),
    ...(typeof value === 'string' ? stringCauses(schema, value, path) : []),
    ...(typeof value === 'number' ? numberCauses(schema, value, path) : []),
    ...(Array.isArray(value) ? arrayCauses(schema, value, path) : []),
    ...(isObject(value) ? objectCauses(schema, value, path) : []),
  ];
}

export function required(field: string, hint = ''): Cause {
  return {
    reason: 'FieldValueRequired',
    message: hint === '' ? 'Required value' : `Required value: ${hint}`,
    field,
  };
}

export function invalidValue(field: string, value: JsonValue, why: string): Cause {
  return { reason: 'FieldValueInvalid', message: `Invalid value: ${JSON.stringify(value)}: ${why}`, field };
}

function typeCause(schema: Schema, value: JsonValue, path: string): Cause | undefined {
  const found = typeOf(value);
  if (schema['x-kubernetes-int-or-string'] === true) {
    return found === 'integer' || found === 'string' ? undefined : typeInvalid('integer,string', found, path);
  }
  if (schema.type === undefined || schema.type === found) return undefined;
  if (schema.type === 'number' && found === 'integer') return undefined;
  return typeInvalid(schema.type, found, path);
}

function typeInvalid(wanted: string, found: string, path: string): Cause {
  const message = `Invalid value: "${found}": ${path} in body must be of type ${wanted}: "${found}"`;
  return { reason: 'FieldValueTypeInvalid', message, field: path };
}

function typeOf(value: JsonValue): string {
  if (value === null) return 'null';
  if (Array.isArray(value)) return 'array';
  if (typeof value === 'number') return Number.isInteger(value) ? 'integer' : 'number';
  return typeof value;
}

function enumCauses(schema: Schema, value: JsonValue, path: string): readonly Cause[] {
  if (schema.enum === undefined || schema.enum.some((allowed) => isDeepStrictEqual(allowed, value)))
    return [];
  const allowed = schema.enum.map((entry) => JSON.stringify(entry)).join(', ');
  const message = `Unsupported value: ${JSON.stringify(value)}: supported values: ${allowed}`;
  return [{ reason: 'FieldValueNotSupported', message, field: path }];
}

function stringCauses(schema: Schema, value: string, path: string): readonly Cause[] {
  const causes: Cause[] = [];
  const length = Array.from(value).length;
  if (schema.maxLength !== undefined && length > schema.maxLength) {
    const message = `Too long: may not be more than ${schema.maxLength} bytes`;
    causes.push({ reason: 'FieldValueTooLong', message, field: path });
  }
  if (schema.minLength !== undefined && length < schema.minLength) {
    causes.push(
      invalidValue(path, value, `${path} in body should be at least ${schema.minLength} chars long`),
    );
  }
  if (schema.pattern !== undefined && !new RegExp(schema.pattern, 'u').test(value)) {
    causes.push(invalidValue(path, value, `${path} in body should match '${schema.pattern}'`));
  }
  const format = schema.format === undefined ? undefined : formats[schema.format];
  if (format !== undefined && !format.test(value)) {
    causes.push(invalidValue(path, value, `${path} in body must be of type ${schema.format}: "${value}"`));
  }
  return causes;
}

/** `micro-time` is Go's `MicroTime`, which takes six fractional digits and nothing else. */
const formats: Readonly<Record<string, RegExp>> = {
  'date-time': /^\d{4}-\d{2}-\d{2}[Tt]\d{2}:\d{2}:\d{2}(\.\d+)?([Zz]|[+-]\d{2}:\d{2})$/,
  'micro-time': /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}\.\d{6}(Z|[+-]\d{2}:\d{2})$/,
  byte: /^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/,
};

function numberCauses(schema: Schema, value: number, path: string): readonly Cause[] {
  const causes: Cause[] = [];
  if (schema.minimum !== undefined && value < schema.minimum) {
    causes.push(
      invalidValue(path, value, `${path} in body should be greater than or equal to ${schema.minimum}`),
    );
  }
  if (schema.maximum !== undefined && value > schema.maximum) {
    causes.push(
      invalidValue(path, value, `${path} in body should be less than or equal to ${schema.maximum}`),
    );
  }
  return causes;
}

function arrayCauses(schema: Schema, value: readonly JsonValue[], path: string): readonly Cause[] {
  const { items } = schema;
  return [
    ...countCauses(value.length, schema.minItems, schema.maxItems, path),
    ...(items === undefined
      ? []
      : value.flatMap((entry, index) => validate(items, entry, `${path}[${index}]`))),
  ];
}

function objectCauses(schema: Schema, value: JsonObject, path: string): readonly Cause[] {
  const missing = (schema.required ?? []).filter((field) => !Object.hasOwn(value, field));
  return [
    ...countCauses(Object.keys(value).length, schema.minProperties, schema.maxProperties, path),
    ...missing.map((field) => required(join(path, field))),
    ...Object.entries(value).flatMap(([field, entry]) => {
      const inner = schemaOf(schema, field);
      return inner === undefined ? [] : validate(inner, entry, join(path, field));
    }),
  ];
}

function countCauses(
  count: number,
  min: number | undefined,
  max: number | undefined,
  path: string,
): readonly Cause[] {
  if (max !== undefined && count > max) {
    const message = `Too many: ${count}: must have at most ${max} items`;
    return [{ reason: 'FieldValueTooMany', message, field: path }];
  }
  if (min !== undefined && count < min) {
    return [invalidValue(path, count, `${path} in body should have at least ${min} items`)];
  }
  return [];
}
