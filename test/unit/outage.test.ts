import { describe, expect, test } from 'vitest';
import { plan } from '../../src/model/plan.ts';
import type { Step } from '../../src/model/step.ts';
import type { World } from '../../src/model/world.ts';
import { NOW, RECOVERY, resource, world } from './build.ts';

const closed = (forMs: number, cause: 'unavailable' | 'denied' = 'unavailable') => ({
  kratos: { open: false, cause, forMs } as const,
});
const SETTLED = resource().synced().value;
const UNAVAILABLE = { reason: 'KratosUnavailable', message: 'Kratos cannot be reached' } as const;
const DENIED = {
  reason: 'KratosDenied',
  message: 'Kratos denied access: check the token of the operator',
} as const;
const ISSUED = { requestId: 'one', state: 'Issued', secretName: 'ada-recovery' } as const;

describe('while the gate is closed', () => {
  test.each<[string, Partial<World>, Step]>([
    [
      'a settled resource is put off',
      { resource: SETTLED, ...closed(0) },
      { do: 'postpone', requeue: { kind: 'gate', ms: 30_000 } },
    ],
    [
      'until the outage has lasted 30 s',
      { resource: SETTLED, ...closed(29_999) },
      { do: 'postpone', requeue: { kind: 'gate', ms: 1 } },
    ],
    [
      'and then says so',
      { resource: SETTLED, ...closed(30_000) },
      { do: 'wait', verdict: UNAVAILABLE, requeue: { kind: 'gate' } },
    ],
    [
      'a denial is put off in the same way',
      { resource: SETTLED, ...closed(0, 'denied') },
      { do: 'postpone', requeue: { kind: 'gate', ms: 30_000 } },
    ],
    [
      'and named',
      { resource: SETTLED, ...closed(30_000, 'denied') },
      { do: 'wait', verdict: DENIED, requeue: { kind: 'gate' } },
    ],
    [
      'an edited resource says so at once',
      { resource: resource().synced().with({ generation: 2 }).value, ...closed(0) },
      { do: 'wait', verdict: UNAVAILABLE, requeue: { kind: 'gate' } },
    ],
    [
      'so does one that was never settled',
      { ...closed(0) },
      { do: 'wait', verdict: UNAVAILABLE, requeue: { kind: 'gate' } },
    ],
    [
      'so does one with something still to be told',
      { resource: SETTLED, learned: { identityId: 'id-2' }, ...closed(0) },
      { do: 'wait', verdict: UNAVAILABLE, requeue: { kind: 'gate' } },
    ],
    [
      'what only memory holds is nothing to be told',
      { resource: SETTLED, learned: { normalised: {}, troubledSince: 1 }, ...closed(0) },
      { do: 'postpone', requeue: { kind: 'gate', ms: 30_000 } },
    ],
  ])('%s', (_name, change, step) => {
    expect(plan(world(change), NOW)).toEqual(step);
  });

  test.each<[string, string, Partial<World>, Step]>([
    ['its Secret is looked at', '2026-01-01T12:00:00.000Z', {}, { do: 'readSecret' }],
    [
      'it ends when the Secret is gone',
      '2026-01-01T12:00:00.000Z',
      { secret: { kind: 'absent' } },
      { do: 'expireRecovery' },
    ],
    [
      'not before its time',
      '2026-01-01T12:00:00.001Z',
      {},
      { do: 'postpone', requeue: { kind: 'gate', ms: 30_000 } },
    ],
    ['a time that cannot be read is past', 'soon', { secret: { kind: 'absent' } }, { do: 'expireRecovery' }],
  ])('a link expires all the same: %s', (_name, expiresAt, change, step) => {
    const asked = resource({ recovery: RECOVERY })
      .synced()
      .withStatus({ recovery: { ...ISSUED, expiresAt } });
    expect(plan(world({ resource: asked.value, ...closed(0), ...change }), NOW)).toEqual(step);
  });
});
