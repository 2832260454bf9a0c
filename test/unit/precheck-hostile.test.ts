import fc from 'fast-check';
import { describe, expect, it, test } from 'vitest';
import { type Precheck, precheck, schemaCompiler } from '../../src/kratos/precheck/precheck.ts';
import type { JsonObject, JsonValue } from '../../src/model/json.ts';

function about(part: JsonValue, root: JsonObject = {}): JsonObject {
  return { ...root, properties: { traits: { properties: { v: part } } } };
}

/** A verdict that objects to nothing because of one thing. */
function silent(why: string): Precheck {
  return { kind: 'checked', objections: [], unchecked: [why] };
}

function nested(levels: number, wrap: (inner: JsonValue) => JsonValue): JsonValue {
  let value: JsonValue = 1;
  for (let level = 0; level < levels; level += 1) value = wrap(value);
  return value;
}

describe('nothing is loaded', () => {
  test.each([
    'http://127.0.0.1:1/x',
    'https://example.test/x#/y',
    'file:///etc/passwd',
    'other.json',
    '//h/x',
  ])('a $ref to %s makes silent what is below it, and only that', (reference) => {
    const schema = {
      properties: {
        traits: { properties: { far: { $ref: reference }, near: { type: 'string' } } },
      },
    };
    expect(precheck(schema, { far: 1, near: 1 })).toEqual({
      kind: 'checked',
      objections: [{ pointer: '/traits/near', keyword: 'type', expectation: 'must be a string' }],
      unchecked: ['what a $ref to another document asks for'],
    });
  });

  test.each<[string, JsonObject]>([
    ['not', { not: { $ref: 'http://h/x' } }],
    ['oneOf', { oneOf: [{ $ref: 'http://h/x' }, {}] }],
    ['anyOf', { anyOf: [{ $ref: 'http://h/x' }, { type: 'null' }] }],
    ['if', JSON.parse('{"if":{"$ref":"http://h/x"},"then":{"type":"null"},"else":{"type":"null"}}')],
    ['contains', { contains: { $ref: 'http://h/x' } }],
    ['not contains', { not: { contains: { $ref: 'http://h/x' } } }],
    ['not properties', { not: { items: { $ref: 'http://h/x' } } }],
  ])('nor is anything concluded from it under %s', (_, part) => {
    expect(precheck(about(part), { v: [1] })).toMatchObject({ objections: [] });
  });
});

describe('depth', () => {
  it('of traits is bounded', () => {
    const deep = nested(50_000, (inner) => [inner]);
    expect(precheck({}, deep)).toEqual(silent('everything: more than 100 levels of nesting in the traits'));
  });

  it('of a schema is bounded', () => {
    const deep = nested(50_000, (inner) => ({ not: inner })) as JsonObject;
    expect(precheck(deep, {})).toEqual(silent('everything: more than 100 levels of nesting in the schema'));
  });

  it('is enough for what people write', () => {
    const schema = nested(30, (inner) => ({ properties: { a: inner === 1 ? { type: 'string' } : inner } }));
    const value = nested(30, (inner) => ({ a: inner }));
    expect(precheck({ properties: { traits: schema } }, value)).toMatchObject({
      objections: [{ pointer: `/traits${'/a'.repeat(30)}`, keyword: 'type' }],
    });
  });
});

describe('work', () => {
  const tooMuch = silent('everything: too much work with this schema and these traits');

  test.each<[string, JsonObject]>([
    ['itself', { v: { $ref: '#/definitions/v' } }],
    [
      'another that leads back',
      { v: { allOf: [{ $ref: '#/definitions/w' }] }, w: { $ref: '#/definitions/v' } },
    ],
  ])('a $ref to %s ends', (_, definitions) => {
    expect(precheck(about({ $ref: '#/definitions/v' }, { definitions }), { v: 1 })).toEqual(tooMuch);
  });

  it('references that double at every step end', () => {
    const definitions = Object.fromEntries(
      Array.from({ length: 60 }, (_, n) => [
        `d${n}`,
        { allOf: [1, 2].map(() => ({ $ref: `#/definitions/d${Math.min(n + 1, 59)}` })) },
      ]),
    );
    const last = { ...definitions, d59: {} };
    expect(precheck(about({ $ref: '#/definitions/d0' }, { definitions: last }), { v: 1 })).toEqual(tooMuch);
  });

  it('a long text under a large pattern ends', () => {
    expect(precheck(about({ pattern: '(a|b|ab){500}c' }), { v: 'ab'.repeat(500_000) })).toEqual(tooMuch);
  });

  it('a pattern that other engines never finish is judged', () => {
    expect(precheck(about({ pattern: '^(a+)+$' }), { v: `${'a'.repeat(10_000)}!` })).toMatchObject({
      objections: [{ pointer: '/traits/v', keyword: 'pattern' }],
    });
  });
});

