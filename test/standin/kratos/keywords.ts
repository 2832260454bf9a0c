import { isObject, type JsonObject, type JsonValue } from '../../../src/model/json.ts';
import { textsOf } from './combined.ts';
import { type Failure, fail, type Place, under } from './failure.ts';
import { hasFormat } from './formats.ts';
import { goQuoted } from './go-print.ts';
import { equal, matches } from './scalars.ts';
import type { Judge } from './validator.ts';

/** A key as a pointer token of the validator: RFC 6901 first, then as a segment of a URL path. */
function token(key: string): string {
  return encodeURIComponent(key.replaceAll('~', '~0').replaceAll('/', '~1'))
    .replace(/%(?:24|26|2B|3D|3A|40)/g, decodeURIComponent)
    .replace(/[!'()*]/g, (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`);
}

function inside(at: Place, key: string, keyword: string): Place {
  return { instance: `${at.instance}/${token(key)}`, schema: `${at.schema}/${keyword}` };
}

export function checkObject(schema: JsonObject, value: JsonObject, at: Place, run: Judge): Failure[] {
  const failures: (Failure | undefined)[] = [
    ...checkCount(schema, 'Properties', Object.keys(value).length, at),
    checkRequired(schema, value, at),
  ];
  const rest = new Set(Object.keys(value));
  for (const [name, part] of membersOf(schema.properties)) {
    if (!rest.delete(name)) continue;
    failures.push(run.judge(part, value[name] ?? null, inside(at, name, `properties/${token(name)}`)));
  }
  failures.push(...checkNames(schema, value, at, run));
  for (const [pattern, part] of membersOf(schema.patternProperties)) {
    const keyword = `patternProperties/${token(pattern)}`;
    for (const name of Object.keys(value).filter((key) => matches(pattern, key, under(at, keyword), run))) {
      rest.delete(name);
      failures.push(run.judge(part, value[name] ?? null, inside(at, name, keyword)));
    }
  }
  failures.push(...checkAdditional(schema.additionalProperties, value, [...rest], at, run));
  failures.push(...checkDependencies(schema, value, at, run));
  return failures.filter((failure) => failure !== undefined);
}

function membersOf(value: JsonValue | undefined): [string, JsonValue][] {
  return isObject(value) ? Object.entries(value) : [];
}

function checkCount(schema: JsonObject, what: 'Properties' | 'Items', count: number, at: Place): Failure[] {
  const [least, most] = [schema[`min${what}`], schema[`max${what}`]];
  const words = (bound: string, limit: number) =>
    `${bound} ${limit} ${what.toLowerCase()} allowed, but found ${count} ${what.toLowerCase()}`;
  return [
    ...(typeof least === 'number' && count < least
      ? [fail(under(at, `min${what}`), words('minimum', least))]
      : []),
    ...(typeof most === 'number' && count > most
      ? [fail(under(at, `max${what}`), words('maximum', most))]
      : []),
  ];
}

function checkRequired(schema: JsonObject, value: JsonObject, at: Place): Failure | undefined {
  const missing = textsOf(schema.required).filter((name) => !Object.hasOwn(value, name));
  if (missing.length === 0) return undefined;
  const names = missing.map(goQuoted).join(', ');
  return fail(under(at, 'required'), `missing properties: ${names}`);
}

/** `regexProperties` is the validator's own: names have to be patterns. */
function checkNames(
  schema: JsonObject,
  value: JsonObject,
  at: Place,
  run: Judge,
): readonly (Failure | undefined)[] {
  const names = Object.keys(value);
  const failures = run.draft < 6 ? [] : names.map((name) => judgeName(schema.propertyNames, name, at, run));
  if (schema.regexProperties !== true) return failures;
  const odd = names.filter(
    (name) => !(hasFormat('regex', name) ?? run.doubt('a pattern of some releases', at)),
  );
  return [
    ...failures,
    ...odd.map((name) => fail(at, `patternProperty ${goQuoted(name)} is not valid regex`)),
  ];
}

function judgeName(part: JsonValue | undefined, name: string, at: Place, run: Judge): Failure | undefined {
  return run.judge(part, name, inside(at, name, 'propertyNames'));
}

function checkAdditional(
  part: JsonValue | undefined,
  value: JsonObject,
  names: readonly string[],
  at: Place,
  run: Judge,
): (Failure | undefined)[] {
  if (names.length === 0) return [];
  if (part === false) {
    const quoted = names.map(goQuoted).join(', ');
    return [fail(under(at, 'additionalProperties'), `additionalProperties ${quoted} not allowed`)];
  }
  return names.map((name) => run.judge(part, value[name] ?? null, inside(at, name, 'additionalProperties')));
}

function checkDependencies(
  schema: JsonObject,
  value: JsonObject,
  at: Place,
  run: Judge,
): (Failure | undefined)[] {
  return membersOf(schema.dependencies)
    .filter(([name]) => Object.hasOwn(value, name))
    .flatMap(([name, needed]) => {
      const place = under(at, `dependencies/${token(name)}`);
      if (!Array.isArray(needed)) return [run.judge(needed, value, place)];
      return textsOf(needed).map((other, index) => {
        if (Object.hasOwn(value, other)) return undefined;
        const words = `property ${goQuoted(other)} is required, if ${goQuoted(name)} property exists`;
        return fail(under(place, String(index)), words);
      });
    });
}

export function checkArray(
  schema: JsonObject,
  value: readonly JsonValue[],
  at: Place,
  run: Judge,
): Failure[] {
  const failures: (Failure | undefined)[] = [
    ...checkCount(schema, 'Items', value.length, at),
    ...(schema.uniqueItems === true ? checkUnique(value, at) : []),
    ...checkItems(schema, value, at, run),
  ];
  if (run.draft >= 6 && schema.contains !== undefined)
    failures.push(checkContains(schema.contains, value, at, run));
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

function checkItems(
  schema: JsonObject,
  value: readonly JsonValue[],
  at: Place,
  run: Judge,
): (Failure | undefined)[] {
  const { items, additionalItems } = schema;
  if (!Array.isArray(items)) {
    return value.map((item, index) => run.judge(items, item, inside(at, String(index), 'items')));
  }
  const excess = `only ${items.length} items are allowed, but found ${value.length} items`;
  return [
    additionalItems === false && value.length > items.length
      ? fail(under(at, 'additionalItems'), excess)
      : undefined,
    ...value.map((item, index) => {
      const place = (keyword: string) => inside(at, String(index), keyword);
      if (index < items.length) return run.judge(items[index], item, place(`items/${index}`));
      return isObject(additionalItems)
        ? run.judge(additionalItems, item, place('additionalItems'))
        : undefined;
    }),
  ];
}

function checkContains(
  part: JsonValue,
  value: readonly JsonValue[],
  at: Place,
  run: Judge,
): Failure | undefined {
  const causes: Failure[] = [];
  for (const [index, item] of value.entries()) {
    const cause = run.judge(part, item, inside(at, String(index), 'contains'));
    if (cause === undefined) return undefined;
    causes.push(cause);
  }
  return fail(under(at, 'contains'), 'contains failed', causes);
}
