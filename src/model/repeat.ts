import type { Instant } from './clock.ts';
import { serverKind } from './identity.ts';
import { readyCondition, wasRefused } from './resource.ts';
import type { Obstacle, Reason, Step } from './step.ts';
import type { World } from './world.ts';

/** Where nothing is to be seen: equal to nothing, not even to itself. */
export const UNSEEN = '';

/** What else a refusal may depend on cannot be seen, so that after this time it is tried anew. */
const BELIEVED_MS = 2 * 60 * 60_000;

/** On what a refusal of that reason depends, as far as it can be seen. */
const OBSTACLES: Readonly<Partial<Record<string, Obstacle>>> = {
  InvalidTraits: 'schema',
  Conflict: 'holders',
} satisfies Partial<Record<Reason, Obstacle>>;

/**
 * Servers without `metadata_admin`: to try what was refused takes two writes of status, the record and its end. What stood in its way is
 * looked at first, and while that is the same nothing is tried. `undefined`: it is to be tried.
 */
export function planRepeat(world: World, now: Instant): Step | undefined {
  const { resource, learned, obstacle } = world;
  const { generation } = resource.metadata;
  const { refused } = learned;
  const said = wasRefused(resource) ? readyCondition(resource) : undefined;
  const again = learned.conflicts?.generation === generation ? 'holders' : undefined;
  const of = OBSTACLES[said?.reason ?? ''] ?? again;
  if (of === undefined) return undefined;
  // What was so before it was last looked at is no news.
  const since = Math.min(now.mono, (refused?.seenAt ?? now.mono) + 1);
  if (obstacle === undefined) return { do: 'readObstacle', of, since };
  if (refused === undefined || said === undefined || refused.generation !== generation) return undefined;
  const isSame =
    obstacle !== UNSEEN && refused.obstacle === obstacle && now.mono - refused.triedAt < BELIEVED_MS;
  if (!isSame) return undefined;
  return { do: 'stall', verdict: { reason: said.reason as Reason, message: said.message } };
}

/** What stood in the way of a create that was just refused is looked at in the same pass, where it was not before. */
export function planObstacle({ createRefused, obstacle, kratos, failure }: World): Step | undefined {
  if (!createRefused || obstacle !== undefined || !kratos.open) return undefined;
  if (serverKind(kratos.has) !== 'bare' || failure?.refusal !== 'traits') return undefined;
  return { do: 'readObstacle', of: 'schema', since: 0 };
}
