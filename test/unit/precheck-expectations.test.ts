import { describe, expect, it, test } from 'vitest';
import { schemaCompiler } from '../../src/kratos/precheck/precheck.ts';
import type { JsonObject, JsonValue } from '../../src/model/json.ts';
import { CASES } from '../fixtures/precheck/cases.ts';

const compile = schemaCompiler();

/** The expectation of the only objection to `v` under a schema. */
function expectation(part: JsonObject, v: JsonValue): string {
  const verdict = compile({ properties: { traits: { properties: { v: part } } } })({ v });
  const [first, ...others] = verdict.kind === 'checked' ? verdict.objections : [];
  expect(others).toEqual([]);
  return first?.expectation ?? '';
}

describe('an expectation says what the schema asks for', () => {
  test.each<[JsonObject, JsonValue, string]>([
    [{ type: 'string' }, 1, 'must be a string'],
    [{ type: ['integer', 'null'] }, 'x', 'must be a whole number or null'],
    [{ format: 'email' }, 'x', 'must be an email'],
    [{ format: 'date' }, 'x', 'must be a date such as 2006-01-02'],
    [{ format: 'tel' }, 'x', 'must be a phone number that begins with + and the code of its country'],
    [{ maxLength: 40 }, 'x'.repeat(41), 'at most 40 characters'],
    [{ minLength: 1 }, '', 'at least 1 character'],
    [{ minItems: 2 }, [], 'at least 2 items'],
    [{ maxProperties: 1 }, { a: 1, b: 2 }, 'at most 1 member'],
    [{ minimum: 18 }, 17, 'must be at least 18'],
    [{ exclusiveMaximum: 0.5 }, 0.5, 'must be less than 0.5'],
    [{ multipleOf: 0.25 }, 0.3, 'must be a multiple of 0.25'],
    [{ enum: ['red', 'green', 3] }, 'blue', 'must be one of "red", "green", 3'],
    [
      { enum: Array.from({ length: 60 }, (_, i) => `color-${i}`) },
      'x',
      'must be one of the 60 values of the schema',
    ],
    [{ enum: ['red'] }, 'x', 'must be "red"'],
    [{ const: 'x'.repeat(200) }, 'x', 'must be the one value of the schema'],
    [{ pattern: '^[a-z]+$' }, '1', 'must match "^[a-z]+$"'],
    [{ pattern: `^${'a?'.repeat(60)}$` }, '1', 'must match the pattern of the schema'],
    [{ required: ['email'] }, {}, 'email is missing'],
    [{ required: ['email', 'first name'] }, {}, 'email, "first name" are missing'],
    [{ properties: { a: {}, b: {} }, additionalProperties: false }, { c: 1 }, 'only a, b may be here'],
    [{ additionalProperties: false }, { c: 1 }, 'has members that the schema does not know'],
    [{ dependencies: { a: ['b'] } }, { a: 1 }, 'b is missing beside a'],
    [{ uniqueItems: true }, [1, 1], 'must not have an item twice'],
    [{ not: { type: 'string' } }, 'x', 'must not be what the schema excludes'],
    [{ oneOf: [{}, {}] }, 'x', 'must fit one of the alternatives only'],
    [{ properties: { a: false } }, { a: 1 }, 'is not allowed'],
    [{ anyOf: [{ type: 'string' }, { type: 'null' }] }, 1, 'must be a string; must be null'],
    [{ 'ory.sh/kratos': { verification: { via: 'email' } } }, 'x', 'must be an email'],
  ])('%j', (part, value, words) => {
    expect(expectation(part, value)).toBe(words);
  });

  it('joins what is asked for at the same place, each once and not without end', () => {
    const branches = [4, 5, 5, 6, 7].map((minLength) => ({ minLength }));
    expect(expectation({ allOf: branches }, 'x')).toBe(
      'at least 4 characters; at least 5 characters; at least 6 characters',
    );
  });
});

describe('an expectation never tells a value', () => {
  const SECRET = 'hunter2-secret';

  /** The same traits with every text, key and number replaced by one that can be recognised. */
  function marked(value: JsonValue): JsonValue {
    if (typeof value === 'string') return SECRET;
    if (typeof value === 'number') return 987_654_321.5;
    if (Array.isArray(value)) return value.map((item: JsonValue) => marked(item));
    if (typeof value !== 'object' || value === null) return value;
    const members = Object.entries(value).map(([key, member]) => [key, marked(member)] as const);
    return Object.fromEntries([...members, [SECRET, SECRET]]);
  }

  test.each(CASES.map((row) => [row.name, row] as const))('%s', (_, { schema, traits }) => {
    const verdict = compile(schema)(marked(traits));
    const texts =
      verdict.kind === 'unusable'
        ? [verdict.why]
        : [...verdict.objections.map((objection) => objection.expectation), ...verdict.unchecked];
    expect(texts.filter((text) => /hunter2|987654321/.test(text))).toEqual([]);
    expect(texts.filter((text) => text === '' || text.includes('\n') || text.length > 320)).toEqual([]);
  });
});
