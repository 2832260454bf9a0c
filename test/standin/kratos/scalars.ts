import { isDeepStrictEqual } from 'node:util';
import type { JsonObject, JsonValue } from '../../../src/model/json.ts';
import { dividesEvenly } from './big-float.ts';
import { listOf, textsOf } from './combined.ts';
import { type Failure, fail, type Place, under } from './failure.ts';
import { DecodeError, decodeFirst, scalarText } from './go-json.ts';
import { goQuoted } from './go-print.ts';
import { compiledPattern } from './pattern.ts';
import type { Judge } from './validator.ts';

function jsonType(value: JsonValue): string {
  if (value === null) return 'null';
  return Array.isArray(value) ? 'array' : typeof value;
}

export function equal(left: JsonValue, right: JsonValue): boolean {
  return isDeepStrictEqual(left, right);
}

/** Whether a number is an integer is read off its text: 1e21 has an exponent and is none. */
export function checkType({ type }: JsonObject, value: JsonValue, at: Place): Failure | undefined {
  const types = typeof type === 'string' ? [type] : textsOf(type);
  const actual = jsonType(value);
  const isInteger = typeof value === 'number' && /^-?\d+$/.test(String(value));
  if (types.length === 0 || types.includes(actual) || (isInteger && types.includes('integer')))
    return undefined;
  return fail(under(at, 'type'), `expected ${types.join(' or ')}, but got ${actual}`);
}

export function checkEqual(schema: JsonObject, value: JsonValue, at: Place, run: Judge): Failure[] {
  const failures: Failure[] = [];
  if (run.draft >= 6 && schema.const !== undefined && !equal(schema.const, value)) {
    const message = isCompound(schema.const) ? 'const failed' : `value must be ${literal(schema.const)}`;
    failures.push(fail(under(at, 'const'), message));
  }
  const allowed = listOf(schema.enum);
  if (allowed.length > 0 && !allowed.some((item) => equal(item, value))) {
    failures.push(fail(under(at, 'enum'), enumMessage(allowed)));
  }
  return failures;
}

function enumMessage(allowed: readonly JsonValue[]): string {
  if (allowed.some(isCompound)) return 'enum failed';
  const literals = allowed.map(literal).join(', ');
  return allowed.length === 1 ? `value must be ${literals}` : `value must be one of ${literals}`;
}

function isCompound(value: JsonValue): boolean {
  return value !== null && typeof value === 'object';
}

/** `%#v` of what Kratos decodes: numbers are texts to it. */
function literal(value: JsonValue): string {
  if (value === null) return '<nil>';
  return typeof value === 'boolean' ? String(value) : goQuoted(scalarText(value));
}

/** Lengths are in code points. */
export function checkString(schema: JsonObject, value: string, at: Place, run: Judge): Failure[] {
  const failures: Failure[] = [];
  const length = Array.from(value).length;
  if (typeof schema.minLength === 'number' && length < schema.minLength) {
    failures.push(fail(under(at, 'minLength'), `length must be >= ${schema.minLength}, but got ${length}`));
  }
  if (typeof schema.maxLength === 'number' && length > schema.maxLength) {
    failures.push(fail(under(at, 'maxLength'), `length must be <= ${schema.maxLength}, but got ${length}`));
  }
  const { pattern } = schema;
  if (typeof pattern === 'string' && !matches(pattern, value, under(at, 'pattern'), run)) {
    failures.push(fail(under(at, 'pattern'), `does not match pattern ${goQuoted(pattern)}`));
  }
  if (run.draft >= 7) failures.push(...checkContent(schema, value, at));
  return failures;
}

export function matches(pattern: string, text: string, at: Place, run: Judge): boolean {
  const compiled = compiledPattern(pattern);
  if (compiled === undefined || compiled === 'unknown') return run.doubt('a pattern of some releases', at);
  return compiled.test(text);
}

/** base64 is the only known encoding and JSON the only known type; a type behind an unknown encoding is not looked at. */
function checkContent(schema: JsonObject, value: string, at: Place): Failure[] {
  const { contentEncoding: encoding = '', contentMediaType: type } = schema;
  if (encoding === 'base64' && !isBase64(value)) {
    return [fail(under(at, 'contentEncoding'), `${goQuoted(value)} is not base64 encoded`)];
  }
  if (type !== 'application/json' || (encoding !== '' && encoding !== 'base64')) return [];
  const content = encoding === '' ? value : Buffer.from(value, 'base64').toString();
  if (beginsWithJson(content)) return [];
  return [fail(under(at, 'contentMediaType'), `value is not of mediatype ${goQuoted(type)}`)];
}

function isBase64(text: string): boolean {
  const letters = text.replaceAll(/[\r\n]/g, '');
  return letters.length % 4 === 0 && /^[A-Za-z0-9+/]*={0,2}$/.test(letters);
}

/** Go reads one value and does not look at what follows; a zero is whole before any other digit. */
function beginsWithJson(text: string): boolean {
  if (/^[ \t\r\n]*-?0\d/.test(text)) return true;
  try {
    decodeFirst(text);
    return true;
  } catch (error) {
    if (error instanceof DecodeError) return false;
    throw error;
  }
}

interface Bound {
  readonly keyword: string;
  readonly sign: string;
  readonly limit: JsonValue | undefined;
  readonly holds: (value: number, limit: number) => boolean;
}

export function checkNumber(schema: JsonObject, value: number, at: Place): Failure[] {
  const failures: Failure[] = [];
  for (const { keyword, sign, limit, holds } of boundsOf(schema)) {
    if (typeof limit !== 'number' || holds(value, limit)) continue;
    failures.push(fail(under(at, keyword), `must be ${sign} ${limit} but found ${value}`));
  }
  const { multipleOf } = schema;
  if (typeof multipleOf === 'number' && !dividesEvenly(value, multipleOf)) {
    failures.push(fail(under(at, 'multipleOf'), `${value} not multipleOf ${multipleOf}`));
  }
  return failures;
}

/** In draft 4 `exclusiveMinimum: true` turns `minimum` into an exclusive one. */
function boundsOf(schema: JsonObject): Bound[] {
  const { minimum, maximum, exclusiveMinimum, exclusiveMaximum } = schema;
  return [
    {
      keyword: 'minimum',
      sign: '>=',
      limit: exclusiveMinimum === true ? undefined : minimum,
      holds: (value, limit) => value >= limit,
    },
    {
      keyword: 'exclusiveMinimum',
      sign: '>',
      limit: exclusiveMinimum === true ? minimum : exclusiveMinimum,
      holds: (value, limit) => value > limit,
    },
    {
      keyword: 'maximum',
      sign: '<=',
      limit: exclusiveMaximum === true ? undefined : maximum,
      holds: (value, limit) => value <= limit,
    },
    {
      keyword: 'exclusiveMaximum',
      sign: '<',
      limit: exclusiveMaximum === true ? maximum : exclusiveMaximum,
      holds: (value, limit) => value < limit,
    },
  ];
}
