import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { SERVERS } from './kratos.ts';
import { KEYS, LEADER, type ReplicaAction, Replicas } from './replicas.ts';
import { hold } from './seeds.ts';

/*
 * Two replicas by seed: processes are stopped, killed, ended and cut off from either server, requests are lost before and after they are
 * carried out, wall clocks are set. No effect leaves a process, or comes to a server, while the lease is not its own; and there is never
 * more than one identity for a resource.
 */

const FILE = 'test/sim/replicas.test.ts';
const KINDS = ['bare', 'metadata', 'externalIds'] as const;
const HOUR = 3_600_000;

const who = fc.constantFrom(0, 1, LEADER, LEADER);
const key = fc.nat(KEYS.length - 1);
/** In the middle of a pass, of a renewal, or of a life. */
const time = fc.oneof(
  fc.nat(120),
  fc.integer({ min: 100, max: 3_000 }),
  fc.integer({ min: 3_000, max: 20_000 }),
);
const trouble = fc.oneof(fc.nat(3_000), fc.integer({ min: 8_000, max: 30_000 }));

const ACTIONS: fc.Arbitrary<ReplicaAction[]> = fc.array(
  fc.oneof(
    { arbitrary: fc.record({ do: fc.constant('apply' as const), key, team: fc.nat(3) }), weight: 4 },
    { arbitrary: fc.record({ do: fc.constant('delete' as const), key }), weight: 1 },
    { arbitrary: fc.record({ do: fc.constant('busy' as const), ms: time }), weight: 4 },
    { arbitrary: fc.record({ do: fc.constant('wait' as const), ms: time }), weight: 4 },
    { arbitrary: fc.record({ do: fc.constant('freeze' as const), who, ms: trouble }), weight: 2 },
    { arbitrary: fc.record({ do: fc.constantFrom('kill' as const, 'terminate' as const), who }), weight: 2 },
    {
      arbitrary: fc.record({
        do: fc.constant('cut' as const),
        who,
        from: fc.constantFrom('kube' as const, 'kratos' as const, 'both' as const),
        loss: fc.constantFrom('before' as const, 'after' as const),
        ms: trouble,
      }),
      weight: 2,
    },
    {
      arbitrary: fc.record({ do: fc.constant('step' as const), who, ms: fc.constantFrom(HOUR, -HOUR) }),
      weight: 1,
    },
  ),
  { minLength: 6, maxLength: 20 },
);

describe('two replicas', () => {
  test.each(KINDS)(
    'on a server of kind %s: no effect but the leader’s, and one identity for each resource',
    async (kind) => {
      const property = fc.asyncProperty(fc.boolean(), ACTIONS, async (mayWatch, actions) => {
        await new Replicas(SERVERS[kind], mayWatch).run(actions);
      });
      await hold(FILE, property, 100);
    },
    180_000,
  );
});

/** Two of them, of which the first leads and has made something. */
async function led(mayWatch = true): Promise<Replicas> {
  const world = new Replicas(SERVERS.externalIds, mayWatch);
  await world.run([{ do: 'apply', key: 0, team: 1 }]);
  return world;
}

describe('a take-over', () => {
  test('after a clean end comes at once where the standby may watch', async () => {
    const world = await led();
    const before = world.leader();
    if (before === undefined) throw new Error('nobody leads');
    void before.terminate();
    await world.clock.advance(200);
    expect(world.leader()).toBeDefined();
    expect(world.leader()).not.toBe(before);
    expect(world.lease.transitions).toBe(1);
  });

  test('after a kill comes when the lease has expired, no sooner and no later', async () => {
    const world = await led();
    const before = world.leader();
    before?.kill();
    await world.clock.advance(12_900);
    expect(world.lease.holder).toBe(before?.name);
    // Renewed up to two seconds before the kill; fifteen from then, 0.15 of jitter here, and the network.
    await world.clock.advance(2_600);
    expect(world.lease.holder).not.toBe(before?.name);
    expect(world.leader()?.name).toBe(world.lease.holder);
  });

  test.each([
    ['forward', HOUR],
    ['back', -HOUR],
  ])('does not come of a wall clock that is set %s, on either side', async (_, ms) => {
    for (const stepped of [0, 1]) {
      const world = await led();
      const before = world.lease.holder;
      world.replica(stepped).clock.step(ms);
      await world.clock.advance(120_000);
      expect(world.lease.holder).toBe(before);
      expect(world.lost).toEqual([]);
    }
  });

  test('does not come of a standby that was stopped for long, and hears of nothing before it acts', async () => {
    const world = await led();
    const before = world.leader();
    const standby = world.replica(before === world.replica(0) ? 1 : 0);
    standby.clock.stop();
    await world.clock.advance(20_000);
    standby.clock.resume();
    await world.clock.advance(20_000);
    expect(world.leader()).toBe(before);
  });

  test('comes of a leader that was stopped for longer than its lease: it ends, and starts nothing', async () => {
    const world = await led();
    const before = world.leader();
    before?.clock.stop();
    await world.clock.advance(17_500);
    expect(world.leader()).not.toBe(before);
    const { length } = world.log;
    world.kube.apply('team', 'ada', {
      schemaId: 'person',
      traits: { email: 'team.ada@example.org', of: KEYS[0], team: 2 },
    });
    before?.clock.resume();
    await world.clock.advance(5_000);
    expect(world.lost).toEqual([before?.name]);
    expect(world.log.slice(length).filter(({ who: whose }) => whose === before?.name)).toEqual([]);
    expect(world.log.length).toBeGreaterThan(length);
  });
});
