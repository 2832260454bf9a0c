import { describe, expect, it, test } from 'vitest';
import { markerJson } from '../../src/model/owner.ts';
import { plan } from '../../src/model/plan.ts';
import type { Step } from '../../src/model/step.ts';
import type { World } from '../../src/model/world.ts';
import {
  bareIdentity,
  CLASSIC,
  identity,
  METADATA,
  marked,
  marker,
  NOW,
  on,
  resource,
  THEN_TEXT,
  world,
} from './build.ts';

const step = (change: Partial<World>) => plan(world({ secret: { kind: 'absent' }, ...change }), NOW);

const HELD = resource().synced().deleting();
const NAMELESS = resource().deleting();
const known = (held = identity()) => ({ kind: 'known', identity: held }) as const;
const CLOSED = { open: false, cause: 'unavailable', forMs: 0 } as const;

type Row = [string, Partial<World>, Partial<Step> & Pick<Step, 'do'>];

test.each<Row>([
  [
    'a resource that is going without our finalizer is none of our business',
    { resource: resource().with({ deletionTimestamp: THEN_TEXT }).value },
    { do: 'done' },
  ],
  ['the identity in status is read first', { resource: HELD.value }, { do: 'readIdentity', id: 'id-1' }],
  ['without an id it is looked for', { resource: NAMELESS.value }, { do: 'searchIdentity' }],
  ['a DELETE needs a fresh resource', { resource: HELD.value, identity: known() }, { do: 'readResource' }],
  [
    'fenced, it is sent',
    { resource: HELD.value, identity: known(), fenced: true },
    { do: 'deleteIdentity', id: 'id-1' },
  ],
  [
    '404 is success',
    { resource: HELD.value, identity: { kind: 'gone' } },
    { do: 'removeFinalizer', because: 'Deleted' },
  ],
  [
    'another’s is left, and the resource goes',
    { resource: HELD.value, identity: known(identity(marked({ uid: 'uid-9' }))), fenced: true },
    { do: 'removeFinalizer', because: 'NotOurs' },
  ],
  [
    'a wiped marker under our id needs no rewriting',
    { resource: HELD.value, identity: known(identity({ metadataAdmin: null })), fenced: true },
    { do: 'deleteIdentity' },
  ],
  [
    'a predecessor’s that was found is ours to delete',
    {
      resource: NAMELESS.value,
      identity: { kind: 'found', identity: identity(marked({ uid: 'uid-0' })), recorded: false },
      fenced: true,
    },
    { do: 'deleteIdentity' },
  ],
  [
    'a stranger’s that was found is not',
    {
      resource: NAMELESS.value,
      identity: { kind: 'found', identity: identity({ metadataAdmin: null }), recorded: false },
      fenced: true,
    },
    { do: 'removeFinalizer', because: 'NotOurs' },
  ],
])('%s', (_name, change, expected) => {
  expect(step(change)).toMatchObject(expected);
});

describe('an absence', () => {
  const absent = { resource: NAMELESS.value, identity: { kind: 'notFound', at: NOW.mono } } as const;

  test.each<Row>([
    ['that counts lets the resource go', absent, { do: 'removeFinalizer', because: 'Deleted' }],
    [
      'that does not count yet is waited for',
      { ...absent, absenceCountsFrom: NOW.mono + 1_000 },
      {
        do: 'wait',
        verdict: { reason: 'Deleting', message: 'waiting until a late answer of Kratos can be ruled out' },
        requeue: { kind: 'after', ms: 1_000 },
      },
    ],
    [
      'of an early search is looked at again',
      { ...absent, identity: { kind: 'notFound', at: NOW.mono - 1 }, absenceCountsFrom: NOW.mono },
      { do: 'searchIdentity' },
    ],
    [
      'before any sign of life of Kratos asks for one',
      { ...absent, absenceCountsFrom: Infinity },
      { do: 'askReady' },
    ],
    [
      'external ids make no exception',
      { ...absent, absenceCountsFrom: NOW.mono + 1, learned: { unknownCreate: { generation: 1 } } },
      { do: 'wait' },
    ],
  ])('%s', (_name, change, expected) => {
    expect(step(change)).toMatchObject(expected);
  });
});

describe('on a classic server', () => {
  const pending = { pendingCreate: { digest: 'x' } };

  test.each<Row>([
    [
      'without id and record nothing was ever sent',
      { ...on(CLASSIC), resource: NAMELESS.value },
      { do: 'removeFinalizer', because: 'Deleted' },
    ],
    [
      'with the record it is looked for',
      { ...on(CLASSIC), resource: NAMELESS.withStatus(pending).value },
      { do: 'searchIdentity' },
    ],
    [
      'with an unknown create too',
      { ...on(CLASSIC), resource: NAMELESS.value, learned: { unknownCreate: { generation: 1 } } },
      { do: 'searchIdentity' },
    ],
    ['with an id it is read', { ...on(CLASSIC), resource: HELD.value }, { do: 'readIdentity', id: 'id-1' }],
  ])('%s', (_name, change, expected) => {
    expect(step(change)).toMatchObject(expected);
  });
});

