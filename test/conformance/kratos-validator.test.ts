import { describe, expect, test } from 'vitest';
import type { JsonObject, JsonValue } from '../../src/model/json.ts';
import { compiledSchema } from '../standin/kratos/compiled.ts';
import { judgeTraits } from '../standin/kratos/traits.ts';
import { dialects, type KratosVersion } from '../standin/kratos/version.ts';
import { ask } from './kratos-ask.ts';
import { note, start } from './kratos-started.ts';

const A_B = '#/properties/traits/definitions/a~1b';

describe('the validator words a violation as a real v1.3.1 did', () => {
  const odd: JsonObject = {
    type: 'object',
    properties: {
      traits: {
        type: 'object',
        properties: {
          'user name': { type: 'string', pattern: '^[a-z]+$' },
          age: { type: 'integer', minimum: 3, multipleOf: 3 },
          kind: { enum: ['a', 1] },
          tags: { type: 'array', items: { type: 'string' }, uniqueItems: true },
          phone: { type: ['string', 'null'] },
          site: { format: 'uri' },
        },
        patternProperties: { '^x-': { type: 'number' } },
        additionalProperties: { type: 'string' },
      },
    },
  };
  const at = (instance: string, schema: string) => `I[#/traits/${instance}] S[#/properties/traits/${schema}]`;
  const cases: readonly (readonly [JsonObject, string])[] = [
    [
      { 'user name': 'B' },
      `${at('user%20name', 'properties/user%20name/pattern')} does not match pattern "^[a-z]+$"`,
    ],
    [
      { age: 2 },
      [
        `${at('age', 'properties/age')} validation failed`,
        `  ${at('age', 'properties/age/minimum')} must be >= 3 but found 2`,
        `  ${at('age', 'properties/age/multipleOf')} 2 not multipleOf 3`,
      ].join('\n'),
    ],
    [{ age: 4.5 }, `${at('age', 'properties/age/type')} expected integer, but got number`],
    [{ kind: 'z' }, `${at('kind', 'properties/kind/enum')} value must be one of "a", "1"`],
    [{ tags: ['a', 'a'] }, `${at('tags', 'properties/tags/uniqueItems')} items at index 0 and 1 are equal`],
    [{ tags: ['a', 3] }, `${at('tags/1', 'properties/tags/items/type')} expected string, but got number`],
    [{ phone: 4 }, `${at('phone', 'properties/phone/type')} expected string or null, but got number`],
    [{ site: null }, `${at('site', 'properties/site/format')} %!q(<nil>) is not valid "uri"`],
    [{ 'x-a': 's' }, `${at('x-a', 'patternProperties/%5Ex-/type')} expected number, but got string`],
    [{ zed: 4 }, `${at('zed', 'additionalProperties/type')} expected string, but got number`],
  ];

  test.each(cases)('%j', async (traits, reason) => {
    const kratos = await start('1.3', { schemas: { odd } });
    const answer = await ask(kratos.adminUrl, 'POST', '/admin/identities', { schema_id: 'odd', traits });
    expect(answer).toMatchObject({ status: 400, body: { error: { code: 400, reason } } });
  });
});

/** A schema for the traits, without a name. */
function schemaOf(traits: JsonObject): JsonObject {
  return { properties: { traits } };
}

describe('the validator words what the library of v1.3 does', () => {
  const cases: readonly (readonly [JsonObject, JsonValue, string])[] = [
    [
      { properties: { t: { format: 'email' } } },
      { t: [true, null, 'a\u2028\u0007é', { b: 1, a: null }] },
      String.raw`I[#/traits/t] S[#/properties/traits/properties/t/format] [%!q(bool=true) <nil> "a\u2028\aé" map["a":<nil> "b":"1"]] is not valid "email"`,
    ],
    [
      { format: 'email' },
      true,
      'I[#/traits] S[#/properties/traits/format] %!q(bool=true) is not valid "email"',
    ],
    [
      { enum: ['a\u0000b', null, true, 1.5, '\u00a0😀'] },
      0,
      String.raw`I[#/traits] S[#/properties/traits/enum] value must be one of "a\x00b", <nil>, true, "1.5", "\u00a0😀"`,
    ],
    [
      { contains: { type: 'string' }, propertyNames: { maxLength: 0 } },
      [1, 2],
      [
        'I[#/traits] S[#/properties/traits/contains] contains failed',
        '  I[#/traits/0] S[#/properties/traits/contains/type] expected string, but got number',
        '  I[#/traits/1] S[#/properties/traits/contains/type] expected string, but got number',
      ].join('\n'),
    ],
    [
      { definitions: { 'a/b': { oneOf: [{}, { type: 'string' }, {}] } }, allOf: [{ $ref: A_B }] },
      1,
      [
        'I[#/traits] S[#/properties/traits/allOf/0] allOf failed',
        `  I[#/traits] S[#/properties/traits/allOf/0/$ref] doesn't validate with "${A_B}"`,
        `    I[#/traits] S[${A_B}/oneOf] valid against schemas at indexes 0 and 2`,
      ].join('\n'),
    ],
    [
      {
        dependencies: { 'a/b': ['c'] },
        propertyNames: false,
        patternProperties: { '^a/(x|b)*': { type: 'string' } },
      },
      { 'a/b': 1 },
      [
        'I[#/traits] S[#/properties/traits] validation failed',
        '  I[#/traits/a~1b] S[#/properties/traits/propertyNames] always fail',
        '  I[#/traits/a~1b] S[#/properties/traits/patternProperties/%5Ea~1%28x%7Cb%29%2A/type] expected string, but got number',
        '  I[#/traits] S[#/properties/traits/dependencies/a~1b/0] property "c" is required, if "a/b" property exists',
      ].join('\n'),
    ],
    [
      { items: [{}], additionalItems: false, multipleOf: 0.01 },
      [1, 2],
      'I[#/traits] S[#/properties/traits/additionalItems] only 1 items are allowed, but found 2 items',
    ],
  ];

  test.each(cases)('%j refuses %j', (schema, traits, words) => {
    const { failure } = judgeTraits(
      compiledSchema(schemaOf(schema), dialects['1.3']),
      traits,
      dialects['1.3'],
    );
    expect(failure).toBe(words);
  });

  test.each(['01', '-01x', '1x', ' [] x', 'null'])('%s begins with JSON', (text) => {
    const compiled = compiledSchema(schemaOf({ contentMediaType: 'application/json' }), dialects['1.3']);
    expect(judgeTraits(compiled, text, dialects['1.3']).failure).toBeUndefined();
  });
});

