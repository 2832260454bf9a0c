import type { KratosIdentity, KratosIdentityStatus } from '../model/generated/kratosidentity.ts';
import { conditionOf } from '../model/resource.ts';
import { nextStatus, statusPatch } from '../model/status.ts';
import type { End } from '../model/step.ts';
import type { World } from '../model/world.ts';
import type { Deps } from './deps.ts';

/** The one status write of a pass, only if status differs; then what was learned is carried, and a new trouble becomes an event. */
export async function writeStatus(deps: Deps, world: World, end: End): Promise<void> {
  const { resource } = world;
  const status = nextStatus(world, end, deps.clock.now());
  const patch = statusPatch(resource.status, status);
  if (patch !== undefined) {
    deps.leadership.assertHeld();
    const after = await deps.resources.patchStatus(resource, patch);
    deps.memory.supersede(resource, after);
    warn(deps, resource, status);
  }
  deps.memory.carried(resource.metadata.uid);
}

const QUIET: ReadonlySet<string> = new Set([
  'Synced',
  'Progressing',
  'Deleting',
  'Issued',
  'Expired',
  'Waiting',
]);

/** One warning for each condition whose reason is new and bad news; its text is the condition's. */
function warn(deps: Deps, before: KratosIdentity, after: KratosIdentityStatus): void {
  for (const { type, reason, message } of after.conditions ?? []) {
    if ((type !== 'Ready' && type !== 'RecoveryReady') || QUIET.has(reason)) continue;
    if (conditionOf(before, type)?.reason === reason) continue;
    deps.events.publish({ regarding: before, type: 'Warning', reason, action: 'Reconcile', note: message });
  }
}
