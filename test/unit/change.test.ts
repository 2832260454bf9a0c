import { describe, expect, it, test } from 'vitest';
import {
  changeFor,
  createDigest,
  deactivation,
  isEmptyChange,
  learnNormalised,
} from '../../src/model/change.ts';
import type { Capabilities, Identity, IdentityChange } from '../../src/model/identity.ts';
import { markerJson } from '../../src/model/owner.ts';
import type { World } from '../../src/model/world.ts';
import {
  bareIdentity,
  CLASSIC,
  EXTERNAL_IDS,
  identity,
  METADATA,
  marked,
  marker,
  OWNER_KEY,
  resource,
  world,
} from './build.ts';

const MARKER = 'kratos.ory.sh/owner';
const NOTHING: IdentityChange = { traits: [], metadataPublic: [], metadataAdmin: [] };
const setMarker = (change: Parameters<typeof marker>[0]) =>
  ({ op: 'set', path: [MARKER], value: markerJson(marker(change)) }) as const;

function change(held: Identity, more: Partial<World> = {}, has: Capabilities = EXTERNAL_IDS): IdentityChange {
  return changeFor(
    world({ identity: { kind: 'known', identity: held }, resource: resource().synced().value, ...more }),
    held,
    has,
  );
}

test('an identity in step needs nothing', () => {
  expect(change(identity())).toEqual(NOTHING);
  expect(isEmptyChange(change(identity()))).toBe(true);
  expect(change(bareIdentity(), {}, CLASSIC)).toEqual(NOTHING);
});

describe('the least is sent', () => {
  test.each<[string, Identity, Partial<World>, Partial<IdentityChange>]>([
    [
      'traits',
      identity({ traits: {} }),
      {},
      { traits: [{ op: 'set', path: ['email'], value: 'ada@example.org' }] },
    ],
    ['the schema', identity({ schemaId: 'old' }), {}, { schemaId: 'person' }],
    [
      'no schema that is not declared',
      identity({ schemaId: 'old' }),
      { resource: resource({ schemaId: undefined as never }).value },
      {},
    ],
    [
      'the state',
      identity({ state: 'inactive' }),
      { resource: resource({ state: 'active' }).value },
      { state: 'active' },
    ],
    ['no state that is not declared', identity({ state: 'inactive' }), {}, {}],
    ['the owner key where it is missing', identity({ externalId: undefined }), {}, { externalId: OWNER_KEY }],
    [
      'the author’s external id once it is set',
      identity(),
      { resource: resource({ externalId: 'ada' }).value },
      { externalId: 'ada' },
    ],
    [
      'public metadata, where there was none, whole; and its pointers into the marker',
      identity(),
      { resource: resource({ metadataPublic: { a: { b: 1 } } }).value },
      {
        metadataPublic: [{ op: 'set', path: [], value: { a: { b: 1 } } }],
        metadataAdmin: [setMarker({ public: ['/a/b'] })],
      },
    ],
    [
      'admin metadata beside the marker',
      identity(),
      { resource: resource({ metadataAdmin: { note: 'x' } }).value },
      { metadataAdmin: [{ op: 'set', path: ['note'], value: 'x' }, setMarker({ admin: ['/note'] })] },
    ],
    [
      'a wiped marker with all of admin metadata',
      identity({ metadataAdmin: null }),
      { resource: resource({ metadataAdmin: { note: 'x' } }).value },
      {
        metadataAdmin: [
          { op: 'set', path: [], value: { note: 'x', [MARKER]: markerJson(marker({ admin: ['/note'] })) } },
        ],
      },
    ],
    [
      'a marker of a former owner id',
      identity(marked({ owner: 'cluster-old' })),
      {},
      { metadataAdmin: [setMarker({})] },
    ],
    ['a predecessor’s uid', identity(marked({ uid: 'uid-0' })), {}, { metadataAdmin: [setMarker({})] }],
    [
      'what is no longer declared, by the marker’s lists',
      identity({
        traits: { email: 'ada@example.org', old: 1, theirs: 2 },
        ...marked({ traits: ['/email', '/old'] }),
      }),
      {},
      { traits: [{ op: 'remove', path: ['old'] }], metadataAdmin: [setMarker({})] },
    ],
    [
      'the marker’s lists before status’',
      identity({ traits: { email: 'ada@example.org', theirs: 2 } }),
      {
        resource: resource()
          .synced()
          .withStatus({ ownedTraits: ['/theirs'] }).value,
      },
      {},
    ],
    [
      'status’ lists where the marker was wiped',
      identity({ traits: { email: 'ada@example.org', old: 1 }, metadataAdmin: { theirs: 1 } }),
      {
        resource: resource()
          .synced()
          .withStatus({ ownedTraits: ['/old'] }).value,
      },
      { traits: [{ op: 'remove', path: ['old'] }], metadataAdmin: [setMarker({})] },
    ],
  ])('%s', (_name, held, more, expected) => {
    expect(change(held, more)).toEqual({ ...NOTHING, ...expected });
  });

  it('and nothing that the server does not have', () => {
    const declared = resource({ state: 'inactive', metadataPublic: { a: 1 }, externalId: 'x' }).value;
    expect(change(bareIdentity(), { resource: declared }, CLASSIC)).toEqual(NOTHING);
    expect(change(identity({ externalId: undefined }), {}, METADATA)).toEqual(NOTHING);
  });

  it('and everything that was sent is owned where a create is not yet told', () => {
    const held = bareIdentity({ traits: { email: 'ada@example.org', old: 1 } });
    expect(change(held, { learned: { created: true } }, CLASSIC).traits).toEqual([
      { op: 'remove', path: ['old'] },
    ]);
    expect(change(held, {}, CLASSIC).traits).toEqual([]);
  });

  it('and everything that was sent is owned where only the record of a create is', () => {
    const held = bareIdentity({ traits: { email: 'ada@example.org', old: 1 } });
    const found = { identity: { kind: 'found', identity: held, recorded: true } } as const;
    expect(change(held, found, CLASSIC).traits).toEqual([{ op: 'remove', path: ['old'] }]);
  });
});

