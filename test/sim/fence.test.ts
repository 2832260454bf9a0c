import { describe, expect, test } from 'vitest';
import { RemoteError } from '../../src/model/errors.ts';
import type { Capabilities } from '../../src/model/identity.ts';
import type { Kratos, Leadership, Resources, Secrets } from '../../src/reconcile/ports.ts';
import { SERVERS } from './kratos.ts';
import type { SimOperator } from './operator.ts';
import { KEY, PERSON, Scenario, THING } from './scenario.ts';

/*
 * The fence: whatever a pass has under way, no effect begins once the lease could be lost. Every method of every port is named here as a
 * read or as an effect, so that a new one cannot be forgotten.
 */

type Kind = 'read' | 'effect';
const METHODS: {
  readonly kratos: Record<keyof Kratos, Kind>;
  readonly resources: Record<keyof Resources, Kind>;
  readonly secrets: Record<keyof Secrets, Kind>;
} = {
  kratos: {
    probe: 'read',
    ready: 'read',
    createIdentity: 'effect',
    getIdentity: 'read',
    getIdentityByExternalId: 'read',
    findByIdentifier: 'read',
    listIdentities: 'read',
    updateIdentity: 'effect',
    deleteIdentity: 'effect',
    endSessions: 'effect',
    createRecoveryLink: 'effect',
    createRecoveryCode: 'effect',
    getSchema: 'read',
  },
  resources: { read: 'read', setFinalizer: 'effect', patchStatus: 'effect' },
  secrets: { read: 'read', create: 'effect', delete: 'effect' },
};
const EFFECTS = Object.entries(METHODS).flatMap(([port, methods]) =>
  Object.entries(methods).flatMap(([method, kind]) => (kind === 'effect' ? [`${port}.${method}`] : [])),
);

const LIFE: readonly ((s: Scenario) => void)[] = [
  (s) => s.apply(PERSON),
  (s) => s.apply({ ...PERSON, traits: { email: 'ada@example.org', team: 'a' } }),
  (s) => s.apply({ ...PERSON, recovery: { requestId: 'one', output: 'Secret' } }),
  (s) => s.apply({ ...PERSON, recovery: { requestId: 'two', output: 'Status' } }),
  (s) => s.kratos.identities.clear(),
  (s) => s.apply({ ...THING, ...(s.kratos.has.state && { state: 'inactive' }) }),
  (s) => s.kube.delete(KEY),
];

/** A lease that is lost at a given look, or right after it, and never comes back to this process. */
class Lease implements Leadership {
  looks = 0;
  isLost = false;
  readonly #lostAt: number;

  constructor(lostAt = Number.POSITIVE_INFINITY) {
    this.#lostAt = lostAt;
  }

  assertHeld(): void {
    this.looks += 1;
    if (this.looks >= this.#lostAt) this.isLost = true;
    if (this.isLost) throw new RemoteError('hold lease', { code: 'aborted', outcome: 'none' });
  }
}

/** Ports that write down every call, each with whether the lease was looked at in the same breath. */
class Recorder {
  readonly calls: { readonly name: string; readonly looked: boolean; readonly lost: boolean }[] = [];
  readonly #lease: Lease;
  #looked = false;

  constructor(lease: Lease) {
    this.#lease = lease;
  }

  readonly leadership: Leadership = {
    assertHeld: () => {
      this.#lease.assertHeld();
      this.#looked = true;
      queueMicrotask(() => {
        this.#looked = false;
      });
    },
  };

  record<T extends object>(port: string, target: T): T {
    return new Proxy(target, {
      get: (on, method) => {
        const call: unknown = Reflect.get(on, method);
        if (typeof call !== 'function' || typeof method !== 'string') return call;
        return (...args: unknown[]) => {
          // A creation asks for itself, as late as it can.
          if (method === 'createIdentity') (args[2] as () => void)();
          this.calls.push({ name: `${port}.${method}`, looked: this.#looked, lost: this.#lease.isLost });
          return Reflect.apply(call, on, args) as unknown;
        };
      },
    });
  }
}

async function live(has: Capabilities, lostAt?: number) {
  const lease = new Lease(lostAt);
  const recorder = new Recorder(lease);
  const s = new Scenario(has, { leadership: recorder.leadership });
  record(s.operator, recorder);
  for (const action of LIFE) {
    action(s);
    if (lease.isLost) break;
    await until(s, lease);
  }
  const effects = s.effects.count;
  // What is left to be done is tried again and again by one that leads no more.
  if (lease.isLost) for (let tries = 0; tries < 3; tries += 1) await attempt(s);
  return { calls: recorder.calls, looks: lease.looks, effects, after: s.effects.count };
}

function record({ deps }: SimOperator, recorder: Recorder): void {
  const wrapped = {
    kratos: recorder.record('kratos', deps.kratos),
    resources: recorder.record('resources', deps.resources),
    secrets: recorder.record('secrets', deps.secrets),
  };
  Object.assign(deps, wrapped);
}

/** Works until nothing is due; one whose lease is lost tries for ever. */
async function until(s: Scenario, lease: Lease): Promise<void> {
  for (let passes = 0; passes < 30 && !lease.isLost; passes += 1) {
    const { effects } = s;
    const before = effects.count;
    await attempt(s);
    await s.clock.advance(20_000);
    if (effects.count === before && passes > 2) return;
  }
}

async function attempt(s: Scenario): Promise<void> {
  await s.operator.pass(KEY).catch((error: unknown) => {
    if (!(error instanceof RemoteError)) throw error;
  });
}

describe.each(Object.entries(SERVERS))('on a server of kind %s', (_kind, has) => {
  test('the lease is looked at right before every effect, with nothing awaited in between', async () => {
    const { calls } = await live(has);
    const unlooked = calls.filter(({ name, looked }) => EFFECTS.includes(name) && !looked);
    expect(unlooked).toEqual([]);
  });

  test('whichever look finds it lost, no effect begins from then on', async () => {
    const { looks } = await live(has);
    expect(looks).toBeGreaterThan(10);
    for (let lostAt = 1; lostAt <= looks; lostAt += 1) {
      const { calls, effects, after } = await live(has, lostAt);
      const late = calls.filter(({ name, lost }) => lost && EFFECTS.includes(name));
      expect({ lostAt, late }).toEqual({ lostAt, late: [] });
      expect({ lostAt, after }).toEqual({ lostAt, after: effects });
    }
  });
});

test('every effect that there is takes part', async () => {
  const names = new Set<string>();
  for (const has of Object.values(SERVERS)) for (const { name } of (await live(has)).calls) names.add(name);
  expect(EFFECTS.filter((effect) => !names.has(effect))).toEqual([]);
});
