import fc from 'fast-check';
import { parseGoDuration } from '../../src/model/duration.ts';
import type { KratosIdentitySpec } from '../../src/model/generated/kratosidentity.ts';
import { isObject, type JsonObject, type JsonValue } from '../../src/model/json.ts';
import { limitProblems } from '../../src/model/limits.ts';
import { MARKER_KEY } from '../../src/model/owner.ts';
import { API_VERSION, KIND } from '../../src/model/resource.ts';
import { type Schema, schemaAt, strictValidator } from '../manifests/crd-schema.ts';
import { MARK, MARKED_NUMBER } from './canary.ts';

interface Bounded extends Schema {
  readonly minLength?: number;
  readonly maxLength?: number;
}

const SPEC = schemaAt('spec');
const validate = strictValidator();

/** Whether the API server's schema lets a spec in; its rules in CEL are not asked. */
export function isAdmitted(spec: unknown): boolean {
  const metadata = { name: 'ada', namespace: 'team' };
  return validate({ apiVersion: API_VERSION, kind: KIND, metadata, spec });
}

const text = fc.oneof(
  fc.string({ unit: 'grapheme', maxLength: 8 }),
  fc.constantFrom('\ud800', 'a\udfffb', '\u0000', '\u2028', '"', '\\', '{}', '😀'.repeat(40)),
);
const KEYS = ['a', 'b', 'name', '', '/', '~', '~1', 'c/d', 'e~f', '0', 'length', 'toString', 'é', '\ud800'];
const REFUSED_KEYS = ['__proto__', 'constructor', 'prototype'];
const plainKey = fc.oneof({ weight: 5, arbitrary: fc.constantFrom(...KEYS) }, { weight: 1, arbitrary: text });

const markedText = text.map((rest) => `${MARK}${rest}`);
const markedNumber = fc.constantFrom(
  MARKED_NUMBER,
  -MARKED_NUMBER,
  MARKED_NUMBER / 1e9,
  MARKED_NUMBER * 1e-30,
);
const scalar = fc.oneof<fc.Arbitrary<JsonValue>[]>(
  markedText,
  markedNumber,
  fc.constantFrom<JsonValue>(null, true, false, 0),
);

/** As a parser makes them: every key is an own one. */
function objectFrom(entries: readonly (readonly [string, JsonValue])[]): JsonObject {
  return JSON.parse(
    `{${entries.map(([key, value]) => `${JSON.stringify(key)}:${JSON.stringify(value)}`).join()}}`,
  );
}

/** Free-form objects whose values are all marked, so that none of them can be shown unnoticed. */
const sound: fc.Arbitrary<JsonObject> = fc.letrec<{ value: JsonValue; object: JsonObject }>((tie) => ({
  value: fc.oneof(
    { maxDepth: 4, depthSize: 'small' },
    scalar,
    fc.array(scalar, { maxLength: 3 }),
    tie('object'),
    tie('object'),
  ),
  object: fc
    .array(fc.tuple(plainKey, tie('value')), { maxLength: 4 })
    .map(objectFrom)
    .filter((made) => limitProblems(made).length === 0),
})).object;

/** What the schema lets in and the operator's own limits do not. */
const beyondLimits: fc.Arbitrary<JsonObject> = fc.oneof(
  fc
    .tuple(sound, fc.constantFrom(...REFUSED_KEYS), scalar)
    .map(([made, key, value]) => objectFrom([...Object.entries(made), [key, value]])),
  fc.integer({ min: 33, max: 300 }).map((depth) => nested(depth)),
  fc.constantFrom(MARKED_NUMBER * 1e12, -MARKED_NUMBER * 1e200).map((huge) => ({ a: { 'c/d': [huge] } })),
  fc.constantFrom({ a: MARK.repeat(11_000) }, { [`k${'y'.repeat(70_000)}`]: MARK }),
);

export function nested(depth: number): JsonObject {
  let value: JsonObject = { a: MARK };
  for (let level = 0; level < depth; level += 1) value = { a: value };
  return value;
}

