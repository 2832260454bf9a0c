import { describe, expect, test } from 'vitest';
import { absenceCountsFrom, untilAbsenceCounts } from '../../src/model/absence.ts';
import type { World } from '../../src/model/world.ts';
import { CLASSIC, METADATA, NOW, on, resource, world } from './build.ts';

const INHERITED = resource().finalized();
const LEASE = { sinceLease: 1_000, sinceUnknownCreate: undefined };
const FOREVER = Number.POSITIVE_INFINITY;

describe('an absence is believed', () => {
  test.each<
    [
      string,
      Partial<World>,
      { sinceLease: number | undefined; sinceUnknownCreate: number | undefined },
      number,
    ]
  >([
    ['15 s after Kratos first answered since the lease, under an inherited finalizer', {}, LEASE, 16_000],
    ['never, before Kratos answered', {}, { ...LEASE, sinceLease: undefined }, FOREVER],
    ['at once under a finalizer of this pass', { firstTry: true }, LEASE, 0],
    ['at once under a record of this pass', { pendingIsNew: true }, LEASE, 0],
    ['at once after a refusal in status', { resource: INHERITED.said('InvalidTraits').value }, LEASE, 0],
    [
      'not at once where it is of an older spec',
      { resource: INHERITED.said('InvalidTraits').with({ generation: 2 }).value },
      LEASE,
      16_000,
    ],
    [
      'not at once when it is being deleted: what was refused need not be what was sent',
      { resource: INHERITED.said('Conflict').deleting().value },
      LEASE,
      16_000,
    ],
    [
      'not at once where status says that all was well',
      { resource: INHERITED.said('Synced').value },
      LEASE,
      16_000,
    ],
    [
      'not at once where status tells of trouble',
      { resource: INHERITED.said('KratosUnavailable').value },
      LEASE,
      16_000,
    ],
    ['at once on a classic server without a record', on(CLASSIC), LEASE, 0],
    [
      'late on a classic server with one',
      { ...on(CLASSIC), resource: INHERITED.withStatus({ pendingCreate: { digest: 'x' } }).value },
      LEASE,
      16_000,
    ],
    [
      '15 s after the first answer since a create of unknown outcome',
      { learned: { unknownCreate: { generation: 1 } } },
      { sinceLease: 1_000, sinceUnknownCreate: 5_000 },
      20_000,
    ],
    [
      'never, before Kratos answered after that create',
      { learned: { unknownCreate: { generation: 1 } } },
      LEASE,
      FOREVER,
    ],
    [
      'late after it, whoever set the finalizer',
      { firstTry: true, learned: { unknownCreate: { generation: 1 } } },
      { sinceLease: 0, sinceUnknownCreate: 5_000 },
      20_000,
    ],
    [
      'late after it, whatever status says',
      { resource: INHERITED.said('Conflict').value, learned: { unknownCreate: { generation: 1 } } },
      { sinceLease: 0, sinceUnknownCreate: 5_000 },
      20_000,
    ],
  ])('%s', (_name, change, contact, from) => {
    expect(absenceCountsFrom(world({ resource: INHERITED.value, ...on(METADATA), ...change }), contact)).toBe(
      from,
    );
  });
});

describe('until then', () => {
  test.each([
    ['a sign of life is asked for', FOREVER, { do: 'askReady' }],
    ['it waits, 2 s at a time', NOW.mono + 9_000, { do: 'wait', requeue: { kind: 'after', ms: 2_000 } }],
    ['it waits no longer than needed', NOW.mono + 1, { do: 'wait', requeue: { kind: 'after', ms: 1 } }],
    ['it looks once more', NOW.mono, { do: 'searchIdentity' }],
  ])('%s', (_name, from, step) => {
    expect(untilAbsenceCounts(world({ absenceCountsFrom: from }), NOW.mono)).toMatchObject(step);
  });

  test.each([
    ['Progressing', INHERITED],
    ['Deleting', resource().deleting()],
  ])('it says %s', (reason, builder) => {
    const waiting = world({ resource: builder.value, absenceCountsFrom: NOW.mono + 1 });
    expect(untilAbsenceCounts(waiting, NOW.mono)).toMatchObject({ verdict: { reason } });
  });
});
