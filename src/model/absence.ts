import { serverKind } from './identity.ts';
import { isDeleting, says, wasRefused } from './resource.ts';
import type { Step, Verdict } from './step.ts';
import type { World } from './world.ts';

/** How long after its first sign of life a Kratos may still carry out what it had buffered (requests end after 10 s). */
export const LATE_ANSWER_MS = 15_000;

/** When Kratos first answered this process (monotonic milliseconds) after a moment; `undefined`: not yet. */
export interface Contact {
  readonly sinceLease: number | undefined;
  readonly sinceUnknownCreate: number | undefined;
}

/**
 * From when on (monotonic milliseconds) a search that finds nothing proves that there is nothing, `Infinity` while Kratos has not
 * answered since. Zero where no create can be under way.
 */
export function absenceCountsFrom(world: Omit<World, 'absenceCountsFrom'>, contact: Contact): number {
  if (world.learned.unknownCreate !== undefined) return later(contact.sinceUnknownCreate);
  if (world.firstTry || world.pendingIsNew || wasRefused(world.resource)) return 0;
  const bare = world.kratos.open && serverKind(world.kratos.has) === 'bare';
  if (bare && world.resource.status?.pendingCreate === undefined) return 0;
  return later(contact.sinceLease);
}

function later(firstAnswer: number | undefined): number {
  return firstAnswer === undefined ? Number.POSITIVE_INFINITY : firstAnswer + LATE_ANSWER_MS;
}

/** Waits until an absence counts, or looks once more when it would count by now; without a sign of life since, asks for one. */
export function untilAbsenceCounts(world: World, monoNow: number): Step {
  const from = world.absenceCountsFrom;
  if (monoNow >= from) return { do: 'searchIdentity' };
  if (from === Number.POSITIVE_INFINITY) return { do: 'askReady' };
  const requeue = { kind: 'after', ms: Math.min(from - monoNow, 2_000) } as const;
  // The trouble that the lateness comes of is told, and may come again: a status that says the one and the other would never rest.
  if (says(world.resource, 'KratosUnavailable')) return { do: 'postpone', requeue };
  const verdict: Verdict = isDeleting(world.resource)
    ? { reason: 'Deleting', message: 'waiting until a late answer of Kratos can be ruled out' }
    : { reason: 'Progressing', message: 'waiting until a late answer of Kratos can be ruled out' };
  return { do: 'wait', verdict, requeue };
}
