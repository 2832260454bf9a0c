import { isObject, type JsonObject, type JsonValue } from '../../../src/model/json.ts';
import { type Failure, fail, type Place, under } from './failure.ts';
import { hasFormat } from './formats.ts';
import { scalarText } from './go-json.ts';
import { checkArray, checkNumber, checkObject, checkString, equal, jsonType } from './keywords.ts';

/** Called for each schema object and the value it judges; its answer is one more failed check. */
type Extension = (schema: JsonObject, value: JsonValue, at: Place) => Failure | undefined;

export interface Validation {
  readonly root: JsonValue;
  readonly extension: Extension;
}

/** Judges `value` as Kratos' validator does. Keywords unknown to it are ignored. */
export function validate(
  schema: JsonValue | undefined,
  value: JsonValue,
  at: Place,
  run: Validation,
): Failure | undefined {
  if (schema === false) return fail(at, 'always fail');
  if (!isObject(schema)) return undefined;
  if (typeof schema.$ref === 'string') return validateReference(schema.$ref, value, at, run);
  const type = checkType(schema, value, at);
  if (type !== undefined) return type;
  const failures = [
    ...checkValue(schema, value, at),
    ...checkCombined(schema, value, at, run),
    ...(isObject(value) ? checkObject(schema, value, at, run) : []),
    ...(Array.isArray(value) ? checkArray(schema, value, at, run) : []),
    ...(typeof value === 'string' ? checkString(schema, value, at) : []),
    ...(typeof value === 'number' ? checkNumber(schema, value, at) : []),
  ];
  const extended = run.extension(schema, value, at);
  if (extended !== undefined) failures.push(extended);
  return failures.length > 1 ? fail(at, 'validation failed', failures) : failures[0];
}

function validateReference(reference: string, value: JsonValue, at: Place, run: Validation) {
  const target = resolve(run.root, reference);
  const failure = validate(target, value, { instance: at.instance, schema: reference }, run);
  if (failure === undefined) return undefined;
  return fail(under(at, '$ref'), `doesn't validate with ${JSON.stringify(reference)}`, [failure]);
}

/** References inside the document only, e.g. `#/definitions/x`. */
function resolve(root: JsonValue, reference: string): JsonValue | undefined {
  let value: JsonValue | undefined = root;
  for (const part of reference.split('/').slice(1)) {
    const key = decodeURIComponent(part).replaceAll('~1', '/').replaceAll('~0', '~');
    value = isObject(value) ? value[key] : undefined;
  }
  return value;
}

function checkType(schema: JsonObject, value: JsonValue, at: Place): Failure | undefined {
  if (schema.type === undefined) return undefined;
  const types = (Array.isArray(schema.type) ? schema.type : [schema.type]) as readonly JsonValue[];
  const actual = jsonType(value);
  if (types.includes(actual) || (types.includes('integer') && Number.isInteger(value))) return undefined;
  return fail(under(at, 'type'), `expected ${types.map(scalarText).join(' or ')}, but got ${actual}`);
}

function checkValue(schema: JsonObject, value: JsonValue, at: Place): Failure[] {
  const failures: Failure[] = [];
  if (schema.const !== undefined && !equal(schema.const, value)) {
    const simple = schema.const === null || typeof schema.const !== 'object';
    failures.push(
      fail(under(at, 'const'), simple ? `value must be ${quoted(schema.const)}` : 'const failed'),
    );
  }
  if (Array.isArray(schema.enum) && !schema.enum.some((item: JsonValue) => equal(item, value))) {
    failures.push(fail(under(at, 'enum'), `value must be one of ${schema.enum.map(quoted).join(', ')}`));
  }
  if (typeof schema.format === 'string' && !hasFormat(schema.format, value)) {
    failures.push(notFormat(under(at, 'format'), value, schema.format));
  }
  return failures;
}

export function notFormat(at: Place, value: JsonValue, format: string): Failure {
  return fail(at, `${value === null ? '%!q(<nil>)' : quoted(value)} is not valid ${JSON.stringify(format)}`);
}

function quoted(value: JsonValue): string {
  return typeof value === 'number' ? `"${value}"` : JSON.stringify(value);
}

function checkCombined(schema: JsonObject, value: JsonValue, at: Place, run: Validation): Failure[] {
  const failures: Failure[] = [];
  const judge = (part: JsonValue | undefined, keyword: string) =>
    validate(part, value, under(at, keyword), run);
  const list = (keyword: string): readonly JsonValue[] =>
    Array.isArray(schema[keyword]) ? (schema[keyword] as readonly JsonValue[]) : [];

  if (schema.not !== undefined && judge(schema.not, 'not') === undefined) {
    failures.push(fail(under(at, 'not'), 'not failed'));
  }
  for (const [index, part] of list('allOf').entries()) {
    const cause = judge(part, `allOf/${index}`);
    if (cause !== undefined) failures.push(fail(under(at, `allOf/${index}`), 'allOf failed', [cause]));
  }
  for (const keyword of ['anyOf', 'oneOf']) {
    const causes = list(keyword).map((part, index) => judge(part, `${keyword}/${index}`));
    const bad = causes.filter((cause) => cause !== undefined);
    if (causes.length > 0 && bad.length === causes.length) {
      failures.push(fail(under(at, keyword), `${keyword} failed`, bad));
    } else if (keyword === 'oneOf' && causes.length - bad.length > 1) {
      failures.push(fail(under(at, keyword), 'valid against more than one schema'));
    }
  }
  return failures;
}
