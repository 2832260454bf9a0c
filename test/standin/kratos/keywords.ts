import { isDeepStrictEqual } from 'node:util';
import { isObject, type JsonObject, type JsonValue } from '../../../src/model/json.ts';
import { type Failure, fail, type Place, under } from './failure.ts';
import { type Validation, validate } from './validator.ts';

export function jsonType(value: JsonValue): string {
  if (value === null) return 'null';
  if (Array.isArray(value)) return 'array';
  return typeof value;
}

export function equal(left: JsonValue, right: JsonValue): boolean {
  return isDeepStrictEqual(left, right);
}

/** A key as a pointer token of the validator: RFC 6901 first, then as a segment of a URL path. */
function token(key: string): string {
  return encodeURIComponent(key.replaceAll('~', '~0').replaceAll('/', '~1'))
    .replace(/%(?:24|26|2B|3D|3A|40)/g, decodeURIComponent)
    .replace(/[!'()*]/g, (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`);
}

function inside(at: Place, key: string, keyword: string): Place {
  return { instance: `${at.instance}/${token(key)}`, schema: `${at.schema}/${keyword}` };
}

export function checkObject(schema: JsonObject, value: JsonObject, at: Place, run: Validation): Failure[] {
  const failures: (Failure | undefined)[] = [checkRequired(schema, value, at)];
  const count = Object.keys(value).length;
  if (typeof schema.minProperties === 'number' && count < schema.minProperties) {
    failures.push(
      fail(under(at, 'minProperties'), counted('minimum', schema.minProperties, count, 'properties')),
    );
  }
  if (typeof schema.maxProperties === 'number' && count > schema.maxProperties) {
    failures.push(
      fail(under(at, 'maxProperties'), counted('maximum', schema.maxProperties, count, 'properties')),
    );
  }
  const rest = new Set(Object.keys(value));
  for (const [name, part] of Object.entries(isObject(schema.properties) ? schema.properties : {})) {
    if (!rest.delete(name)) continue;
    failures.push(validate(part, value[name] ?? null, inside(at, name, `properties/${token(name)}`), run));
  }
  for (const [pattern, part] of Object.entries(
    isObject(schema.patternProperties) ? schema.patternProperties : {},
  )) {
    for (const name of Object.keys(value).filter((key) => new RegExp(pattern).test(key))) {
      rest.delete(name);
      const place = inside(at, name, `patternProperties/${token(pattern)}`);
      failures.push(validate(part, value[name] ?? null, place, run));
    }
  }
  failures.push(...checkAdditional(schema.additionalProperties, value, [...rest], at, run));
  return failures.filter((failure) => failure !== undefined);
}

function checkRequired(schema: JsonObject, value: JsonObject, at: Place): Failure | undefined {
  const required = (Array.isArray(schema.required) ? schema.required : []) as readonly string[];
  const missing = required.filter((name) => !Object.hasOwn(value, name));
  if (missing.length === 0) return undefined;
  const names = missing.map((name) => JSON.stringify(name)).join(', ');
  return fail(under(at, 'required'), `missing properties: ${names}`);
}

function checkAdditional(
  part: JsonValue | undefined,
  value: JsonObject,
  names: readonly string[],
  at: Place,
  run: Validation,
): (Failure | undefined)[] {
  if (part === undefined || names.length === 0) return [];
  if (part === false) {
    const quoted = names.map((name) => JSON.stringify(name)).join(', ');
    return [fail(under(at, 'additionalProperties'), `additionalProperties ${quoted} not allowed`)];
  }
  return names.map((name) =>
    validate(part, value[name] ?? null, inside(at, name, 'additionalProperties'), run),
  );
}

export function checkArray(
  schema: JsonObject,
  value: readonly JsonValue[],
  at: Place,
  run: Validation,
): Failure[] {
  const failures: (Failure | undefined)[] = [];
  if (typeof schema.minItems === 'number' && value.length < schema.minItems) {
    failures.push(fail(under(at, 'minItems'), counted('minimum', schema.minItems, value.length, 'items')));
  }
  if (typeof schema.maxItems === 'number' && value.length > schema.maxItems) {
    failures.push(fail(under(at, 'maxItems'), counted('maximum', schema.maxItems, value.length, 'items')));
  }
  if (schema.uniqueItems === true) failures.push(...checkUnique(value, at));
  for (const [index, item] of value.entries()) {
    const tuple = Array.isArray(schema.items);
    const part = tuple ? (schema.items as readonly JsonValue[])[index] : schema.items;
    const keyword = tuple ? `items/${index}` : 'items';
    failures.push(validate(part, item, inside(at, String(index), keyword), run));
  }
  return failures.filter((failure) => failure !== undefined);
}

function checkUnique(value: readonly JsonValue[], at: Place): Failure[] {
  const failures: Failure[] = [];
  for (const [later, item] of value.entries()) {
    for (const [earlier, other] of value.slice(0, later).entries()) {
      if (!equal(item, other)) continue;
      failures.push(fail(under(at, 'uniqueItems'), `items at index ${earlier} and ${later} are equal`));
    }
  }
  return failures;
}

export function checkString(schema: JsonObject, value: string, at: Place): Failure[] {
  const failures: Failure[] = [];
  const length = Array.from(value).length;
  if (typeof schema.minLength === 'number' && length < schema.minLength) {
    failures.push(fail(under(at, 'minLength'), `length must be >= ${schema.minLength}, but got ${length}`));
  }
  if (typeof schema.maxLength === 'number' && length > schema.maxLength) {
    failures.push(fail(under(at, 'maxLength'), `length must be <= ${schema.maxLength}, but got ${length}`));
  }
  if (typeof schema.pattern === 'string' && !new RegExp(schema.pattern).test(value)) {
    failures.push(fail(under(at, 'pattern'), `does not match pattern ${JSON.stringify(schema.pattern)}`));
  }
  return failures;
}

const BOUNDS = [
  { keyword: 'minimum', sign: '>=', holds: (value: number, bound: number) => value >= bound },
  { keyword: 'exclusiveMinimum', sign: '>', holds: (value: number, bound: number) => value > bound },
  { keyword: 'maximum', sign: '<=', holds: (value: number, bound: number) => value <= bound },
  { keyword: 'exclusiveMaximum', sign: '<', holds: (value: number, bound: number) => value < bound },
] as const;

export function checkNumber(schema: JsonObject, value: number, at: Place): Failure[] {
  const failures: Failure[] = [];
  for (const { keyword, sign, holds } of BOUNDS) {
    const bound = schema[keyword];
    if (typeof bound !== 'number' || holds(value, bound)) continue;
    failures.push(fail(under(at, keyword), `must be ${sign} ${bound} but found ${value}`));
  }
  const divisor = schema.multipleOf;
  if (typeof divisor === 'number' && !Number.isInteger(value / divisor)) {
    failures.push(fail(under(at, 'multipleOf'), `${value} not multipleOf ${divisor}`));
  }
  return failures;
}

function counted(bound: string, limit: number, found: number, what: string): string {
  return `${bound} ${limit} ${what} allowed, but found ${found} ${what}`;
}
