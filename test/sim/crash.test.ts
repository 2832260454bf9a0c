import { describe, expect, test } from 'vitest';
import type { Capabilities } from '../../src/model/identity.ts';
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

interface Outcome {
  readonly snapshots: readonly unknown[];
  readonly log: readonly string[];
  readonly most: number;
  readonly mints: number;
}

async function live(has: Capabilities, life: string, at = -1, fault?: Fault): Promise<Outcome> {
  const s = new Scenario(has);
  if (fault !== undefined) s.effects.disturb(at, fault);
  const snapshots: unknown[] = [];
  for (const action of LIVES[life] ?? []) {
    action(s);
    await s.settle();
    snapshots.push(snapshot(s));
  }
  return { snapshots, log: s.effects.log, most: s.kratos.most, mints: s.kratos.mints };
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
          expect({ name, snapshots: disturbed.snapshots }).toEqual({ name, snapshots: calm.snapshots });
        }
      }
    });
  });
});
