import { describe, expect, test } from 'vitest';
import type { Capabilities } from '../../src/model/identity.ts';
import { wasRefused } from '../../src/model/resource.ts';
import { SERVERS } from './kratos.ts';
import { FAULTS, type Fault } from './operator.ts';
import { KEY, PERSON, Scenario, THING } from './scenario.ts';

/*
 * Every external effect of a whole life is disturbed in every way, one at a time; whatever happens, there is never more than one identity
 * for the resource, nothing is minted twice, and the end is the one of the undisturbed run.
 */

const LIVES: Record<string, readonly ((s: Scenario) => void)[]> = {
  'a person: create, change, vanish, delete': [
    (s) => s.apply(PERSON),
    (s) => s.apply({ ...PERSON, traits: { email: 'ada@example.org', team: 'a' } }),
    (s) => s.kratos.identities.clear(),
    (s) => s.kube.delete(KEY),
  ],
  'a thing that nothing unique protects': [
    (s) => s.apply(THING),
    (s) => s.apply({ ...THING, traits: { label: 'scanner' } }),
    (s) => s.kratos.identities.clear(),
    (s) => s.kube.delete(KEY),
  ],
  'created and deleted at once': [(s) => s.apply(THING), (s) => s.kube.delete(KEY)],
  'somebody who is locked out, deactivated and taken up again': [
    (s) => s.apply({ ...PERSON, deletionPolicy: 'Deactivate' }),
    (s) => s.apply({ ...PERSON, state: 'inactive', deletionPolicy: 'Deactivate' }),
    (s) => s.kube.delete(KEY),
    (s) => s.apply(PERSON),
  ],
  'a recovery link through its whole life': [
    (s) => s.apply({ ...PERSON, recovery: { requestId: 'one', output: 'Secret' } }),
    (s) => s.apply({ ...PERSON, recovery: { requestId: 'two', output: 'Secret' } }),
    (s) => s.apply(PERSON),
    (s) => s.kube.delete(KEY),
  ],
};

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

async function live(has: Capabilities, life: string, at = -1, fault?: Fault): Promise<Outcome> {
  const s = new Scenario(has);
  if (fault !== undefined) s.effects.disturb(at, fault);
  const snapshots: unknown[] = [];
  let restless = 0;
  for (const action of LIVES[life] ?? []) {
    const isCalm = s.effects.struck.length === 0;
    action(s);
    await s.settle();
    snapshots.push(snapshot(s));
    if (isCalm && s.effects.struck.length > 0) restless = await quietWrites(s);
  }
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
  return {
    identities: [...kratos.identities.values()].map(({ traits, state }) => ({ traits, state })),
    ready: resource?.status?.conditions?.map(({ type, status, reason }) => `${type} ${status} ${reason}`),
    linked: resource?.status?.identityId === [...kratos.identities.keys()][0],
    pending: resource?.status?.pendingCreate,
    owned: resource?.status?.ownedTraits,
    recovery: resource?.status?.recovery?.state,
    secrets: [...kube.secretsByName.keys()],
  };
}

/** How many mints more than in the undisturbed run a fault may cost: only what was minted into nowhere is minted again. */
function mintsLost(effect: string | undefined, fault: Fault): number {
  if (effect === 'mint') return fault === 'dies before' ? 0 : 1;
  return effect === 'create secret' && fault.startsWith('dies') && fault !== 'dies after' ? 1 : 0;
}

describe.each(Object.entries(SERVERS))('on a server of kind %s', (_kind, has) => {
  describe.each(Object.keys(LIVES))('%s', (life) => {
    test('ends the same, never has two identities and mints nothing twice, whatever happens at any effect', async () => {
      const calm = await live(has, life);
      expect(calm.most).toBeLessThanOrEqual(1);
      expect(calm.log.length).toBeGreaterThan(3);
      for (const fault of FAULTS) {
        for (let at = 1; at <= calm.log.length; at += 1) {
          const name = `${fault} at ${at} (${calm.log[at - 1]})`;
          const disturbed = await live(has, life, at, fault);
          expect(disturbed.most, name).toBe(calm.most);
          expect(disturbed.mints - calm.mints, name).toBeLessThanOrEqual(mintsLost(calm.log[at - 1], fault));
          expect(disturbed.writes - calm.writes, name).toBeLessThanOrEqual(WRITES_PER_FAULT);
          expect(disturbed.restless, name).toBe(0);
          expect({ name, snapshots: disturbed.snapshots }).toEqual({ name, snapshots: calm.snapshots });
        }
      }
    });
  });
});
