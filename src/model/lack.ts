import { conditionOf } from './resource.ts';
import type { Step } from './step.ts';
import type { World } from './world.ts';

/**
 * What Kratos lacked when status was written and lacks still: it may have been upgraded or set otherwise since, which only a new look
 * can tell, one a pass. `undefined`: this is news, or was just looked at.
 */
export function lookAnew(world: World, type: 'Ready' | 'RecoveryReady', reason: string): Step | undefined {
  const said = conditionOf(world.resource, type)?.reason === reason;
  return said && !world.probed ? { do: 'probe' } : undefined;
}
