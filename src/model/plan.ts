import type { Instant } from './clock.ts';
import { planFailure } from './failure.ts';
import { planDeletion } from './plan-deletion.ts';
import { planPresence } from './plan-presence.ts';
import { planObstacle } from './repeat.ts';
import { hasFinalizer, isDeleting } from './resource.ts';
import type { Step } from './step.ts';
import type { World } from './world.ts';

/**
 * Names the one next step for a resource. Pure and total: it reads nothing, and every world has an answer.
 *
 * A crash needs no case of its own: it is merely another world. What was not looked at yet is named as a step that looks;
 * an effect is named only in a world that proves it is due and (for a POST, a DELETE, a deactivation and a mint) fresh.
 */
export function plan(world: World, now: Instant): Step {
  if (world.failure !== undefined) return planObstacle(world) ?? planFailure(world, world.failure, now);
  if (!isDeleting(world.resource)) return planPresence(world, now);
  return hasFinalizer(world.resource) ? planDeletion(world, now) : { do: 'done' };
}