/** Values that a schema lets in, by what the schema itself says. */
function valuesOf(schema: Bounded, free: fc.Arbitrary<JsonObject>): fc.Arbitrary<JsonValue> {
  if (schema.enum !== undefined) return fc.constantFrom(...schema.enum);
  if (schema['x-kubernetes-preserve-unknown-fields'] === true) return free;
  if (schema.type === 'object') {
    const fields = Object.entries(schema.properties ?? {}).map(([key, child]) => [
      key,
      valuesOf(child, free),
    ]);
    const requiredKeys = [...(schema.required ?? [])];
    return fc.record(Object.fromEntries(fields), { requiredKeys }) as fc.Arbitrary<JsonObject>;
  }
  if (schema.type !== 'string') throw new Error(`no values for the type ${schema.type}`);
  const { minLength = 0, maxLength = 100, pattern } = schema;
  if (pattern !== undefined) {
    // The one pattern is the duration's, and the rule beside it asks for more than zero.
    const matching = fc.stringMatching(new RegExp(pattern, 'u'), { maxLength });
    return matching.filter((made) => made.length <= maxLength && (parseGoDuration(made) ?? 0) > 0);
  }
  const anyLength = fc.string({ unit: 'binary', minLength, maxLength });
  // A rule forbids them to one field, and the others lose nothing by it.
  const allowed = anyLength.filter((made) => !made.startsWith('k8s:'));
  return fc.oneof(
    allowed,
    fc.constant('x'.repeat(maxLength)),
    fc.constant('x'.repeat(Math.max(1, minLength))),
  );
}

const asSpec = (made: JsonValue): KratosIdentitySpec => {
  if (!isAdmitted(made)) throw new Error('the schema refuses what was made from it');
  const { recovery, ...rest } = made as unknown as KratosIdentitySpec;
  const defaults = { requestId: '', expiresIn: '1h', method: 'Auto', output: 'Status' } as const;
  return {
    ...rest,
    deletionPolicy: rest.deletionPolicy ?? 'Delete',
    ...(recovery !== undefined && { recovery: { ...defaults, ...recovery } }),
  };
};

/** Specs that the API server lets in and the operator finds nothing against, defaults filled in as the server does. */
export const validSpecs: fc.Arbitrary<KratosIdentitySpec> = valuesOf(SPEC, sound).map(asSpec);

/** Specs that the API server lets in and the operator's limits refuse. */
export const refusedSpecs: fc.Arbitrary<KratosIdentitySpec> = fc
  .tuple(validSpecs, beyondLimits, fc.constantFrom('traits', 'metadataPublic', 'metadataAdmin', MARKER_KEY))
  .map(([spec, beyond, field]) =>
    field === MARKER_KEY
      ? { ...spec, metadataAdmin: { ...spec.metadataAdmin, [MARKER_KEY]: MARK } }
      : { ...spec, [field]: beyond },
  );

/** Every field of the spec, as a path of properties. */
function* pathsOf(schema: Schema, path: readonly string[] = []): Generator<readonly string[]> {
  yield path;
  for (const [key, child] of Object.entries(schema.properties ?? {})) yield* pathsOf(child, [...path, key]);
}

const WRONG: readonly JsonValue[] = [null, MARKED_NUMBER, true, `${MARK} no such`, [], [MARK], { a: MARK }];

function put(value: JsonValue, [key, ...rest]: readonly string[], wrong: JsonValue): JsonValue {
  if (key === undefined) return wrong;
  const members = isObject(value) ? value : {};
  return { ...members, [key]: put(members[key] ?? {}, rest, wrong) };
}

/** Specs that the schema refuses, as a store may hold them that was not always behind this schema: a field is none of what is due. */
export const brokenSpecs: fc.Arbitrary<JsonValue | undefined> = fc.oneof(
  fc.constantFrom(undefined, {}),
  fc
    .tuple(validSpecs, fc.constantFrom(...pathsOf(SPEC)), fc.constantFrom(...WRONG))
    .map(([spec, path, wrong]) => put(spec as unknown as JsonValue, path, wrong))
    // Lengths and patterns are no question of form: the operator takes such texts as they are.
    .filter((spec) => !isAdmitted(spec) && !isMerelyOdd(spec)),
);

function isMerelyOdd(spec: JsonValue): boolean {
  const recovery = isObject(spec) ? spec.recovery : undefined;
  if (!isObject(spec) || !isObject(recovery) || typeof recovery.expiresIn !== 'string') return false;
  return isAdmitted({ ...spec, recovery: { ...recovery, expiresIn: '1h' } });
}
