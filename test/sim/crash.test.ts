import { describe, expect, test } from 'vitest';
import type { Capabilities } from '../../src/model/identity.ts';
import { DrivenClock } from './clock.ts';
import { SERVERS, SimKratos } from './kratos.ts';
import { SimKube, type SpecInput } from './kube.ts';
import { Died, Effects, type Fault, SimOperator } from './operator.ts';

/*
 * Every external effect of a whole life is disturbed in every way, one at a time; whatever happens, there is never more than one identity
 * for the resource, and the end is the one of the undisturbed run.
 */

const FAULTS: readonly Fault[] = [
  'dies before',
  'dies after',
  'answer lost',
  'carried out late',
  'dies, carried out late',
];
const KEY = 'team/ada';

const PERSON: SpecInput = { schemaId: 'person', traits: { email: 'ada@example.org', name: 'Ada' } };
const THING: SpecInput = { schemaId: 'thing', traits: { label: 'printer' } };

const LIVES: Record<string, readonly ((kube: SimKube, kratos: SimKratos) => void)[]> = {
  'a person: create, change, vanish, delete': [
    (kube) => kube.apply('team', 'ada', PERSON),
    (kube) => kube.apply('team', 'ada', { ...PERSON, traits: { email: 'ada@example.org', team: 'a' } }),
    (_kube, kratos) => kratos.identities.clear(),
    (kube) => kube.delete(KEY),
  ],
  'a thing that nothing unique protects': [
    (kube) => kube.apply('team', 'ada', THING),
    (kube) => kube.apply('team', 'ada', { ...THING, traits: { label: 'scanner' } }),
    (_kube, kratos) => kratos.identities.clear(),
    (kube) => kube.delete(KEY),
  ],
  'created and deleted at once': [
    (kube) => {
      kube.apply('team', 'ada', THING);
    },
    (kube) => kube.delete(KEY),
  ],
  'somebody who is locked out and deactivated': [
    (kube) => kube.apply('team', 'ada', { ...PERSON, deletionPolicy: 'Deactivate' }),
    (kube) => kube.apply('team', 'ada', { ...PERSON, state: 'inactive', deletionPolicy: 'Deactivate' }),
    (kube) => kube.delete(KEY),
    (kube) => kube.apply('team', 'ada', PERSON),
  ],
  'a recovery link through its whole life': [
    (kube) => kube.apply('team', 'ada', { ...PERSON, recovery: { requestId: 'one', output: 'Secret' } }),
    (kube) => kube.apply('team', 'ada', { ...PERSON, recovery: { requestId: 'two', output: 'Secret' } }),
    (kube) => kube.apply('team', 'ada', PERSON),
    (kube) => kube.delete(KEY),
  ],
};

interface Outcome {
  readonly snapshots: readonly unknown[];
  readonly effects: number;
  readonly log: readonly string[];
  readonly most: number;
  readonly mints: number;
}

async function live(has: Capabilities, life: string, at = -1, fault?: Fault): Promise<Outcome> {
  const clock = new DrivenClock();
  const kube = new SimKube();
  const kratos = new SimKratos(has, clock);
  const effects = new Effects(clock);
  if (fault !== undefined) effects.disturb(at, fault);
  let operator = new SimOperator(clock, kube, kratos, effects);
  let most = 0;
  const watchMost = () => {
    most = Math.max(most, kratos.identities.size);
  };
  const snapshots: unknown[] = [];
  for (const action of LIVES[life] ?? []) {
    action(kube, kratos);
    for (;;) {
      try {
        await operator.run();
        break;
      } catch (error) {
        if (!(error instanceof Died)) throw error;
        operator = new SimOperator(clock, kube, kratos, effects);
      } finally {
        watchMost();
      }
    }
    // What was to be carried out late has been by now; and quiet must be quiet.
    await clock.advance(20_000);
    await operator.run();
    watchMost();
    snapshots.push(snapshot(kube, kratos));
  }
  return { snapshots, effects: effects.count, log: effects.log, most, mints: kratos.mints };
}

function snapshot(kube: SimKube, kratos: SimKratos) {
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
      expect(calm.effects).toBeGreaterThan(3);
      for (const fault of FAULTS) {
        for (let at = 1; at <= calm.effects; at += 1) {
          const name = `${fault} at ${at} (${calm.log[at - 1]})`;
          const disturbed = await live(has, life, at, fault);
          expect({ name, most: disturbed.most }).toEqual({ name, most: calm.most });
          expect(disturbed.mints - calm.mints, name).toBeLessThanOrEqual(mintsLost(calm.log[at - 1], fault));
          expect({ name, snapshots: disturbed.snapshots }).toEqual({ name, snapshots: calm.snapshots });
        }
      }
    });
  });
});