describe('a schema that Kratos cannot use', () => {
  const broken = schemaOf({ pattern: '(?=a)' });
  const reason = 'Unable to parse validate JSON object against JSON schema.';
  const internal = {
    code: 500,
    status: 'Internal Server Error',
    reason,
    message: 'An internal server error occurred, please contact the system administrator',
  };
  const cases: readonly (readonly [KratosVersion, JsonObject])[] = [
    ['0.5', internal],
    ['1.0', internal],
    ['1.3', internal],
    ['26.2', { ...internal, id: 'invalid_configuration', message: 'Invalid configuration' }],
  ];

  test.each(cases)('v%s answers 500 to a creation and to an update', async (version, error) => {
    const kratos = await start(version, { schemas: { broken } });
    const path = version === '0.5' ? '/identities' : '/admin/identities';
    const made = await ask(kratos.adminUrl, 'POST', path, note('n'));
    expect(made.status).toBe(201);
    const one = `${path}/${(made.body as { readonly id: string }).id}`;
    const body = {
      schema_id: 'broken',
      traits: { label: 'n' },
      ...(version === '0.5' ? {} : { state: 'active' }),
    };
    const answers = [
      await ask(kratos.adminUrl, 'POST', path, { schema_id: 'broken', traits: {} }),
      await ask(kratos.adminUrl, 'PUT', one, body),
    ];
    expect(answers).toMatchObject([
      { status: 500, body: { error } },
      { status: 500, body: { error } },
    ]);
    expect(kratos.store.identities()).toHaveLength(1);
  });

  test.each<readonly [KratosVersion, string]>([
    ['1.3', internal.message],
    ['26.2', reason],
  ])('v%s refuses that entry of a batch as a bad request', async (version, told) => {
    const kratos = await start(version, { schemas: { broken } });
    const identities = [{ create: note('n') }, { create: { schema_id: 'broken', traits: {} } }];
    const answer = await ask(kratos.adminUrl, 'PATCH', '/admin/identities', { identities });
    expect(answer).toMatchObject({
      status: 200,
      body: {
        identities: [
          { action: 'create' },
          { action: 'error', error: { code: 400, status: 'Bad Request', reason: told } },
        ],
      },
    });
  });
});

describe('what the validator does not do', () => {
  const cases: readonly (readonly [KratosVersion, JsonObject, JsonValue, string])[] = [
    [
      '1.3',
      { properties: { phone: { format: 'tel' } } },
      { phone: '+49 30 1234567' },
      'the format tel to the last at #/properties/traits/properties/phone/format',
    ],
    [
      '1.3',
      { $ref: 'https://schemas.example.test/x' },
      {},
      'a $ref by name or to another document at #/properties/traits/$ref',
    ],
    ['1.0', { pattern: '(?<n>a)' }, 'a', 'a pattern of some releases at #/properties/traits/pattern'],
    [
      '26.2',
      { 'ory.sh/kratos': { credentials: { code: { identifier: true, via: 'sms' } } } },
      '+49 30 1234567',
      'phone numbers to the last at #/properties/traits/ory.sh~1kratos',
    ],
    [
      '0.5',
      { 'ory.sh/kratos': { Recovery: {} } },
      {},
      'such names under ory.sh/kratos at #/properties/traits',
    ],
    ['1.3', { $ref: '#/properties/traits' }, {}, 'so many schemas within schemas at #/properties/traits'],
  ];

  test.each(cases)('v%s says of %j that it is not done', async (version, traitsSchema, traits, notDone) => {
    const kratos = await start(version, { schemas: { odd: schemaOf(traitsSchema) } });
    const path = version === '0.5' ? '/identities' : '/admin/identities';
    const answer = await ask(kratos.adminUrl, 'POST', path, { schema_id: 'odd', traits });
    expect(answer).toMatchObject({ status: 501, body: { standIn: 'kratos', notDone } });
    expect(kratos.store.identities()).toEqual([]);
  });

  test('v0.5 does not know the format tel', () => {
    const compiled = compiledSchema(schemaOf({ format: 'tel' }), dialects['0.5']);
    expect(judgeTraits(compiled, '+49', dialects['0.5']).failure).toBeUndefined();
    expect(judgeTraits(compiled, 1, dialects['0.5']).failure).toBeUndefined();
  });
});
