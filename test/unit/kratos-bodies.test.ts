import { describe, expect, it } from 'vitest';
import { createBodyOf, jsonPatchOf, putBodyOf } from '../../src/kratos/bodies.ts';
import type { Capabilities, Edit, Identity, IdentityChange } from '../../src/model/identity.ts';
import type { JsonObject } from '../../src/model/json.ts';

const NO_CHANGE: IdentityChange = { traits: [], metadataPublic: [], metadataAdmin: [] };

const CLASSIC: Capabilities = {
  dialect: 'classic',
  state: false,
  metadata: false,
  patch: false,
  batch: false,
  ids: false,
  externalIds: false,
  recoveryCode: false,
  recoveryLink: true,
};
const V010: Capabilities = { ...CLASSIC, dialect: 'modern', state: true, metadata: true };

const CURRENT: Identity = {
  id: 'i',
  schemaId: 'default',
  traits: { email: 'a@example.org', name: { first: 'Ada', last: 'L' } },
  state: 'active',
  metadataPublic: null,
  metadataAdmin: { theirs: 1, owner: { uid: 'u' } },
  externalId: 'x',
  verifiableAddresses: [],
  recoveryAddresses: [],
};

function set(
  path: readonly string[],
  value: Edit & { op: 'set' } extends { value: infer V } ? V : never,
): Edit {
  return { op: 'set', path, value };
}

function remove(...path: readonly string[]): Edit {
  return { op: 'remove', path };
}

/** The traits after these edits, by way of PUT. */
function putTraits(traits: JsonObject, ...edits: readonly Edit[]): unknown {
  return putBodyOf(CLASSIC, { ...CURRENT, traits }, { ...NO_CHANGE, traits: edits }).traits;
}

describe('JSON Patch', () => {
  it('names nothing that the change does not', () => {
    expect(jsonPatchOf(NO_CHANGE)).toEqual([]);
  });

  it('puts each edit below its own field', () => {
    const change: IdentityChange = {
      traits: [set(['name', 'first'], 'Ada'), remove('team')],
      metadataPublic: [set([], { p: 1 })],
      metadataAdmin: [set(['owner'], { uid: 'u' })],
      schemaId: 'person',
      state: 'inactive',
      externalId: 'k8s:1',
    };
    expect(jsonPatchOf(change)).toEqual([
      { op: 'add', path: '/schema_id', value: 'person' },
      { op: 'add', path: '/state', value: 'inactive' },
      { op: 'add', path: '/external_id', value: 'k8s:1' },
      { op: 'add', path: '/traits/name/first', value: 'Ada' },
      { op: 'remove', path: '/traits/team' },
      { op: 'add', path: '/metadata_public', value: { p: 1 } },
      { op: 'add', path: '/metadata_admin/owner', value: { uid: 'u' } },
    ]);
  });

  it('escapes slashes and tildes, the tilde first', () => {
    const [operation] = jsonPatchOf({ ...NO_CHANGE, metadataAdmin: [set(['kratos.ory.sh/owner', '~1'], 1)] });
    expect(operation?.path).toBe('/metadata_admin/kratos.ory.sh~1owner/~01');
  });
});

describe('PUT', () => {
  it('sends back everything the server would wipe', () => {
    expect(putBodyOf({ ...V010, externalIds: true }, CURRENT, NO_CHANGE)).toEqual({
      schema_id: 'default',
      traits: CURRENT.traits,
      state: 'active',
      metadata_public: null,
      metadata_admin: CURRENT.metadataAdmin,
      external_id: 'x',
    });
  });

  it('sends no field that the server does not have', () => {
    expect(Object.keys(putBodyOf(CLASSIC, CURRENT, NO_CHANGE))).toEqual(['schema_id', 'traits']);
  });

  it('sends no field that the identity does not have', () => {
    const bare = { ...CURRENT, state: undefined, metadataPublic: undefined, metadataAdmin: undefined };
    expect(Object.keys(putBodyOf(V010, bare, NO_CHANGE))).toEqual(['schema_id', 'traits']);
  });

  it('changes what the change names and nothing else', () => {
    const change: IdentityChange = {
      traits: [set(['name', 'first'], 'Grace'), remove('name', 'last')],
      metadataPublic: [set([], { p: 1 })],
      metadataAdmin: [set(['owner'], { uid: 'v' })],
      state: 'inactive',
      schemaId: 'person',
    };
    expect(putBodyOf(V010, CURRENT, change)).toEqual({
      schema_id: 'person',
      traits: { email: 'a@example.org', name: { first: 'Grace' } },
      state: 'inactive',
      metadata_public: { p: 1 },
      metadata_admin: { theirs: 1, owner: { uid: 'v' } },
    });
    expect(CURRENT.traits).toEqual({ email: 'a@example.org', name: { first: 'Ada', last: 'L' } });
  });

  it('makes the objects on the way to a value, in place of whatever stands there', () => {
    expect(putTraits({ a: 'text' }, set(['a', 'b', 'c'], 1))).toEqual({ a: { b: { c: 1 } } });
    expect(putTraits({ a: [1] }, set(['a', 'b'], 1))).toEqual({ a: { b: 1 } });
  });

  it('removes nothing, and makes nothing, where there is nothing to remove', () => {
    expect(putTraits({ a: 1 }, remove('b', 'c'), remove('a', 'b'))).toEqual({ a: 1 });
  });

  it('applies edits in their order', () => {
    expect(putTraits({}, set(['a'], { b: 1 }), set(['a', 'c'], 2), remove('a', 'b'))).toEqual({
      a: { c: 2 },
    });
  });

  it('removes a whole field', () => {
    const change = { ...NO_CHANGE, metadataAdmin: [remove()] };
    expect(putBodyOf(V010, CURRENT, change)).not.toHaveProperty('metadata_admin');
  });

  it.each(['__proto__', 'constructor', 'prototype'])('treats a key called %s as a key', (key) => {
    const body = putBodyOf(CLASSIC, CURRENT, { ...NO_CHANGE, traits: [set([key, 'polluted'], true)] });
    expect(JSON.stringify(body.traits)).toContain(`"${key}":{"polluted":true}`);
    expect(Object.getPrototypeOf(body.traits)).toBe(Object.prototype);
    expect('polluted' in {}).toBe(false);
  });

  it('keeps a key called __proto__ that others set', () => {
    const traits: JsonObject = JSON.parse('{"__proto__":{"theirs":1},"a":1}');
    const body = putBodyOf(CLASSIC, { ...CURRENT, traits }, { ...NO_CHANGE, traits: [remove('a')] });
    expect(JSON.stringify(body.traits)).toBe('{"__proto__":{"theirs":1}}');
  });
});

describe('a create', () => {
  it('sends only what is wanted', () => {
    const wanted = {
      schemaId: undefined,
      traits: { a: 1 },
      state: undefined,
      metadataPublic: undefined,
      metadataAdmin: undefined,
      externalId: undefined,
    };
    expect(createBodyOf(wanted)).toEqual({ traits: { a: 1 } });
    expect(
      createBodyOf({
        ...wanted,
        schemaId: 's',
        state: 'inactive',
        metadataPublic: {},
        metadataAdmin: { a: 1 },
        externalId: 'e',
      }),
    ).toEqual({
      schema_id: 's',
      traits: { a: 1 },
      state: 'inactive',
      metadata_public: {},
      metadata_admin: { a: 1 },
      external_id: 'e',
    });
  });
});
