import { describe, expect, it, test } from 'vitest';
import { readIdentities, readIdentity } from '../../src/kratos/record.ts';
import type { JsonObject, JsonValue } from '../../src/model/json.ts';
import { recorded, VERSIONS } from '../fixtures/kratos/recorded.ts';

const MINIMAL: JsonObject = { id: 'i', schema_id: 'default', traits: {} };

describe('an identity', () => {
  it('of v0.5 has no state, no metadata and no external id', () => {
    const { body } = recorded('0.5.5', 'get ada');
    expect(readIdentity(body)).toEqual({
      id: '47a88cfb-c434-4ee3-8e68-e2c1669b2542',
      schemaId: 'default',
      schemaUrl: 'http://127.0.0.1:46135/schemas/default',
      traits: { email: 'Ada@Example.org', name: { first: 'Ada' } },
      state: undefined,
      stateChangedAt: undefined,
      metadataPublic: undefined,
      metadataAdmin: undefined,
      externalId: undefined,
      organizationId: undefined,
      credentials: undefined,
      createdAt: undefined,
      updatedAt: undefined,
      raw: body,
      verifiableAddresses: [{ value: 'Ada@Example.org', via: 'email', verified: false, status: 'pending' }],
      recoveryAddresses: [{ value: 'Ada@Example.org', via: 'email' }],
    });
  });

  it('of v26 has all of them', () => {
    expect(readIdentity(recorded('26.2.0', 'get by external').body)).toMatchObject({
      state: 'active',
      metadataPublic: null,
      metadataAdmin: { owner: 'x' },
      externalId: 'k8s:11111111-1111-4111-8111-111111111111',
    });
  });

  test.each(VERSIONS)('%s: lists are read item by item', (version) => {
    const { body } = recorded(version, 'list page_size 2');
    expect(readIdentities(body)?.length).toBe(Array.isArray(body) ? body.length : -1);
  });

  it('may lack addresses, and may hold null for traits', () => {
    expect(readIdentity({ ...MINIMAL, traits: null, verifiable_addresses: null })).toMatchObject({
      traits: {},
      verifiableAddresses: [],
      recoveryAddresses: [],
    });
  });

  it.each<[string, JsonValue | undefined]>([
    ['nothing', undefined],
    ['null', null],
    ['a list', [MINIMAL]],
    ['an error', { error: { code: 404 } }],
    ['no id', { ...MINIMAL, id: '' }],
    ['a number as id', { ...MINIMAL, id: 1 }],
    ['no schema', { id: 'i', traits: {} }],
    ['no traits', { id: 'i', schema_id: 'default' }],
    ['a list as traits', { ...MINIMAL, traits: [] }],
    ['a state of its own', { ...MINIMAL, state: 'asleep' }],
    ['addresses that are no list', { ...MINIMAL, verifiable_addresses: {} }],
    ['an address without a value', { ...MINIMAL, recovery_addresses: [{ via: 'email' }] }],
  ])('is not read from %s', (_, body) => {
    expect(readIdentity(body)).toBeUndefined();
  });

  it('of the wrong shape spoils its whole list', () => {
    expect(readIdentities([MINIMAL, { id: 'j' }])).toBeUndefined();
    expect(readIdentities(MINIMAL)).toBeUndefined();
  });
});
