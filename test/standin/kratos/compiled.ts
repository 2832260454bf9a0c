import { isObject, type JsonObject, type JsonValue } from '../../../src/model/json.ts';
import { NotDone, Refused } from './answer.ts';
import { isConditional, listOf } from './combined.ts';
import { type Place, under } from './failure.ts';
import { isDecodable } from './marks.ts';
import { isLocal, resolved } from './references.ts';
import { draftOf, keepsRules } from './schema-rules.ts';
import type { Draft } from './validator.ts';
import { type Dialect, isSince } from './version.ts';

/** An identity schema that a release can use. */
export interface Compiled {
  readonly root: JsonObject;
  readonly draft: Draft;
}

const known = new WeakMap<JsonObject, Map<Dialect, Compiled>>();

/**
 * Reads a schema as Kratos does with every write. Throws `Refused` with the 500 of that release where it cannot use the
 * schema, without the `debug` that v0.5 and v0.10 add; and `NotDone` where the stand-in cannot tell.
 */
export function compiledSchema(schema: JsonObject, dialect: Dialect): Compiled {
  const releases = known.get(schema) ?? new Map<Dialect, Compiled>();
  known.set(schema, releases);
  const compiled = releases.get(dialect) ?? compile(decoded(schema) as JsonObject, dialect);
  releases.set(dialect, compiled);
  return compiled;
}

function compile(root: JsonObject, dialect: Dialect): Compiled {
  const draft = draftOf(root);
  if (draft === undefined || !keepsRules(root, '#', draft, dialect.version)) throw unusable(dialect);
  const doubts: string[] = [];
  const doubt = (what: string, { schema }: Place) => void doubts.push(`${what} at ${schema}`);
  const seen = new Set<JsonValue>();
  const open: Part[] = [[root, { instance: '#', schema: '#' }]];
  for (let part = open.pop(); part !== undefined; part = open.pop()) {
    const [schema, at] = part;
    if (!isObject(schema) || seen.has(schema)) continue;
    seen.add(schema);
    if (typeof schema.$ref !== 'string') {
      if (!isDecodable(schema, dialect.version, doubt, at)) throw unusable(dialect);
      for (const [keyword, pattern] of isSince(dialect.version, '1.3') ? [] : patternsOf(schema)) {
        // Go takes such a name of a group since 1.22.
        if (pattern.includes('(?<')) doubt('a pattern of some releases', under(at, keyword));
      }
      open.push(...partsOf(schema, draft, at));
    } else if (isLocal(schema.$ref)) {
      const target = resolved(root, schema.$ref);
      if (!keepsRules(target, schema.$ref, draft, dialect.version)) throw unusable(dialect);
      open.push([target, { instance: at.instance, schema: schema.$ref }]);
    } else {
      doubt('a $ref by name or to another document', under(at, '$ref'));
    }
  }
  // That a schema is unusable is certain whatever else is in it.
  if (doubts[0] !== undefined) throw new NotDone(doubts[0]);
  return { root, draft };
}

function unusable({ schemaTrouble }: Dialect): Refused {
  const reason = 'Unable to parse validate JSON object against JSON schema.';
  if (schemaTrouble === 'misconfiguration') {
    return new Refused({ id: 'invalid_configuration', code: 500, message: 'Invalid configuration', reason });
  }
  const message = 'An internal server error occurred, please contact the system administrator';
  return new Refused({ code: 500, message, reason });
}

type Part = readonly [JsonValue | undefined, Place];

/** The schemas right below one that its draft gives a meaning. */
function partsOf(schema: JsonObject, draft: Draft, at: Place): Part[] {
  const single = ['not', 'additionalProperties', ...(draft >= 6 ? ['propertyNames', 'contains'] : [])];
  if (draft >= 7 && isConditional(schema)) single.push('if', 'then', 'else');
  const lists = ['allOf', 'anyOf', 'oneOf'];
  if (Array.isArray(schema.items)) {
    lists.push('items');
    single.push('additionalItems');
  } else {
    single.push('items');
  }
  return [
    ...single.map((keyword): Part => [schema[keyword], under(at, keyword)]),
    ...lists.flatMap((keyword) =>
      listOf(schema[keyword]).map((part, index): Part => [part, under(at, `${keyword}/${index}`)]),
    ),
    ...['properties', 'patternProperties', 'dependencies'].flatMap((keyword) =>
      Object.entries(objectOf(schema[keyword])).map(
        ([name, part]): Part => [part, under(at, `${keyword}/${name}`)],
      ),
    ),
  ];
}

/** With the keyword that each stands under. */
function patternsOf(schema: JsonObject): [string, string][] {
  const own: [string, string][] = typeof schema.pattern === 'string' ? [['pattern', schema.pattern]] : [];
  const names = Object.keys(objectOf(schema.patternProperties));
  return [...own, ...names.map((name): [string, string] => ['patternProperties', name])];
}

function objectOf(value: JsonValue | undefined): JsonObject {
  return isObject(value) ? value : {};
}

const MAX_DEPTH = 400;

/**
 * A value as Go decodes its JSON: no lone surrogates, no minus zero; and with every key a key like any other. Throws
 * `NotDone` where it is nested very deep.
 */
export function decoded(value: JsonValue, depth = 0): JsonValue {
  if (depth > MAX_DEPTH) throw new NotDone('so many values within values');
  if (typeof value === 'string') return value.toWellFormed();
  if (typeof value === 'number') return value + 0;
  if (Array.isArray(value)) return value.map((item: JsonValue) => decoded(item, depth + 1));
  if (!isObject(value)) return value;
  const members: Record<string, JsonValue> = Object.create(null);
  for (const [key, member] of Object.entries(value)) members[key.toWellFormed()] = decoded(member, depth + 1);
  return members;
}
