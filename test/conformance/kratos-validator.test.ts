import { describe, expect, test } from 'vitest';
import type { JsonObject } from '../../src/model/json.ts';
import { ask } from './kratos-ask.ts';
import { start } from './kratos-started.ts';

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
