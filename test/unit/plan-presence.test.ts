import { describe, expect, it, test } from 'vitest';
import { createDigest } from '../../src/model/change.ts';
import { plan } from '../../src/model/plan.ts';
import type { Step } from '../../src/model/step.ts';
import type { World } from '../../src/model/world.ts';
import {
  bareIdentity,
  CLASSIC,
  EXTERNAL_IDS,
  identity,
  METADATA,
  marked,
  NOW,
  on,
  RECOVERY,
  resource,
  world,
} from './build.ts';

const step = (change: Partial<World>) => plan(world(change), NOW);

const FINALIZED = resource().finalized().value;
const FRESH = resource().value;
const CLOSED = { open: false, cause: 'unavailable', forMs: 0 } as const;
const SYNCED = resource().synced().value;
const NEW = { resource: FINALIZED, firstTry: true, fenced: true } as const;
const DIGEST = createDigest('person', { email: 'ada@example.org' });
const CONFLICT = 'an identifier, address, external id or identity that this resource needs is not its own';

type Row = [string, Partial<World>, Partial<Step> & Pick<Step, 'do'>];

describe('before Kratos is asked', () => {
  const tooDeep = resource({ traits: JSON.parse(`${'{"n":'.repeat(40)}1${'}'.repeat(40)}`) });
  const forged = resource({ metadataAdmin: { 'kratos.ory.sh/owner': {} } });

  test.each<Row>([
    ['the finalizer comes first', { resource: FRESH }, { do: 'addFinalizer' }],
    [
      'traits beyond our limits stall',
      { resource: tooDeep.value },
      {
        do: 'stall',
        verdict: { reason: 'InvalidTraits', message: 'traits: nesting is deeper than 32 levels at /n/n/n/…' },
      },
    ],
    ['they stall in an outage too', { resource: tooDeep.value, kratos: CLOSED }, { do: 'stall' }],
    [
      'the key of the marker is ours',
      { resource: forged.value },
      {
        do: 'stall',
        verdict: {
          reason: 'InvalidMetadata',
          message: "metadataAdmin: the key kratos.ory.sh/owner is the operator's own",
        },
      },
    ],
    [
      'metadata beyond our limits stalls',
      { resource: resource({ metadataPublic: { big: 2 ** 60 } }).value },
      {
        do: 'stall',
        verdict: {
          reason: 'InvalidMetadata',
          message: 'metadataPublic: /big is an integer beyond ±(2^53−1)',
        },
      },
    ],
  ])('%s', (_name, change, expected) => {
    expect(step(change)).toMatchObject(expected);
  });

  test.each([
    ['spec.state', { state: 'active' }, CLASSIC],
    ['spec.deletionPolicy: Deactivate', { deletionPolicy: 'Deactivate' }, CLASSIC],
    ['spec.metadataPublic', { metadataPublic: {} }, CLASSIC],
    ['spec.metadataAdmin', { metadataAdmin: { a: 1 } }, CLASSIC],
    ['spec.externalId', { externalId: 'ada' }, CLASSIC],
    ['spec.externalId', { externalId: 'ada' }, METADATA],
  ] as const)(
    '%s that this Kratos does not have is Unsupported, and no finalizer is set',
    (field, spec, has) => {
      expect(step({ resource: resource(spec).value, ...on(has) })).toEqual({
        do: 'stall',
        verdict: { reason: 'Unsupported', message: `this Kratos does not have what is needed for ${field}` },
      });
    },
  );

  it('everything lacking is named at once', () => {
    const spec = { state: 'active', externalId: 'x', metadataPublic: {} } as const;
    expect(step({ resource: resource(spec).value, ...on(CLASSIC) })).toMatchObject({
      verdict: {
        message:
          'this Kratos does not have what is needed for spec.state, spec.metadataPublic, spec.externalId',
      },
    });
  });
});

