import { type Contact as Answers, absenceCountsFrom } from '../model/absence.ts';
import { instant } from '../model/clock.ts';
import { isRemote, RemoteError } from '../model/errors.ts';
import type { KratosIdentity } from '../model/generated/kratosidentity.ts';
import type { Capabilities } from '../model/identity.ts';
import { plan } from '../model/plan.ts';
import { expiryOf } from '../model/recovery.ts';
import { hasFinalizer, keyOf } from '../model/resource.ts';
import {
  type End,
  isEnd,
  isKratosStep,
  isNote,
  type KratosStep,
  type KubeStep,
  type Note,
  type Requeue,
} from '../model/step.ts';
import { type KratosView, recoveryOf, unseenWorld, type World } from '../model/world.ts';
import { actOnKratos, actOnKube } from './act.ts';
import { noteRecovery } from './act-recovery.ts';
import type { Deps } from './deps.ts';
import { forget } from './forget.ts';
import { learn } from './learn.ts';
import type { Key } from './ports.ts';
import { writeStatus } from './write-status.ts';

/** More than the longest life of a resource takes; beyond it two decisions contradict each other. */
const MAX_STEPS = 40;

export interface PassResult {
  /** For the log and the metrics: how the pass ended. */
  readonly end: End['do'] | 'superseded';
  readonly requeue: Requeue;
  /** Wall-clock time at which a link expires. */
  readonly wakeAt?: number;
}

/**
 * One pass over one resource: look, plan one step, carry it out, and again, until the plan says that it is over; then one status write,
 * only if status differs.
 *
 * Guarantees: at most one external effect per step, each from a world just proved; no effect once the lease could be lost; what an
 * effect returned is not lost to a failed status write. Rejects with `RemoteError` where the API server is in trouble or we are stopping.
 */
export async function runPass(deps: Deps, key: Key): Promise<PassResult> {
  const cached = deps.cache.get(key);
  if (cached === undefined) return DONE;
  try {
    const { world, end } = await walk(deps, worldOf(deps, deps.memory.newest(cached)));
    if (end.do === 'done') return done(deps, key, cached);
    await writeStatus(deps, world, end);
    return resultOf(end, expiryToCome(world));
  } catch (error) {
    if (isRemote(error, 'conflict')) return superseded(deps, cached);
    if (isRemote(error, 'notFound')) return done(deps, key, cached);
    throw error;
  }
}

/** The watch may have told of the end before the pass was over: then nobody else forgets what that learned. */
function done(deps: Deps, key: Key, { metadata }: KratosIdentity): PassResult {
  if (deps.cache.get(key)?.metadata.uid !== metadata.uid) forget(deps, metadata.uid);
  return DONE;
}

const DONE: PassResult = { end: 'done', requeue: { kind: 'none' } };

async function walk(deps: Deps, start: World): Promise<{ world: World; end: End }> {
  let world = start;
  for (let count = 0; count < MAX_STEPS; count += 1) {
    world = current(deps, world);
    const step = plan(world, instant(deps.clock));
    if (isEnd(step)) return { world, end: step };
    world = await perform(deps, world, step);
  }
  throw new RemoteError('pass', { code: 'unexpected', outcome: 'none' });
}

async function perform(deps: Deps, world: World, step: KratosStep | KubeStep | Note): Promise<World> {
  if (isKratosStep(step)) return performOnKratos(deps, world, step);
  return isNote(step) ? noteRecovery(deps, world, step) : actOnKube(deps, world, step);
}

async function performOnKratos(deps: Deps, world: World, step: KratosStep): Promise<World> {
  const { kratos, resource } = world;
  // The gate closed between plan and act: the next plan says so.
  if (!kratos.open) return world;
  const key = keyOf(resource);
  const act = () => actOnKratos(deps, world, kratos.has, step);
  const after = await (travelsTogether(kratos.has, step) ? deps.slots.aside(act) : act()).catch(
    (error: unknown) => {
      if (!isRemote(error) || error.code === 'aborted') throw error;
      return { ...world, failure: error };
    },
  );
  if (after.failure === undefined) {
    deps.gate.succeeded(key);
    return after.learned.troubledSince === undefined
      ? after
      : learn(deps, after, { troubledSince: undefined });
  }
  await deps.gate.failed(key, after.failure);
  return learn(deps, after, { troubledSince: after.learned.troubledSince ?? deps.clock.monotonic() });
}

/** What the client sends in requests for many, where the server lets it. */
function travelsTogether({ ids }: Capabilities, step: KratosStep): boolean {
  return ids && (step.do === 'readIdentity' || step.do === 'createIdentity');
}

function worldOf(deps: Deps, resource: KratosIdentity): World {
  return unseenWorld({
    resource,
    settings: deps.settings,
    kratos: deps.gate.view(keyOf(resource)),
    learned: deps.memory.learned(resource.metadata.uid),
    firstTry: deps.census.isNew(resource.metadata.uid),
    vouched: hasFinalizer(resource) && deps.census.vouchesFor(resource.metadata.uid),
  });
}

/** The world with what changes by itself brought up to date. */
function current(deps: Deps, world: World): World {
  // One that an earlier process sent, or whose resource was forgotten while this pass is under way, has no mark of its own.
  const sinceUnknownCreate = deps.memory.unknownSince(world.resource.metadata.uid) ?? deps.sinceLease;
  const answers: Answers = {
    sinceLease: deps.sinceLease.firstAnswer,
    sinceUnknownCreate: sinceUnknownCreate.firstAnswer,
  };
  const kratos: KratosView = deps.gate.view(keyOf(world.resource));
  const renewed = { ...world, kratos };
  const remakeFrom = deps.losses.turn(world.resource.metadata.uid);
  return { ...renewed, remakeFrom, absenceCountsFrom: absenceCountsFrom(renewed, answers) };
}

function resultOf(end: Exclude<End, { do: 'done' }>, wakeAt: number | undefined): PassResult {
  return { end: end.do, requeue: requeueOf(end), ...(wakeAt !== undefined && { wakeAt }) };
}

function requeueOf(end: Exclude<End, { do: 'done' }>): Requeue {
  switch (end.do) {
    case 'settled':
      return { kind: end.block === 'Waiting' ? 'backoff' : 'none' };
    case 'stall':
      return { kind: 'none' };
    case 'wait':
    case 'postpone':
      return end.requeue;
  }
}

/** A link expires on time however the pass went: also while Kratos cannot be asked. */
function expiryToCome(world: World): number | undefined {
  const record = recoveryOf(world);
  return record?.state === 'Issued' ? expiryOf(record) : undefined;
}

/** Somebody wrote the resource meanwhile. A live read makes sure that the next pass sees it, however far the watch is behind. */
async function superseded(deps: Deps, cached: KratosIdentity): Promise<PassResult> {
  const live = await deps.resources.read(keyOf(cached)).catch((error: unknown) => {
    if (isRemote(error, 'notFound')) return undefined;
    throw error;
  });
  // Gone, or another of that name: the watch will tell, and until then there is nothing to be done.
  if (live?.metadata.uid !== cached.metadata.uid) return { end: 'superseded', requeue: { kind: 'backoff' } };
  deps.memory.supersede(cached, live);
  return { end: 'superseded', requeue: { kind: 'after', ms: 0 } };
}
