import { describe, expect, test } from 'vitest';
import type { JsonObject, JsonValue } from '../../src/model/json.ts';
import { Refused } from '../standin/kratos/answer.ts';
import { compiledSchema } from '../standin/kratos/compiled.ts';
import { judgeTraits } from '../standin/kratos/traits.ts';
import { dialects, type KratosVersion } from '../standin/kratos/version.ts';

const VERSIONS: readonly KratosVersion[] = ['0.5', '0.10', '1.0', '1.3', '26.2'];

/** A schema for the traits, without a name. */
function schemaOf(traits: JsonObject): JsonObject {
  return { properties: { traits } };
}

/* Whether the library of v1.3 compiles a schema under the rules for `ory.sh/kratos` of v0.5 and of v1.3. */
describe('what may stand under ory.sh/kratos', () => {
  const flagged = { 'ory.sh/kratos': { credentials: { password: { identifier: true } } } };
  const odd = { 'ory.sh/kratos': { x: 1 } };
  const cases: readonly (readonly [string, JsonObject, boolean, boolean])[] = [
    ['an unknown key', schemaOf({ properties: { v: odd } }), true, false],
    ['an unknown key below a list', schemaOf({ allOf: [{ properties: { v: odd } }] }), true, true],
    ['a text below a list', schemaOf({ allOf: [{ 'ory.sh/kratos': 'x' }] }), false, false],
    ['null', schemaOf({ 'ory.sh/kratos': null }), true, false],
    ['a flag at the top', flagged, false, true],
    [
      'a text at the top',
      { 'ory.sh/kratos': { credentials: { password: { identifier: 'x' } } } },
      false,
      false,
    ],
    [
      'a flag behind a $ref',
      { definitions: { n: flagged }, ...schemaOf({ $ref: '#/definitions/n' }) },
      false,
      true,
    ],
    ['an unknown key that means nothing', schemaOf({ default: odd }), true, false],
  ];

  test.each(cases)('%s', (_, schema, classic, modern) => {
    expect([isUsable(schema, '0.5'), isUsable(schema, '1.3')]).toEqual([classic, modern]);
  });

  test('codes and passkeys are of v1.1 and later, phones of v0.9 to v1.0', () => {
    const code = schemaOf({ 'ory.sh/kratos': { credentials: { code: { identifier: true, via: 'email' } } } });
    const phone = schemaOf({ 'ory.sh/kratos': { verification: { via: 'phone' } } });
    const sms = schemaOf({ 'ory.sh/kratos': { recovery: { via: 'sms' } } });
    const usable = (schema: JsonObject) => VERSIONS.filter((version) => isUsable(schema, version));
    expect(usable(code)).toEqual(['0.5', '1.3', '26.2']);
    expect(usable(phone)).toEqual(['0.5', '0.10', '1.0']);
    expect(usable(sms)).toEqual(['0.5', '26.2']);
  });
});

function isUsable(schema: JsonObject, version: KratosVersion): boolean {
  try {
    compiledSchema(schema, dialects[version]);
    return true;
  } catch (error) {
    if (error instanceof Refused && error.detail.code === 500) return false;
    throw error;
  }
}

/* As their sources say. */
describe('what ory.sh/kratos makes of a value, by release', () => {
  const judge = (marks: JsonObject, value: JsonValue, version: KratosVersion, more: JsonObject = {}) => {
    const compiled = compiledSchema(schemaOf({ ...more, 'ory.sh/kratos': marks }), dialects[version]);
    return judgeTraits(compiled, value, dialects[version]);
  };

  test('since v1.1 the format of a field decides alone what is verified', () => {
    const refusing = VERSIONS.filter(
      (version) =>
        judge({ verification: { via: 'email' } }, '2024-02-29', version, { format: 'date' }).failure !==
        undefined,
    );
    expect(refusing).toEqual(['0.5', '0.10', '1.0']);
  });

  test('only an email loses its case when it is verified', () => {
    const verification = { via: 'email' };
    const verified = (format: string) =>
      judge({ verification }, ' A@b.c', '1.3', { format }).derived.verifiable.map(({ value }) => value);
    expect([verified('email'), verified('no-validate')]).toEqual([['a@b.c'], ['A@b.c']]);
  });

  test('v0.5 knows nothing of codes', () => {
    const credentials = { code: { identifier: true, via: 'sms' } };
    const classic = judge({ credentials }, 'x', '0.5');
    expect([classic.failure, [...classic.derived.identifiers]]).toEqual([undefined, []]);
    expect(judge({ credentials }, 'x', '1.3').failure).toBe(
      'I[#/traits] S[#/properties/traits] the phone number supplied is not a number',
    );
  });

  test('addresses for codes come in order', () => {
    const item = { 'ory.sh/kratos': { credentials: { code: { identifier: true, via: 'email' } } } };
    const compiled = compiledSchema(schemaOf({ items: item }), dialects['26.2']);
    const { derived } = judgeTraits(compiled, ['B@c.d', 'a@b.c ', 'B@c.d', 'X'], dialects['26.2']);
    expect(derived.identifiers.get('code')).toEqual(['X', 'a@b.c', 'b@c.d']);
  });
});
