import { isAllTold } from './learned.ts';
import { isDeleting, isSettled } from './resource.ts';
import type { End, Verdict } from './step.ts';
import type { KratosView, World } from './world.ts';

/** How long an outage lasts before a settled resource says so. */
const QUIET_OUTAGE_MS = 30_000;

/** What a resource does that needs Kratos while the gate is closed: one with work says so at once, a settled one only after a while. */
export function planOutage(world: World, kratos: Extract<KratosView, { open: false }>): End {
  if (isQuiet(world, kratos.forMs)) {
    return { do: 'postpone', requeue: { kind: 'gate', ms: QUIET_OUTAGE_MS - kratos.forMs } };
  }
  return { do: 'wait', verdict: outageVerdict(world, kratos.cause), requeue: { kind: 'gate' } };
}

/** Settled before, with nothing else to tell, and in trouble for a short while only. */
export function isQuiet(world: World, troubledForMs: number): boolean {
  return isSettled(world.resource) && isAllTold(world.learned) && troubledForMs < QUIET_OUTAGE_MS;
}

export function outageVerdict(world: World, cause: 'unavailable' | 'denied'): Verdict {
  const text = cause === 'denied' ? 'Kratos denied access' : 'Kratos cannot be reached';
  if (isDeleting(world.resource)) {
    return {
      reason: 'Deleting',
      message: `${text}; the identity is kept until it answers (deletionPolicy: Retain lets the resource go without it)`,
    };
  }
  return cause === 'denied'
    ? { reason: 'KratosDenied', message: `${text}: check the token of the operator` }
    : { reason: 'KratosUnavailable', message: text };
}
