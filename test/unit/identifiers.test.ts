import { describe, expect, it, test } from 'vitest';
import { identifiersIn } from '../../src/model/identifiers.ts';
import type { JsonObject, JsonValue } from '../../src/model/json.ts';

const PASSWORD: JsonObject = { 'ory.sh/kratos': { credentials: { password: { identifier: true } } } };

function schema(properties: JsonObject, more: JsonObject = {}): JsonObject {
  return { properties: { traits: { type: 'object', properties } }, ...more };
}

describe('login identifiers', () => {
  test.each<[string, JsonObject, JsonObject, string[]]>([
    ['a plain one', schema({ email: PASSWORD }), { email: 'a@x', name: 'A' }, ['a@x']],
    [
      'one of any credential',
      schema({ phone: { 'ory.sh/kratos': { credentials: { code: { identifier: true } } } } }),
      { phone: '+1' },
      ['+1'],
    ],
    ['several, each once', schema({ email: PASSWORD, nick: PASSWORD }), { email: 'a', nick: 'a' }, ['a']],
    [
      'a nested one',
      schema({ who: { properties: { email: PASSWORD } } }),
      { who: { email: 'a@x' } },
      ['a@x'],
    ],
    [
      'one behind a local reference',
      schema({ email: { $ref: '#/definitions/login' } }, { definitions: { login: PASSWORD } }),
      { email: 'a@x' },
      ['a@x'],
    ],
  ])('%s is found', (_name, of, traits, found) => {
    expect(identifiersIn(of, traits)).toEqual(found);
  });

  test.each<[string, JsonObject, JsonObject]>([
    ['the trait is absent', schema({ email: PASSWORD }), { name: 'A' }],
    ['the trait is blank', schema({ email: PASSWORD }), { email: '  ' }],
    ['the trait is not a string', schema({ email: PASSWORD }), { email: ['a@x'] }],
    [
      'the credential is no identifier',
      schema({ email: { 'ory.sh/kratos': { credentials: { password: { identifier: false } } } } }),
      { email: 'a@x' },
    ],
    [
      'it is only a verification address',
      schema({ email: { 'ory.sh/kratos': { verification: { via: 'email' } } } }),
      { email: 'a@x' },
    ],
    ['the reference is remote', schema({ email: { $ref: 'https://example.org/x' } }), { email: 'a@x' }],
    ['the reference leads nowhere', schema({ email: { $ref: '#/definitions/none' } }), { email: 'a@x' }],
    ['the schema is no schema', { properties: 'x' }, { email: 'a@x' }],
    ['the key is inherited only', schema({ toString: PASSWORD }), {}],
  ])('there is none where %s', (_name, of, traits) => {
    expect(identifiersIn(of, traits)).toEqual([]);
  });

  it('does not run round in references that point at themselves', () => {
    const loop = schema(
      { email: { $ref: '#/definitions/a' } },
      { definitions: { a: { $ref: '#/definitions/a' } } },
    );
    expect(identifiersIn(loop, { email: 'a@x' })).toEqual([]);
  });

  it('ends in a schema that contains itself', () => {
    const node: JsonValue = { properties: { inner: { $ref: '#/definitions/node' }, email: PASSWORD } };
    const traits = { inner: { inner: { email: 'a@x' } } };
    const recursive = schema({ inner: { $ref: '#/definitions/node' } }, { definitions: { node } });
    expect(identifiersIn(recursive, traits)).toEqual(['a@x']);
  });
});
