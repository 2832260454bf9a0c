import type { Instant } from './clock.ts';
import type { Capabilities } from './identity.ts';
import { isDeleting, says } from './resource.ts';
import type { End, Verdict } from './step.ts';
import type { World } from './world.ts';

/**
 * What waits for its turn to be made again, and says so already, asks nobody: many others were lost with it. What its author changed since
 * is looked at.
 */
export function planTurn(world: World, now: Instant): End | undefined {
  return says(world.resource, LOST.reason) ? untilTurn(world, now) : undefined;
}

/** `undefined`: a vanished identity may be made again now. */
export function untilTurn({ remakeFrom }: World, now: Instant): End | undefined {
  if (now.mono >= remakeFrom) return undefined;
  return { do: 'wait', verdict: LOST, requeue: { kind: 'after', ms: remakeFrom - now.mono } };
}

const LOST: Verdict = {
  reason: 'Progressing',
  message: 'the identity is gone from Kratos, and so are many others: made again at a bounded pace',
};

/**
 * Disbelief where the server lacks what the one had that showed us the identity: databases are not migrated backwards, so this is another
 * server with another database, and the identity is most likely where it was.
 */
export function planOlderServer(world: World, has: Capabilities): End | undefined {
  const { externalId, state } = world.resource.status ?? {};
  const hadMore = (externalId !== undefined && !has.externalIds) || (state !== undefined && !has.state);
  if (!hadMore) return undefined;
  const verdict: Verdict = isDeleting(world.resource)
    ? {
        reason: 'Deleting',
        message: `${OLDER} (deletionPolicy: Retain lets the resource go without it)`,
      }
    : { reason: 'KratosUnavailable', message: OLDER };
  return { do: 'wait', verdict, requeue: { kind: 'backoff' } };
}

const OLDER = 'this Kratos is older than the one that has the identity, and does not know it';
