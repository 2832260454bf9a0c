import { afterEach, describe, expect, test } from 'vitest';
import { RemoteError, type RemoteErrorDetail } from '../../src/model/errors.ts';
import type { Capabilities } from '../../src/model/identity.ts';
import { MARK, MARKED_PERSON as PERSON } from './canary.ts';
import { Fleet, person } from './fleet.ts';
import { fail, SERVERS } from './kratos.ts';
import { poisons, refusalOf } from './poison.ts';
import { KEY, Scenario } from './scenario.ts';

/* Rows e and f of the fault matrix (fault-matrix.test.ts) that are the loop's: servers in trouble, and what they refuse. */

const HOUR = 3_600_000;
const KINDS = (['bare', 'metadata', 'externalIds'] as const).map((kind): [string, Capabilities] => [
  kind,
  SERVERS[kind],
]);

const fleets: Fleet[] = [];
afterEach(async () => {
  for (const fleet of fleets.splice(0)) await fleet.stop();
});

function fleetOf(has: Capabilities): Fleet {
  const fleet = new Fleet(has);
  fleets.push(fleet);
  return fleet;
}

describe.each(KINDS)('on a server of kind %s', (_kind, has) => {
  test('e1: an outage of an hour costs each resource one status write and Kratos a probe every 5 s, and heals', async () => {
    const old = 150;
    const fresh = 50;
    const fleet = fleetOf(has);
    await fleet.settled(old);
    expect(fleet.reasons()).toEqual({ Synced: old });
    const began = fleet.clock.monotonic();
    const { requests } = fleet.front;
    fleet.front.trouble = fail('unavailable');
    await fleet.clock.advance(HOUR / 2);
    for (let index = old; index < old + fresh; index += 1)
      fleet.kube.apply('team', `p${index}`, person(index));
    await fleet.clock.advance(HOUR / 2);

    expect(fleet.reasons()).toEqual({ KratosUnavailable: old + fresh });
    expect(fleet.mostWrites(began, 'KratosUnavailable')).toBe(1);
    expect(fleet.statusWrites.filter(({ at }) => at >= began)).toHaveLength(old + fresh);
    // One request of each pass that was under way when it began, each with a look at health/ready; then probes, the first ones faster.
    expect(fleet.front.requests - requests).toBeLessThanOrEqual(2 * 32 + 3 + HOUR / 5_000);

    fleet.front.trouble = undefined;
    await fleet.clock.advance(60_000);
    expect(fleet.reasons()).toEqual({ Synced: old + fresh });
    expect(fleet.front.server.identities.size).toBe(old + fresh);
    expect(fleet.front.server.most).toBe(old + fresh);
  });

  // Not yet without a marker (docs/bugs.md).
  (has.metadata ? test : test.fails)(
    'e5: a thousand passes over refused traits cost one status write',
    async () => {
      const s = new Scenario(has);
      const poison = poisons(has).get('Kratos refuses the traits');
      s.apply({ traits: {} });
      s.kube.edit(KEY, (old) => ({ ...old, spec: poison?.spec as unknown as typeof old.spec }));
      s.kratos.create = (wanted) => {
        throw refusalOf(wanted) ?? new Error('not refused');
      };
      await s.operator.pass(KEY);
      expect(s.reason()).toBe('InvalidTraits');
      const { writes } = s.kube;
      for (let pass = 1; pass < 1_000; pass += 1) await s.operator.pass(KEY);
      expect(s.kube.writes).toBe(writes);
      expect(s.events()).toEqual([`${KEY} InvalidTraits`]);
    },
  );

  test("f4: somebody else's write in between is tried again at once, without a word", async () => {
    const s = new Scenario(has);
    s.apply(PERSON);
    const touch = () =>
      s.kube.edit(KEY, (old) => ({ ...old, metadata: { ...old.metadata, labels: { touched: 'yes' } } }));
    for (const effect of ['finalizers', 'status']) s.effects.before(effect, touch);
    expect((await s.operator.pass(KEY)).requeue).toEqual({ kind: 'after', ms: 0 });
    await s.settle();
    expect(s.reason()).toBe('Synced');
    expect(s.kratos.writes).toBe(1);
    expect([...s.canary.logged('warn'), ...s.canary.logged('error')]).toEqual([]);
    expect(s.events()).toEqual([`${KEY} Created`]);
  });

  test('f4: an API server that asks for time gets it', async () => {
    const fleet = fleetOf(has);
    await fleet.settled(1);
    const wait = { code: 'unavailable', outcome: 'none', status: 429, retryAfterMs: 45_000 } as const;
    const patch = fleet.kube.patchStatus.bind(fleet.kube);
    let refusals = 0;
    fleet.kube.patchStatus = () => {
      refusals += 1;
      throw new RemoteError('PATCH status', wait);
    };
    fleet.kube.apply('team', 'p0', { ...person(0), traits: { email: `${MARK}.0@example.org` } });
    const began = fleet.clock.monotonic();
    await fleet.clock.advance(44_000);
    expect(refusals).toBe(1);
    fleet.kube.patchStatus = patch;
    await fleet.clock.advance(2_000);
    const passes = fleet.passes.filter(({ at }) => at >= began);
    expect(passes.map(({ at }) => at - began)).toEqual([0, 45_000]);
    expect(fleet.kube.get('team/p0').status?.observedGeneration).toBe(2);
  });

  test('f6: a steady trouble that never says the same twice costs one status write', async () => {
    const s = new Scenario(has);
    const ways: readonly Partial<RemoteErrorDetail>[] = [
      { status: 500 },
      { status: 502 },
      { status: 503 },
      { code: 'unexpected', status: 200 },
      { trouble: 'ECONNREFUSED' },
      { trouble: 'UND_ERR_SOCKET' },
      { outcome: 'unknown', trouble: 'DEADLINE' },
    ];
    s.apply(PERSON);
    let asked = 0;
    const trouble = () => {
      const way = ways[asked % ways.length];
      asked += 1;
      return new RemoteError(`request ${asked}`, { code: 'unavailable', outcome: 'none', ...way });
    };
    s.kratos.handle = () => {
      throw trouble();
    };
    await s.operator.pass(KEY);
    await s.operator.pass(KEY);
    expect(s.reason()).toBe('KratosUnavailable');
    const { writes } = s.kube;
    for (let pass = 0; pass < 10 * ways.length; pass += 1) {
      await s.operator.pass(KEY);
      await s.clock.advance(60_000);
    }
    expect(asked).toBeGreaterThan(10 * ways.length);
    expect(s.kube.writes).toBe(writes);
  });
});
