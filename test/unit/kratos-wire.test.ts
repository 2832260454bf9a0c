import { describe, expect, it, test } from 'vitest';
import {
  readCode,
  readHealth,
  readIdentities,
  readIdentity,
  readLink,
  writeIdentity,
} from '../../src/kratos/wire.ts';
import type { JsonObject, JsonValue } from '../../src/model/json.ts';
import { recorded, VERSIONS } from '../fixtures/kratos/recorded.ts';

const MINIMAL: JsonObject = { id: 'i', schema_id: 'default', traits: {} };

describe('an identity', () => {
  it('of v0.5 has no state, no metadata and no external id', () => {
    expect(readIdentity(recorded('0.5.5', 'get ada').body)).toEqual({
      id: '47a88cfb-c434-4ee3-8e68-e2c1669b2542',
      schemaId: 'default',
      traits: { email: 'Ada@Example.org', name: { first: 'Ada' } },
      state: undefined,
      metadataPublic: undefined,
      metadataAdmin: undefined,
      externalId: undefined,
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
    expect(writeIdentity(wanted)).toEqual({ traits: { a: 1 } });
    expect(
      writeIdentity({
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

describe('what was minted', () => {
  test.each(VERSIONS)('%s: a link has its secret and its end', (version) => {
    const minted = readLink(recorded(version, 'recovery link').body);
    expect(minted?.link.reveal()).toContain('token=');
    expect(minted?.expiresAt).toBeGreaterThan(Date.UTC(2026, 0));
  });

  it('ends to the millisecond, though servers tell nanoseconds', () => {
    const minted = readLink({ recovery_link: 'l', expires_at: '2026-11-23T16:19:04.303903399Z' });
    expect(minted?.expiresAt).toBe(Date.UTC(2026, 10, 23, 16, 19, 4, 303));
  });

  it('is hidden wherever it is printed', () => {
    const minted = readCode(recorded('26.2.0', 'recovery code').body);
    expect(minted?.code.reveal()).toMatch(/^\d{6}$/);
    expect(JSON.stringify(minted)).not.toContain(minted?.code.reveal());
    expect(JSON.stringify(minted)).not.toContain('http');
  });

  it('may come without a time', () => {
    expect(readLink({ recovery_link: 'l' })?.expiresAt).toBeUndefined();
    expect(readLink({ recovery_link: 'l', expires_at: 'soon' })?.expiresAt).toBeUndefined();
  });

  it.each<JsonValue>([null, {}, { recovery_link: '' }, { recovery_code: '1' }, 'l'])(
    'is not read from %j',
    (body) => {
      expect(readLink(body)).toBeUndefined();
    },
  );

  it('is no code without one', () => {
    expect(readCode({ recovery_link: 'l' })).toBeUndefined();
  });
});

describe('health', () => {
  it('is only what says ok', () => {
    expect(readHealth({ status: 'ok' })).toBe(true);
    expect(readHealth({ status: 'starting' })).toBeUndefined();
    expect(readHealth([])).toBeUndefined();
  });
});