describe('the deactivated mark', () => {
  const deactivated = (uid: string) => identity({ state: 'inactive', ...marked({ uid, deactivated: true }) });

  test.each<[string, string, Partial<World>, Partial<IdentityChange>]>([
    [
      'of a predecessor: a take-up activates, and the mark goes in the same write',
      'uid-0',
      {},
      { state: 'active', metadataAdmin: [setMarker({})] },
    ],
    [
      'of a predecessor: not where inactive is declared',
      'uid-0',
      { resource: resource({ state: 'inactive' }).value },
      { metadataAdmin: [setMarker({})] },
    ],
    ['of our own: stays, and nothing is activated', 'uid-1', {}, {}],
  ])('%s', (_name, uid, more, expected) => {
    expect(change(deactivated(uid), more)).toEqual({ ...NOTHING, ...expected });
  });

  it('a predecessor’s inactive state without the mark stays', () => {
    expect(change(identity({ state: 'inactive', ...marked({ uid: 'uid-0' }) }))).toEqual({
      ...NOTHING,
      metadataAdmin: [setMarker({})],
    });
  });

  it('is set by a deactivation, and the marker stays as it was otherwise', () => {
    const held = identity(marked({ owner: 'cluster-old' }));
    expect(deactivation(world(), held, EXTERNAL_IDS)).toEqual({
      ...NOTHING,
      metadataAdmin: [setMarker({ owner: 'cluster-old', deactivated: true })],
      state: 'inactive',
    });
  });
});

describe('a value that the server keeps in another form', () => {
  const answer = identity({ traits: { email: 'ADA@example.org' } });
  const normalised = learnNormalised(world(), answer);

  it('is remembered as a pair', () => {
    expect(normalised).toEqual({ 'traits/email': { sent: 'ada@example.org', got: 'ADA@example.org' } });
    expect(learnNormalised(world(), identity())).toEqual({});
  });

  test.each<[string, Identity, Partial<World>, number]>([
    ['is not written again', answer, {}, 0],
    ['is, when Kratos’ side changes', identity({ traits: { email: 'eve@example.org' } }), {}, 1],
    [
      'is, when our side changes',
      answer,
      { resource: resource({ traits: { email: 'eve@example.org' } }).value },
      1,
    ],
  ])('%s', (_name, held, more, edits) => {
    expect(change(held, { learned: { normalised }, ...more }).traits).toHaveLength(edits);
  });

  it('is told apart by the field it is in', () => {
    const declared = resource({ metadataPublic: { email: 'ada@example.org' } }).value;
    const held = identity({ metadataPublic: { email: 'ADA@example.org' } });
    expect(change(held, { resource: declared, learned: { normalised } }).metadataPublic).toHaveLength(1);
  });
});

describe('the digest of a create', () => {
  // printf '{"schemaId":"person","traits":{"a":1,"b":2}}' | sha256sum
  it('is SHA-256 of the canonical schema id and traits', () => {
    expect(createDigest('person', { b: 2, a: 1 })).toBe(
      'f68959dce7c534627afa4beb5db88e503187091fac3389a4b39669a61dcf071a',
    );
  });

  it('leaves the schema out where there is none', () => {
    expect(createDigest(undefined, { a: 1, b: 2 })).toBe(
      '2ee04c8d42e59f6c3556bd82c89729294f165cb8dc48a64d4224ef229319f1d0',
    );
  });
});
