import { isRemote, RemoteError } from '../model/errors.ts';
import type { KratosIdentity } from '../model/generated/kratosidentity.ts';
import type { JsonObject } from '../model/json.ts';
import { keyOf, withFinalizer } from '../model/resource.ts';
import type { KubeStep } from '../model/step.ts';
import { identityIdOf, type World } from '../model/world.ts';
import type { Deps } from './deps.ts';
import { learn } from './learn.ts';

type RemoveFinalizer = Extract<KubeStep, { do: 'removeFinalizer' }>;
type RecordOwned = Extract<KubeStep, { do: 'recordOwned' }>;
type RecordPending = Extract<KubeStep, { do: 'recordPending' }>;

/** A live read is a fence only for the same uid: another one under the name is another resource. */
export async function readResource(deps: Deps, world: World): Promise<World> {
  const live = await deps.resources.read(keyOf(world.resource));
  if (live.metadata.uid !== world.resource.metadata.uid) throw new RemoteError('GET resource', OTHER_UID);
  return renewed(deps, world, live);
}

const OTHER_UID = { code: 'notFound', outcome: 'none' } as const;

export async function addFinalizer(deps: Deps, world: World): Promise<World> {
  deps.leadership.assertHeld();
  const after = await deps.resources.setFinalizer(world.resource, true);
  return { ...renewed(deps, world, after), firstTry: true };
}

export async function removeFinalizer(
  deps: Deps,
  world: World,
  because: RemoveFinalizer['because'],
): Promise<World> {
  deps.leadership.assertHeld();
  deps.census.letsGo(world.resource.metadata.uid);
  const after = await released(deps, world.resource);
  if (because !== 'NotOurs' && hadIdentity(world)) announce(deps, world, because);
  return renewed(deps, world, after);
}

function hadIdentity(world: World): boolean {
  const { kind } = world.identity;
  return identityIdOf(world) !== undefined || (kind !== 'unread' && kind !== 'notFound');
}

function announce(deps: Deps, world: World, because: keyof typeof DELETION_NOTES): void {
  deps.events.publish({
    regarding: world.resource,
    type: 'Normal',
    reason: because,
    action: 'Delete',
    note: DELETION_NOTES[because],
  });
  if (because !== 'Deleted') deps.onAction(because === 'Retained' ? 'retained' : 'deactivated');
}

const DELETION_NOTES = {
  Deleted: 'the identity is gone from Kratos',
  Retained: 'the identity stays in Kratos',
  Deactivated: 'the identity stays in Kratos, inactive and without sessions',
} as const;

/** A resource that is gone by now has no finalizer either. */
async function released(deps: Deps, resource: KratosIdentity): Promise<KratosIdentity> {
  try {
    return await deps.resources.setFinalizer(resource, false);
  } catch (error) {
    if (!isRemote(error, 'notFound')) throw error;
    return { ...resource, metadata: { ...resource.metadata, finalizers: withFinalizer(resource, false) } };
  }
}

export async function recordPending(deps: Deps, world: World, step: RecordPending): Promise<World> {
  const { digest, notThese, forget } = step;
  const pendingCreate = { digest, notThese };
  const after = await patched(deps, world, { pendingCreate, ...(forget && FORGOTTEN) });
  const recorded = { ...after, pendingIsNew: true };
  return forget ? forgotten(deps, recorded) : recorded;
}

export async function forgetIdentity(deps: Deps, world: World): Promise<World> {
  return forgotten(deps, await patched(deps, world, FORGOTTEN));
}

const FORGOTTEN = { identityId: null } as const;

function forgotten(deps: Deps, world: World): World {
  deps.losses.remaking(world.resource.metadata.uid);
  const told = learn(deps, world, {
    identityId: null,
    created: undefined,
    sessionsEnded: undefined,
    normalised: undefined,
  });
  return { ...told, identity: { kind: 'unread' } };
}

export async function recordOwned(
  deps: Deps,
  world: World,
  { identityId, traits }: RecordOwned,
): Promise<World> {
  return patched(deps, world, { identityId, ownedTraits: traits });
}

async function patched(deps: Deps, world: World, status: JsonObject): Promise<World> {
  deps.leadership.assertHeld();
  return renewed(deps, world, await deps.resources.patchStatus(world.resource, status));
}

/** The server's answer to a conditional write, or a live read: the newest there is, so effects may follow. */
function renewed(deps: Deps, world: World, resource: KratosIdentity): World {
  deps.memory.supersede(world.resource, resource);
  return { ...world, resource, fenced: true };
}