describe('Retain', () => {
  it('looks for no Secret after a pass that went well over the same spec', () => {
    const { value } = HELD.withSpec({ deletionPolicy: 'Retain' });
    expect(step({ resource: value, secret: { kind: 'unread' } })).toMatchObject({ do: 'removeFinalizer' });
  });

  it('looks for one where the spec was edited after that pass', () => {
    const edited = HELD.with({ generation: 3 }).withSpec({ deletionPolicy: 'Retain' }).value;
    expect(step({ resource: edited, secret: { kind: 'unread' } })).toEqual({ do: 'readSecret' });
  });

  it('needs no Kratos', () => {
    const retained = HELD.withSpec({ deletionPolicy: 'Retain' }).value;
    expect(step({ resource: retained, kratos: CLOSED })).toEqual({
      do: 'removeFinalizer',
      because: 'Retained',
    });
  });

  it('takes our Secret back first, where the last pass did not go well', () => {
    const retained = HELD.withSpec({ deletionPolicy: 'Retain' }).said('KratosUnavailable').value;
    expect(step({ resource: retained, kratos: CLOSED, secret: { kind: 'unread' } })).toEqual({
      do: 'readSecret',
    });
    const record = {
      requestId: 'one',
      identityId: 'id-1',
      method: 'Code',
      expiresAt: 0,
      link: undefined,
    } as const;
    const secret = { kind: 'ours', uid: 'secret-1', record } as const;
    expect(step({ resource: retained, kratos: CLOSED, secret })).toEqual({
      do: 'deleteSecret',
      uid: 'secret-1',
    });
  });
});

describe('Deactivate', () => {
  const going = HELD.withSpec({ deletionPolicy: 'Deactivate' }).value;
  const marks = { do: 'updateIdentity', why: 'deactivate' } as const;
  const set = {
    op: 'set',
    path: ['kratos.ory.sh/owner'],
    value: markerJson(marker({ deactivated: true })),
  } as const;
  const inactive = identity({ state: 'inactive', ...marked({ deactivated: true }) });

  test.each<Row>([
    ['needs a fresh resource', { resource: going, identity: known() }, { do: 'readResource' }],
    [
      'writes state and mark in one request, and nothing else',
      { resource: going, fenced: true, identity: known(identity({ traits: { email: 'drifted' } })) },
      { ...marks, change: { traits: [], metadataPublic: [], metadataAdmin: [set], state: 'inactive' } },
    ],
    [
      'marks one that is inactive already',
      { resource: going, fenced: true, identity: known(identity({ state: 'inactive' })) },
      { ...marks, change: { traits: [], metadataPublic: [], metadataAdmin: [set] } },
    ],
    [
      'then ends the sessions',
      { resource: going, fenced: true, identity: known(inactive) },
      { do: 'endSessions', id: 'id-1' },
    ],
    [
      'whatever status says',
      {
        resource: resource({ deletionPolicy: 'Deactivate' })
          .synced()
          .withStatus({ state: 'inactive' })
          .deleting().value,
        identity: known(inactive),
      },
      { do: 'endSessions' },
    ],
    [
      'and then lets the resource go',
      { resource: going, identity: known(inactive), learned: { sessionsEnded: true } },
      { do: 'removeFinalizer', because: 'Deactivated' },
    ],
    [
      'is nothing where the identity is gone',
      { resource: going, identity: { kind: 'gone' } },
      { do: 'removeFinalizer', because: 'Deleted' },
    ],
    [
      'blocks visibly on a server without state',
      { resource: going, ...on(CLASSIC), identity: known(bareIdentity()) },
      {
        do: 'stall',
        verdict: {
          reason: 'Deleting',
          message:
            'this Kratos has no identity state, so the identity cannot be deactivated; change spec.deletionPolicy to Delete or Retain',
        },
      },
    ],
  ])('%s', (_name, change, expected) => {
    expect(step(change)).toMatchObject(expected);
  });

  it('marks an identity without a marker with a whole one', () => {
    const wiped = known(identity({ metadataAdmin: null }));
    const value = { 'kratos.ory.sh/owner': markerJson(marker({ deactivated: true })) };
    expect(step({ resource: going, fenced: true, identity: wiped })).toMatchObject({
      change: { metadataAdmin: [{ op: 'set', path: [], value }], state: 'inactive' },
    });
  });

  it('sends state alone where there is state but no metadata (v0.8, v0.9)', () => {
    const has = { ...CLASSIC, state: true };
    const held = known(bareIdentity({ state: 'active' }));
    expect(step({ resource: going, ...on(has), fenced: true, identity: held })).toMatchObject({
      change: { traits: [], metadataPublic: [], metadataAdmin: [], state: 'inactive' },
    });
  });

  it('lets the resource go there, too, once it is inactive and its sessions are ended', () => {
    const has = { ...CLASSIC, state: true };
    const held = known(bareIdentity({ state: 'inactive' }));
    const world = { resource: going, ...on(has), fenced: true, identity: held } as const;
    expect(step(world)).toEqual({ do: 'endSessions', id: 'id-1' });
    expect(step({ ...world, learned: { sessionsEnded: true } })).toMatchObject({ do: 'removeFinalizer' });
  });
});

describe('an unreachable Kratos', () => {
  test.each([
    [
      'unavailable',
      'Kratos cannot be reached; the identity is kept until it answers (deletionPolicy: Retain lets the resource go without it)',
    ],
    [
      'denied',
      'Kratos denied access; the identity is kept until it answers (deletionPolicy: Retain lets the resource go without it)',
    ],
  ] as const)('(%s) blocks it visibly', (cause, message) => {
    for (const forMs of [0, 60_000]) {
      expect(step({ resource: HELD.value, kratos: { open: false, cause, forMs } })).toEqual({
        do: 'wait',
        verdict: { reason: 'Deleting', message },
        requeue: { kind: 'gate' },
      });
    }
  });
});

it('looks by marker on a server that keeps it', () => {
  expect(step({ ...on(METADATA), resource: NAMELESS.value })).toEqual({ do: 'searchIdentity' });
});
