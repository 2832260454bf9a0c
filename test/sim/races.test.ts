import { describe, expect, test } from 'vitest';
import { RemoteError } from '../../src/model/errors.ts';
import type { KratosIdentity } from '../../src/model/generated/kratosidentity.ts';
import { SERVERS } from './kratos.ts';
import type { SpecInput } from './kube.ts';
import { KEY, PERSON, Scenario, THING } from './scenario.ts';

/* Others write at the same time, the watch is behind, or a second process believes that it leads. */

const ASKING: SpecInput = { ...PERSON, recovery: { requestId: 'one', output: 'Secret' } };
const ONCE = new Set(['create', 'mint', 'create secret', 'delete']);

function once(s: Scenario): string[] {
  return s.effects.log.filter((name) => ONCE.has(name));
}

/** Somebody else's write that changes nothing we care about. */
function touch(s: Scenario): void {
  if (!s.exists()) return;
  s.kube.edit(KEY, (old) => ({ ...old, metadata: { ...old.metadata, labels: { touched: 'yes' } } }));
}

async function life(has: (typeof SERVERS)[keyof typeof SERVERS], meddle: (s: Scenario) => void) {
  const s = new Scenario(has);
  meddle(s);
  await s.settled(ASKING);
  const status = structuredClone(s.resource().status);
  s.kube.delete(KEY);
  await s.settle();
  return { s, status };
}

function comparable(status: KratosIdentity['status']) {
  const { identityId: _id, conditions, recovery, ...rest } = status ?? {};
  const { expiresAt: _at, ...record } = recovery ?? {};
  return { ...rest, record, conditions: conditions?.map(({ type, reason }) => `${type} ${reason}`) };
}

describe.each(Object.entries(SERVERS))('on a server of kind %s', (_kind, has) => {
  test('a write of somebody else right before any effect repeats nothing and loses nothing', async () => {
    const calm = await life(has, () => {});
    for (const name of new Set(calm.s.effects.log)) {
      const disturbed = await life(has, (s) => {
        for (let times = 0; times < 3; times += 1) s.effects.before(name, () => touch(s));
      });
      const told = { name, once: once(disturbed.s), status: comparable(disturbed.status) };
      expect(told).toEqual({ name, once: once(calm.s), status: comparable(calm.status) });
      expect(disturbed.s.identities()).toEqual([]);
      expect(disturbed.s.exists()).toBe(false);
    }
  });

  test('an edit of the spec while its status is written is carried out by the next pass', async () => {
    const s = new Scenario(has);
    s.effects.before('status', () =>
      s.apply({ ...PERSON, traits: { email: 'ada@example.org', name: 'Countess' } }),
    );
    await s.settled(PERSON);
    expect(s.only().traits).toEqual({ email: 'ada@example.org', name: 'Countess' });
    expect(once(s)).toEqual(['create']);
    expect(s.resource().status).toMatchObject({ observedGeneration: 2, identityId: s.only().id });
  });

  test('an API server in trouble after a create and a mint repeats neither', async () => {
    const s = new Scenario(has);
    const trouble = () => {
      throw new RemoteError('PATCH status', { code: 'unavailable', outcome: 'none', status: 503 });
    };
    await s.settled(PERSON);
    for (let times = 0; times < 4; times += 1) s.effects.before('status', trouble);
    await s.settled(ASKING);
    expect(once(s)).toEqual(['create', 'mint', 'create secret']);
    expect(s.condition('RecoveryReady')?.reason).toBe('Issued');
  });

  test.each([false, true])(
    'a cache that stands still repeats no effect (another process: %s)',
    async (other) => {
      const s = new Scenario(has);
      s.apply(ASKING);
      s.kube.freezeCache();
      await s.settle();
      if (other) s.restart();
      for (let pass = 0; pass < 5; pass += 1) await s.settle();
      expect(once(s)).toEqual(['create', 'mint', 'create secret']);
      s.kube.thawCache();
      await s.settle();
      expect(once(s)).toEqual(['create', 'mint', 'create secret']);
      expect(s.reason()).toBe('Synced');
    },
  );

  test('a cache that shows a resource long gone creates nothing', async () => {
    const s = new Scenario(has);
    await s.settled(PERSON);
    s.kube.freezeCache();
    s.kube.delete(KEY);
    s.restart({ cache: s.kube.freshCache });
    await s.settle();
    expect(s.identities()).toEqual([]);
    s.restart();
    await s.operator.pass(KEY);
    expect(s.identities()).toEqual([]);
  });

  test('a deletion seen late does not delete what belongs to the successor by now', async () => {
    const s = new Scenario(has);
    await s.settled({ ...PERSON, deletionPolicy: 'Delete' });
    s.kube.delete(KEY);
    s.kube.freezeCache();
    const { status } = s.resource();
    s.orphan();
    s.apply(PERSON);
    s.kube.edit(KEY, (old) => ({ ...old, ...(status !== undefined && { status }) }));
    await s.operator.pass(KEY);
    expect(s.identities()).toHaveLength(1);
    expect(once(s)).toEqual(['create']);
  });

  test('a spec without recovery, seen late, mints nothing that the live one does not ask for', async () => {
    const s = new Scenario(has);
    await s.settled(PERSON);
    s.apply(ASKING);
    s.kube.freezeCache();
    s.apply(PERSON);
    await s.operator.pass(KEY);
    expect(s.kratos.mints).toBe(0);
  });
});

/** Small and repeatable: a linear congruential generator. */
function dice(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state * 1_103_515_245 + 12_345) % 2_147_483_648;
    return state / 2_147_483_648;
  };
}

/** Hands the word to the others for a few turns before each request. */
function pausing(random: () => number): () => Promise<void> {
  return async () => {
    for (let turns = Math.floor(random() * 4); turns > 0; turns -= 1) {
      await new Promise((resolve) => setImmediate(resolve));
    }
  };
}

const PROMISED = [
  ['a person where identifiers can be read', SERVERS.metadata, PERSON],
  ['a person on a server with external ids', SERVERS.externalIds, PERSON],
  ['a thing on a server with external ids', SERVERS.externalIds, THING],
  ['a person on a classic server', SERVERS.bare, PERSON],
] as const;

describe('two processes that both believe to lead', () => {
  test.each(PROMISED)('never make two identities of %s', async (_name, has, spec) => {
    for (let seed = 1; seed <= 25; seed += 1) {
      const s = new Scenario(has);
      const pause = pausing(dice(seed));
      const [one, two] = [s.start({ pause }), s.start({ pause })];
      s.apply(spec);
      const passes = (process: typeof one) =>
        Array.from({ length: 3 }).reduce<Promise<unknown>>(
          (done) => done.then(() => process.pass(KEY)),
          Promise.resolve(),
        );
      await Promise.all([passes(one), passes(two)]);
      await one.run();
      await two.run();
      expect({ seed, identities: s.identities().length, reason: s.reason() }).toEqual({
        seed,
        identities: 1,
        reason: 'Synced',
      });
    }
  });
});
