import { expect } from 'vitest';
import type { Capabilities } from '../../src/model/identity.ts';
import { markerOf } from '../../src/model/owner.ts';
import { wasRefused } from '../../src/model/resource.ts';
import { FAULTS, type Fault } from './effects.ts';
import { KEY, Scenario } from './scenario.ts';

/** What people and other programs do to one resource and its identity; after each the operator works until all is quiet. */
export type Life = readonly ((s: Scenario) => unknown)[];

export interface Setting {
  readonly has: Capabilities;
  /** What an admission policy gives to new resources. */
  readonly born: readonly string[];
}

const QUIET_PASSES = 50;
/**
 * What a fault may cost at most in writes: the effect itself once more, what it was meant to follow, and two words of waiting in status,
 * one that it waits and one that it no longer does.
 */
const WRITES_PER_FAULT = 4;

interface Outcome {
  readonly snapshots: readonly unknown[];
  readonly log: readonly string[];
  readonly most: number;
  readonly mints: number;
  readonly writes: number;
  /** Writes of the quiet passes after the action over which the fault came. */
  readonly restless: number;
}

/**
 * Lives it once undisturbed, and then with every effect of it disturbed in every way, one at a time: the end after every action is the
 * same, there are never two identities, nothing is minted twice, a fault costs a bounded number of writes, and then all is quiet.
 */
export async function enumerateFaults(setting: Setting, life: Life): Promise<void> {
  const calm = await live(setting, life);
  expect(calm.most).toBeLessThanOrEqual(1);
  expect(calm.log.length).toBeGreaterThan(2);
  for (const fault of FAULTS) {
    for (let at = 1; at <= calm.log.length; at += 1) {
      const name = `${fault} at ${at} (${calm.log[at - 1]})`;
      const disturbed = await live(setting, life, at, fault);
      expect(disturbed.most, name).toBe(calm.most);
      expect(disturbed.mints - calm.mints, name).toBeLessThanOrEqual(mintsLost(calm.log, at, fault));
      expect(disturbed.writes - calm.writes, name).toBeLessThanOrEqual(WRITES_PER_FAULT);
      expect(disturbed.restless, name).toBe(0);
      expect({ name, snapshots: disturbed.snapshots }).toEqual({ name, snapshots: calm.snapshots });
    }
  }
}

async function live({ has, born }: Setting, life: Life, at = -1, fault?: Fault): Promise<Outcome> {
  const s = new Scenario(has);
  s.kube.born = born;
  if (fault !== undefined) s.effects.disturb(at, fault);
  const snapshots: unknown[] = [];
  let restless = 0;
  for (const action of life) {
    const isCalm = s.effects.struck.length === 0;
    await action(s);
    await s.settle();
    snapshots.push(snapshot(s));
    if (isCalm && s.effects.struck.length > 0) restless = await quietWrites(s);
  }
  s.canary.check();
  const { kratos, effects } = s;
  return {
    snapshots,
    log: effects.log,
    most: kratos.most,
    mints: kratos.mints,
    writes: writesOf(s),
    restless,
  };
}

function writesOf({ kratos, kube }: Scenario): number {
  return kratos.writes + kratos.mints + kube.writes;
}

async function quietWrites(s: Scenario): Promise<number> {
  // Without a marker every look at a refusal puts a creation on record and takes it back.
  const resource = s.kube.resources.get(KEY);
  if (!s.kratos.has.metadata && resource !== undefined && wasRefused(resource)) return 0;
  if (s.operator.isDead) s.restart();
  const before = writesOf(s);
  for (let pass = 0; pass < QUIET_PASSES; pass += 1) await s.operator.pass(KEY);
  return writesOf(s) - before;
}

function snapshot({ kube, kratos }: Scenario) {
  const resource = kube.resources.get(KEY);
  const { status } = resource ?? {};
  return {
    identities: [...kratos.identities.values()].map((identity) => ({
      traits: identity.traits,
      state: identity.state,
      public: identity.metadataPublic,
      marker: markerOf(identity),
      externalId: identity.externalId,
      sessions: kratos.sessions.get(identity.id),
    })),
    ready: status?.conditions?.map(({ type, status: value, reason }) => `${type} ${value} ${reason}`),
    linked: status?.identityId === [...kratos.identities.keys()][0],
    pending: status?.pendingCreate,
    owned: [status?.ownedTraits, status?.ownedMetadataPublic, status?.ownedMetadataAdmin],
    state: status?.state,
    recovery: [status?.recovery?.state, status?.recovery?.requestId, status?.recovery?.link !== undefined],
    secrets: [...kube.secretsByName.keys()],
  };
}

/** How many mints more than in the undisturbed run a fault may cost: only what was minted into nowhere is minted again. */
function mintsLost(log: readonly string[], at: number, fault: Fault): number {
  const [before, effect] = [log[at - 2], log[at - 1]];
  if (effect === 'mint') return fault === 'dies before' ? 0 : 1;
  // A link for status is in memory until the write that carries it.
  const carries = effect === 'create secret' || (effect === 'status' && before === 'mint');
  const isLost = fault === 'dies before' || fault === 'dies, carried out late' || fault === 'dies knowing';
  return carries && isLost ? 1 : 0;
}
