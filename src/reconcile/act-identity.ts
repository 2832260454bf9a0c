import { learnNormalised } from '../model/change.ts';
import { isRemote, type RemoteError } from '../model/errors.ts';
import { holdingOf } from '../model/holding.ts';
import type { Capabilities, Identity, NewIdentity } from '../model/identity.ts';
import type { KratosStep } from '../model/step.ts';
import type { World } from '../model/world.ts';
import type { Deps } from './deps.ts';
import { counted, learn } from './learn.ts';

type Update = Extract<KratosStep, { do: 'updateIdentity' }>;

export async function createIdentity(
  deps: Deps,
  world: World,
  has: Capabilities,
  wanted: NewIdentity,
): Promise<World> {
  const mayStart = () => deps.leadership.assertHeld();
  deps.census.tries(world.resource.metadata.uid);
  try {
    const identity = await deps.kratos.createIdentity(has, wanted, mayStart);
    return created(deps, world, identity);
  } catch (error) {
    if (!isRemote(error) || wasNotStarted(error)) throw error;
    return createFailed(deps, world, error);
  }
}

function wasNotStarted({ code, outcome }: RemoteError): boolean {
  return code === 'aborted' && outcome === 'none';
}

/** Where it repeated an earlier one, that one is refused as long as this identity exists, and no longer: it is kept in mind. */
function created(deps: Deps, world: World, identity: Identity): World {
  const { uid, generation } = world.resource.metadata;
  const earlierMayCome = deps.clock.monotonic() < world.absenceCountsFrom;
  const after = learn(deps, world, {
    identityId: identity.id,
    created: true,
    unknownCreate: earlierMayCome ? (world.learned.unknownCreate ?? { generation }) : undefined,
    conflicts: undefined,
    refused: undefined,
    normalised: learnNormalised(world, identity),
  });
  if (!earlierMayCome) deps.memory.markUnknown(uid, undefined);
  deps.index.note(identity);
  deps.index.claim(identity.id, uid);
  publish(deps, world, 'Created', 'Create', 'created the identity in Kratos');
  deps.onAction('created');
  return { ...after, identity: { kind: 'known', identity } };
}

/** A timed-out create is unknown, never failed; a definite refusal proves that nothing was made by it. */
function createFailed(deps: Deps, world: World, error: RemoteError): World {
  const { uid, generation } = world.resource.metadata;
  if (error.madeId !== undefined) return madeUnread(deps, world, error, error.madeId);
  if (error.outcome === 'unknown') {
    deps.memory.markUnknown(uid, deps.contact.mark());
    return { ...learn(deps, world, { unknownCreate: { generation } }), failure: error };
  }
  const definite = error.code === 'conflict' || error.code === 'invalid' || error.code === 'tooLarge';
  const earlierIsOver = deps.clock.monotonic() >= world.absenceCountsFrom;
  const refused = { ...world, createRefused: definite && earlierIsOver };
  const after = definite && earlierIsOver ? learnRefusal(deps, refused) : refused;
  if (error.code !== 'conflict') return { ...after, failure: error };
  return {
    ...learn(deps, after, { conflicts: counted(world.learned.conflicts, world) }),
    identity: { kind: 'unread' },
    conflictToExplain: true,
  };
}

/** Nothing is under way any more; what was in the way, where that was looked at before, need not be tried again. */
function learnRefusal(deps: Deps, world: World): World {
  const { obstacle, resource } = world;
  const { generation } = resource.metadata;
  const triedAt = deps.clock.monotonic();
  const refused = obstacle === undefined ? undefined : { generation, obstacle, triedAt, seenAt: triedAt };
  return learn(deps, world, { unknownCreate: undefined, refused });
}

/** It was made, and its id is known: there is nothing to look for, only to read. */
function madeUnread(deps: Deps, world: World, error: RemoteError, madeId: string): World {
  const { uid } = world.resource.metadata;
  deps.memory.markUnknown(uid, undefined);
  deps.index.claim(madeId, uid);
  publish(deps, world, 'Created', 'Create', 'created the identity in Kratos');
  deps.onAction('created');
  const after = learn(deps, world, {
    identityId: madeId,
    created: true,
    unknownCreate: undefined,
    conflicts: undefined,
  });
  return { ...after, identity: { kind: 'unread' }, failure: error };
}

export async function updateIdentity(
  deps: Deps,
  world: World,
  has: Capabilities,
  { change, why }: Update,
): Promise<World> {
  const holding = holdingOf(world);
  if (holding.kind !== 'ours' && holding.kind !== 'heirloom')
    return { ...world, identity: { kind: 'unread' } };
  deps.leadership.assertHeld();
  try {
    const identity = await deps.kratos.updateIdentity(has, holding.identity, change);
    const after = learn(deps, world, {
      ...(why !== 'deactivate' && { normalised: learnNormalised(world, identity) }),
      conflicts: undefined,
      patchRefusals: undefined,
    });
    deps.index.note(identity);
    if (change.traits.length > 0 || change.externalId !== undefined) deps.onReleased();
    announceUpdate(deps, world, why);
    return { ...after, identity: { kind: 'known', identity } };
  } catch (error) {
    return updateFailed(deps, world, error);
  }
}

function announceUpdate(deps: Deps, world: World, why: Update['why']): void {
  if (why === 'deactivate') return;
  const adopted = why === 'takeUp';
  const text = adopted
    ? 'took up the identity that an earlier resource of this name left'
    : 'brought the identity in Kratos into step';
  publish(deps, world, adopted ? 'Adopted' : 'Updated', 'Update', text);
  deps.onAction(adopted ? 'adopted' : 'updated');
}

function updateFailed(deps: Deps, world: World, error: unknown): World {
  if (isRemote(error, 'notFound')) return { ...world, identity: { kind: 'unread' } };
  if (isRemote(error, 'conflict')) {
    const told = learn(deps, world, { conflicts: counted(world.learned.conflicts, world) });
    return { ...told, conflictToExplain: true };
  }
  if (isRemote(error, 'invalid') && error.refusal === 'patchNotApplied') {
    const patchRefusals = world.patchRefusals + 1;
    if (patchRefusals === 1) return { ...world, patchRefusals, identity: { kind: 'unread' } };
    const told = learn(deps, world, { patchRefusals: counted(world.learned.patchRefusals, world) });
    return { ...told, patchRefusals };
  }
  throw error;
}

export async function endSessions(deps: Deps, world: World, has: Capabilities, id: string): Promise<World> {
  deps.leadership.assertHeld();
  await deps.kratos.endSessions(has, id);
  return learn(deps, world, { sessionsEnded: true });
}

export async function deleteIdentity(
  deps: Deps,
  world: World,
  has: Capabilities,
  id: string,
): Promise<World> {
  deps.leadership.assertHeld();
  try {
    await deps.kratos.deleteIdentity(has, id);
  } catch (error) {
    if (!isRemote(error, 'notFound')) throw error;
  }
  deps.index.drop(id);
  deps.onReleased();
  deps.onAction('deleted');
  return { ...world, identity: { kind: 'gone', deleted: true } };
}

function publish(deps: Deps, world: World, reason: string, action: string, note: string): void {
  deps.events.publish({ regarding: world.resource, type: 'Normal', reason, action, note });
}
