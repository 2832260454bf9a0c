import type { KratosIdentity } from '../../src/model/generated/kratosidentity.ts';
import { nextStatus } from '../../src/model/status.ts';
import type { End, Reason } from '../../src/model/step.ts';
import type { World } from '../../src/model/world.ts';
import { identity, NOW, world } from './build.ts';

export type Status = NonNullable<KratosIdentity['status']>;

export const SETTLED: End = { do: 'settled' };
export const known = (held = identity()) => ({ identity: { kind: 'known', identity: held } as const });
export const status = (change: Partial<World>, end: End = SETTLED) =>
  nextStatus(world(change), end, NOW.wall);
export const spoken = ({ conditions }: Status) =>
  conditions?.map(({ type, status: is, reason }) => `${type} ${is} ${reason}`);
export const wait = (reason: Reason): End => ({
  do: 'wait',
  verdict: { reason, message: 'm' },
  requeue: { kind: 'none' },
});
export const stall = (reason: Reason): End => ({ do: 'stall', verdict: { reason, message: 'm' } });
