import { describe, expect, test } from 'vitest';
import { plan } from '../../src/model/plan.ts';
import type { World } from '../../src/model/world.ts';
import { CLASSIC, EXTERNAL_IDS, METADATA, NOW, OWNER_KEY, on, resource, world } from './build.ts';

const LOST = {
  reason: 'Progressing',
  message: 'the identity is gone from Kratos, and so are many others: made again at a bounded pace',
};
const OLDER = /this Kratos is older than the one that has the identity/;
const GONE = { identity: { kind: 'gone' }, probed: true } as const;
const LATER = { remakeFrom: NOW.mono + 7_000 };

const step = (change: Partial<World>) => plan(world({ secret: { kind: 'absent' }, ...change }), NOW);

describe('an identity that vanished', () => {
  const synced = resource().synced();

  test('makes us look first at what the server is', () => {
    expect(step({ resource: synced.value, identity: { kind: 'gone' } })).toEqual({
      do: 'probe',
      maxAgeMs: 10_000,
    });
  });

  test('waits for its turn, and forgets nothing before', () => {
    const requeue = { kind: 'after', ms: 7_000 };
    expect(step({ resource: synced.value, ...GONE, ...LATER })).toEqual({
      do: 'wait',
      verdict: LOST,
      requeue,
    });
    const issued = { requestId: 'one', state: 'Issued', expiresAt: '2027-01-01T00:00:00.000Z' } as const;
    const withLink = synced.withStatus({ recovery: issued }).value;
    expect(step({ resource: withLink, ...GONE, ...LATER })).toMatchObject({ do: 'wait', verdict: LOST });
  });

  test('is forgotten when its turn has come', () => {
    expect(step({ resource: synced.value, ...GONE, remakeFrom: NOW.mono })).toEqual({ do: 'forgetIdentity' });
  });

  const told = resource().synced().said('Progressing');

  test.each<[string, Partial<World>]>([
    ['is not read again before its turn', {}],
    [
      'says nothing new while Kratos is away',
      { kratos: { open: false, cause: 'unavailable', forMs: 60_000 } },
    ],
  ])('once that is told, %s', (_what, change) => {
    expect(step({ resource: told.value, ...LATER, ...change })).toMatchObject({ do: 'wait', verdict: LOST });
  });

  test('is read again at its turn', () => {
    expect(step({ resource: told.value, remakeFrom: NOW.mono })).toEqual({ do: 'readIdentity', id: 'id-1' });
  });

  test('is looked at when its author changed something', () => {
    const edited = told.with({ generation: 2 }).value;
    expect(step({ resource: edited, ...LATER })).toEqual({ do: 'readIdentity', id: 'id-1' });
  });

  test('keeps no deletion waiting', () => {
    const deleting = told.deleting().value;
    expect(step({ resource: deleting, ...LATER })).toEqual({ do: 'readIdentity', id: 'id-1' });
    expect(step({ resource: deleting, ...GONE, ...LATER })).toEqual({
      do: 'removeFinalizer',
      because: 'Deleted',
    });
  });
});

describe('an absence', () => {
  const withKey = resource().synced().withStatus({ externalId: OWNER_KEY, state: 'active' });
  const withState = resource().synced().withStatus({ state: 'active' });

  test.each([
    ['without external ids', withKey, METADATA],
    ['without states', withState, CLASSIC],
  ])('is not believed of a server %s, where the one before had them', (_what, held, has) => {
    expect(step({ resource: held.value, ...GONE, ...on(has) })).toMatchObject({
      do: 'wait',
      verdict: { reason: 'KratosUnavailable', message: expect.stringMatching(OLDER) },
      requeue: { kind: 'backoff' },
    });
    const deleting = held.deleting().value;
    expect(step({ resource: deleting, ...GONE, ...on(has) })).toMatchObject({
      do: 'wait',
      verdict: { reason: 'Deleting', message: expect.stringMatching(OLDER) },
    });
    // What this pass deleted itself is gone.
    const deleted = { identity: { kind: 'gone', deleted: true } } as const;
    expect(step({ resource: deleting, ...deleted, ...on(has) })).toMatchObject({ do: 'removeFinalizer' });
    const retained = held.withSpec({ deletionPolicy: 'Retain' }).deleting().value;
    expect(step({ resource: retained, ...on(has) })).toMatchObject({ do: 'removeFinalizer' });
  });

  test.each([
    ['as new', withKey, EXTERNAL_IDS],
    ['newer', withState, EXTERNAL_IDS],
    ['as old', resource().synced(), CLASSIC],
  ])('is believed of a server %s', (_what, held, has) => {
    const { do: next } = step({
      resource: held.value,
      ...GONE,
      ...on(has),
      equals: undefined,
    });
    expect(next).toBe(has === CLASSIC ? 'readEquals' : 'forgetIdentity');
  });
});