describe('keys', () => {
  it('of a prototype are keys as others, and no prototype changes', () => {
    const schema = JSON.parse(
      '{"properties":{"traits":{"properties":{"__proto__":{"properties":{"polluted":{"type":"string"}}}}}}}',
    ) as JsonObject;
    const traits = JSON.parse('{"__proto__":{"polluted":1}}') as JsonObject;
    expect(precheck(schema, traits)).toMatchObject({
      objections: [{ pointer: '/traits/__proto__/polluted', keyword: 'type' }],
    });
    expect('polluted' in {}).toBe(false);
  });

  it('that name nothing of ours are not found in ours', () => {
    const schema = about({ format: 'constructor', type: ['string'], 'ory.sh/kratos': {} });
    expect(precheck(schema, { v: 'x' })).toMatchObject({ objections: [], unchecked: [] });
  });
});

it('one schema serves many traits', () => {
  const check = schemaCompiler()(about({ type: 'string' }));
  expect(
    [1, 'a', 1]
      .map((v) => check({ v }))
      .map((verdict) => 'objections' in verdict && verdict.objections.length),
  ).toEqual([1, 0, 1]);
});

describe('whatever it is given', () => {
  const keyword = fc.constantFrom(
    ...'$ref $id id $schema type format enum const pattern required not anyOf oneOf allOf if then else'.split(
      ' ',
    ),
    ...'properties patternProperties additionalProperties propertyNames dependencies definitions'.split(' '),
    ...'items additionalItems contains uniqueItems minimum exclusiveMaximum multipleOf maxLength'.split(' '),
    ...'contentMediaType ory.sh/kratos regexProperties traits __proto__ constructor'.split(' '),
  );
  const word = fc.constantFrom(
    '#',
    '#/properties/traits',
    'string',
    'email',
    'object',
    '^(',
    '(?=a)',
    '',
    '__proto__',
    'sms',
  );
  const { document } = fc.letrec<{ document: JsonValue }>((tie) => ({
    document: fc.oneof(
      { maxDepth: 5, withCrossShrink: true },
      fc.oneof(word, fc.jsonValue({ maxDepth: 1 }), fc.double(), fc.string({ unit: 'binary' })),
      fc.array(tie('document'), { maxLength: 3 }),
      fc.dictionary(keyword, tie('document'), { maxKeys: 4 }),
    ) as fc.Arbitrary<JsonValue>,
  }));
  const schema = fc.dictionary(keyword, document, { maxKeys: 5 }) as fc.Arbitrary<JsonObject>;
  const wrapped = document.map((part) => ({ properties: { traits: part } }));

  const compile = schemaCompiler();

  it('it answers, and the same again', () => {
    fc.assert(
      fc.property(fc.oneof(schema, wrapped), document, (given, traits) => {
        const verdict = compile(given)(traits);
        expect(verdict).toEqual(compile(given)(traits));
        expect(JSON.stringify(verdict)).not.toContain('the check failed');
      }),
      { numRuns: 2_000 },
    );
  });

  it('a value that is no JSON is read as what would be sent for it', () => {
    expect(precheck(about({ type: 'null' }), { v: Number.NaN })).toMatchObject({ objections: [] });
    expect(precheck(about({ type: 'integer' }), { v: -0 })).toMatchObject({ objections: [] });
  });
});
