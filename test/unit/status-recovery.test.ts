import { describe, expect, it, test } from 'vitest';
import { nextStatus, statusPatch } from '../../src/model/status.ts';
import type { End } from '../../src/model/step.ts';
import type { World } from '../../src/model/world.ts';
import { RECOVERY, resource, world } from './build.ts';
import { known, SETTLED, type Status, spoken, stall, status, wait } from './status-support.ts';

describe('RecoveryReady', () => {
  const asking = resource({ recovery: RECOVERY }).synced();
  const record = (state: 'Issued' | 'Expired' | 'Failed', requestId = 'one') => ({
    recovery: { requestId, state },
  });

  test.each<[string, Partial<World>, End, string | undefined]>([
    [
      'is not there where nothing is asked for',
      { resource: resource().synced().withStatus(record('Expired')).value },
      SETTLED,
      undefined,
    ],
    ['Issued', { resource: asking.withStatus(record('Issued')).value }, SETTLED, 'True Issued'],
    ['Expired', { resource: asking.withStatus(record('Expired')).value }, SETTLED, 'False Expired'],
    ['Failed', { resource: asking.withStatus(record('Failed')).value }, SETTLED, 'False Failed'],
    [
      'of another request waits',
      { resource: asking.withStatus(record('Issued', 'zero')).value },
      SETTLED,
      'False Waiting',
    ],
    [
      'from memory before status',
      { resource: asking.value, learned: record('Issued') },
      SETTLED,
      'True Issued',
    ],
    [
      'SecretConflict',
      { resource: asking.value },
      { do: 'settled', block: 'SecretConflict' },
      'False SecretConflict',
    ],
    [
      'MethodDisabled',
      { resource: asking.value },
      { do: 'settled', block: 'MethodDisabled' },
      'False MethodDisabled',
    ],
    [
      'waits while the identity is not in step',
      { resource: asking.value },
      stall('Conflict'),
      'False Waiting',
    ],
    [
      'stays Issued in a conflict',
      { resource: asking.withStatus(record('Issued')).value },
      stall('Conflict'),
      'True Issued',
    ],
    ['is not there in a deletion', { resource: asking.deleting().value }, wait('Deleting'), undefined],
  ])('%s', (_name, change, end, expected) => {
    const condition = status({ ...known(), ...change }, end).conditions?.find(
      ({ type }) => type === 'RecoveryReady',
    );
    expect(condition && `${condition.status} ${condition.reason}`).toBe(expected);
  });

  it('never makes Ready False', () => {
    const blocked = status(
      { ...known(), resource: asking.value },
      { do: 'settled', block: 'SecretConflict' },
    );
    expect(spoken(blocked)).toEqual(['Ready True Synced', 'RecoveryReady False SecretConflict']);
  });

  it('goes with its record where that is to go', () => {
    expect(
      status({ resource: asking.withStatus(record('Issued')).value, learned: { recovery: null } }),
    ).not.toHaveProperty('recovery');
  });
});

describe('an outage that is not told yet', () => {
  const postpone: End = { do: 'postpone', requeue: { kind: 'gate' } };

  test.each<[string, Partial<World>]>([
    ['of a settled resource', { resource: resource().synced().value }],
    ['with a link', { resource: { ...resource({ recovery: RECOVERY }).synced().value } }],
  ])('changes nothing %s', (_name, change) => {
    const first = world({ ...known(), ...change });
    const settled = {
      ...first.resource,
      status: nextStatus(
        { ...first, learned: { recovery: { requestId: 'one', state: 'Issued' } } },
        SETTLED,
        0,
      ),
    };
    expect(statusPatch(settled.status, status({ resource: settled }, postpone))).toBeUndefined();
  });

  it.each(['SecretConflict', 'MethodDisabled', 'Waiting'] as const)('leaves %s as it was said', (block) => {
    const asked = world({ ...known(), resource: resource({ recovery: RECOVERY }).synced().value });
    const settled = { ...asked.resource, status: nextStatus(asked, { do: 'settled', block }, 0) };
    expect(statusPatch(settled.status, status({ resource: settled }, postpone))).toBeUndefined();
  });

  it('still tells of a link that expired', () => {
    const asked = resource({ recovery: RECOVERY }).synced().value;
    const after = status(
      { resource: asked, learned: { recovery: { requestId: 'one', state: 'Expired' } } },
      postpone,
    );
    expect(spoken(after)).toEqual(['Ready True Synced', 'RecoveryReady False Expired']);
    expect(after.observedGeneration).toBe(1);
  });
});

describe('the patch of a status', () => {
  const base: Status = { observedGeneration: 1, identityId: 'id-1' };

  test.each<[string, Status | undefined, Status, object | undefined]>([
    ['equal: none', base, { ...base }, undefined],
    [
      'whatever the order of keys',
      { recovery: { requestId: 'a', state: 'Issued' } },
      { recovery: { state: 'Issued', requestId: 'a' } },
      undefined,
    ],
    ['only what differs', base, { ...base, observedGeneration: 2 }, { observedGeneration: 2 }],
    ['what goes, as null', base, { observedGeneration: 1 }, { identityId: null }],
    ['the first one, whole', undefined, base, base],
    ['lists, whole', { ownedTraits: ['/a', '/b'] }, { ownedTraits: ['/b'] }, { ownedTraits: ['/b'] }],
    [
      'members of an object that go, as null',
      { recovery: { requestId: 'a', state: 'Issued', link: 'x' } },
      { recovery: { requestId: 'a', state: 'Expired' } },
      { recovery: { requestId: 'a', state: 'Expired', link: null } },
    ],
  ])('%s', (_name, before, after, patch) => {
    const said = statusPatch(before, after);
    expect(said === undefined ? undefined : { ...said }).toEqual(patch);
  });
});