describe('an identity in view', () => {
  const known = (held: ReturnType<typeof identity>) => ({
    resource: SYNCED,
    identity: { kind: 'known', identity: held } as const,
  });
  const found = (held: ReturnType<typeof identity>) => ({
    resource: FINALIZED,
    identity: { kind: 'found', identity: held, recorded: false } as const,
  });
  const drifted = { traits: { email: 'x@example.org' } };
  const stalled = { do: 'stall', verdict: { reason: 'Conflict', message: CONFLICT } } as const;

  test.each<Row>([
    ['in step: settled', known(identity()), { do: 'settled' }],
    ['drifted: the least is sent', known(identity(drifted)), { do: 'updateIdentity', why: 'update' }],
    ['a stranger’s: Conflict', found(identity({ metadataAdmin: null })), stalled],
    ['another’s under our id: Conflict', known(identity(marked({ uid: 'uid-9' }))), stalled],
    ['another’s, however it drifted', known(identity({ ...drifted, ...marked({ uid: 'uid-9' }) })), stalled],
    [
      'a predecessor’s: taken up, from a fresh resource',
      found(identity(marked({ uid: 'uid-0' }))),
      { do: 'readResource' },
    ],
    [
      'a predecessor’s, fenced',
      { ...found(identity(marked({ uid: 'uid-0' }))), fenced: true },
      { do: 'updateIdentity', why: 'takeUp' },
    ],
    [
      'gone: the id is cleared first',
      { resource: SYNCED, identity: { kind: 'gone' }, probed: true },
      { do: 'forgetIdentity' },
    ],
    [
      'gone, classic: together with the record',
      {
        resource: SYNCED,
        ...on(CLASSIC),
        identity: { kind: 'gone' },
        probed: true,
        equals: { digest: DIGEST, ids: [] },
      },
      { do: 'recordPending', digest: DIGEST, notThese: [], forget: true },
    ],
    [
      'gone, with a link: the link first',
      {
        resource: resource()
          .synced()
          .withStatus({
            recovery: { requestId: 'one', state: 'Issued', expiresAt: '2027-01-01T00:00:00.000Z' },
          }).value,
        identity: { kind: 'gone' },
        probed: true,
      },
      { do: 'retireRecovery' },
    ],
  ])('%s', (_name, change, expected) => {
    expect(step(change)).toMatchObject(expected);
  });

  test.each<Row>([
    [
      'deactivated by others: sessions are ended',
      known(identity({ state: 'inactive' })),
      { do: 'endSessions', id: 'id-1' },
    ],
    [
      'ended in this pass',
      { ...known(identity({ state: 'inactive' })), learned: { sessionsEnded: true } },
      { do: 'settled' },
    ],
    [
      'created by us',
      { ...known(identity({ state: 'inactive' })), learned: { created: true } },
      { do: 'settled' },
    ],
    [
      'said before',
      {
        ...known(identity({ state: 'inactive' })),
        resource: resource().synced().withStatus({ state: 'inactive' }).value,
      },
      { do: 'settled' },
    ],
  ])('%s', (_name, change, expected) => {
    expect(step(change)).toMatchObject(expected);
  });

  const bare = {
    resource: SYNCED,
    ...on(CLASSIC),
    identity: { kind: 'known', identity: bareIdentity(drifted) },
  } as const;

  test.each<Row>([
    [
      'classic: what will be owned goes to status before the PUT',
      bare,
      { do: 'recordOwned', traits: ['/email'] },
    ],
    [
      'classic: together with what was owned',
      {
        ...bare,
        resource: resource()
          .synced()
          .withStatus({ ownedTraits: ['/old'] }).value,
      },
      { do: 'recordOwned', traits: ['/email', '/old'] },
    ],
    [
      'classic: a PUT that adds none needs no record',
      {
        ...bare,
        resource: resource()
          .synced()
          .withStatus({ ownedTraits: ['/email', '/old'] }).value,
      },
      { do: 'updateIdentity' },
    ],
  ])('%s', (_name, change, expected) => {
    expect(step(change)).toMatchObject(expected);
  });

  it('an issued link is left alone until it expires', () => {
    const recovery = { requestId: 'one', state: 'Issued', expiresAt: '2026-01-01T13:00:00.000Z' } as const;
    const asking = resource({ recovery: RECOVERY }).synced().withStatus({ recovery }).value;
    expect(step({ ...known(identity()), resource: asking })).toEqual({ do: 'settled' });
  });
});

test('the capabilities decide, not the dialect’s name', () => {
  expect(step({ ...NEW, ...on({ ...EXTERNAL_IDS, dialect: 'classic' }) })).toMatchObject({
    do: 'createIdentity',
  });
});
