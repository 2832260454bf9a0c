import { afterEach, describe, expect, test } from 'vitest';
import { LATE_ANSWER_MS } from '../../src/model/absence.ts';
import { RemoteError } from '../../src/model/errors.ts';
import type { KratosIdentitySpec } from '../../src/model/generated/kratosidentity.ts';
import type { Capabilities } from '../../src/model/identity.ts';
import { FINALIZER, readyCondition } from '../../src/model/resource.ts';
import type { Reason } from '../../src/model/step.ts';
import { MARK, MARKED_EMAIL, MARKED_PERSON as PERSON, MARKED_THING as THING } from './canary.ts';
import { Fleet } from './fleet.ts';
import { fail, SERVERS } from './kratos.ts';
import type { SpecInput } from './kube.ts';
import { KEY, Scenario } from './scenario.ts';

/* What things cost, counted in requests. Leases, probes and Events are counted apart; test/wire/economy.test.ts counts what travels together. */

const HOUR = 3_600_000;
const RESYNC_MS = 600_000;
const SPECS: [string, SpecInput][] = [
  ['a person', PERSON],
  ['a thing', THING],
];

const fleets: Fleet[] = [];
afterEach(async () => {
  for (const fleet of fleets.splice(0)) await fleet.stop();
});

function fleetOf(has: Capabilities): Fleet {
  const fleet = new Fleet(has, RESYNC_MS);
  fleets.push(fleet);
  return fleet;
}

/** Everything that the next pass of a new process asks, in order, the reads of both sides too; a walk is the one of the lease. */
async function asked(s: Scenario, beforeIt: () => void = () => {}): Promise<readonly string[]> {
  const log: string[] = [];
  const list = s.kratos.list.bind(s.kratos);
  s.kratos.list = () => {
    log[log.length - 1] = 'walk';
    return list();
  };
  s.restart({ pause: async (effect) => void log.push(effect ?? 'read') });
  beforeIt();
  await s.operator.pass(KEY);
  return log;
}

describe.each(SPECS)('creating %s', (name, spec) => {
  test.each<[string, Capabilities, readonly string[]]>([
    ['externalIds', SERVERS.externalIds, ['finalizers', 'create', 'status']],
    // Whether a login protects it is asked of its schema, or the walk of the lease has to tell that there is none yet.
    [
      'metadata',
      SERVERS.metadata,
      ['finalizers', 'read', ...(name === 'a thing' ? ['walk'] : []), 'create', 'status'],
    ],
    ['bare', SERVERS.bare, ['finalizers', 'walk', 'status', 'create', 'status']],
  ])('costs three writes and no read on a server of kind %s', async (_kind, has, costs) => {
    const s = new Scenario(has);
    s.apply(spec);
    expect(await asked(s)).toEqual(costs);
    expect(s.reason()).toBe('Synced');
    expect(s.kube.reads).toBe(0);
  });

  test.each<[string, Capabilities, readonly string[]]>([
    ['externalIds', SERVERS.externalIds, ['create', 'status']],
    ['metadata', SERVERS.metadata, ['read', ...(name === 'a thing' ? ['walk'] : []), 'create', 'status']],
    ['bare', SERVERS.bare, ['walk', 'status', 'create', 'status']],
  ])(
    'that comes with our finalizer costs no write for it on a server of kind %s',
    async (_kind, has, costs) => {
      const s = new Scenario(has);
      s.kube.born = [FINALIZER];
      expect(await asked(s, () => s.apply(spec))).toEqual(costs);
      expect(s.reason()).toBe('Synced');
      expect(s.kube.reads).toBe(0);
    },
  );

  test('that had our finalizer before we led costs two writes and the walk where the key is unique', async () => {
    const s = new Scenario(SERVERS.externalIds);
    s.kube.born = [FINALIZER];
    s.apply(spec);
    expect(await asked(s)).toEqual(['walk', 'create', 'status']);
    expect(s.reason()).toBe('Synced');
    expect(s.kube.reads).toBe(0);
  });
});

test('a 409 sends a create that was tried at once to look, and finds what an earlier try made after the walk', async () => {
  const s = new Scenario(SERVERS.externalIds);
  s.kube.born = [FINALIZER];
  s.apply(THING);
  const create = s.kratos.create.bind(s.kratos);
  s.kratos.create = (wanted) => {
    create(wanted);
    return create(wanted);
  };
  // The schema tells by which logins to look too.
  expect(await asked(s)).toEqual(['walk', 'create', 'read', 'read', 'status']);
  expect(s.resource().status?.identityId).toBe(s.only().id);
});

describe.each(['bare', 'metadata', 'externalIds'] as const)('on a server of kind %s', (kind) => {
  const has = SERVERS[kind];

  test('after a schema was read once, or the walk of the lease made, a creation reads nothing', async () => {
    const fleet = fleetOf(has);
    await fleet.settled(1, () => THING);
    const { requests } = fleet.front;
    const { walks } = fleet.front.server;
    const { writes, reads } = fleet.kube;
    const count = 20;
    for (let index = 0; index < count; index += 1)
      fleet.kube.apply('team', `later-${index}`, { traits: { label: `${MARK} ${index}` } });
    await fleet.clock.advance(1_000);
    expect(fleet.reasons()).toEqual({ Synced: count + 1 });
    expect(fleet.front.requests - requests).toBe(count);
    expect(fleet.front.server.walks).toBe(walks);
    expect(fleet.kube.writes - writes).toBe(count * (kind === 'bare' ? 3 : 2));
    expect(fleet.kube.reads).toBe(reads);
  });

  test('a write of ours wakes nobody', async () => {
    const fleet = fleetOf(has);
    const keys = await fleet.settled(20);
    expect(fleet.reasons()).toEqual({ Synced: 20 });
    expect(fleet.passes.map(({ key }) => key).sort()).toEqual([...keys].sort());
    await fleet.clock.advance(RESYNC_MS / 2);
    expect(fleet.passes).toHaveLength(20);
    for (const key of keys)
      fleet.kube.edit(
        key,
        (old) => ({ ...old, status: { ...old.status, observedGeneration: 0 } }) as typeof old,
      );
    await fleet.clock.advance(1_000);
    expect(fleet.passes).toHaveLength(20);
  });

  test('what stands still costs one read at each resync, and no write', async () => {
    const count = 100;
    const hours = 2;
    const fleet = fleetOf(has);
    await fleet.settled(count);
    const { requests } = fleet.front;
    const writes = () => [fleet.kube.writes, fleet.front.server.writes, fleet.kube.events.length];
    const before = writes();
    await fleet.clock.advance(hours * HOUR);
    expect(writes()).toEqual(before);
    // Each is looked at after 0.85 to 1.15 of the interval.
    const most = Math.ceil((hours * HOUR) / (RESYNC_MS * 0.85));
    const least = Math.floor((hours * HOUR) / (RESYNC_MS * 1.15));
    expect(fleet.front.requests - requests).toBeLessThanOrEqual(count * most);
    expect(fleet.front.requests - requests).toBeGreaterThanOrEqual(count * least);
  });

  test('a restart with everything in step costs one read each, and no write', async () => {
    const s = new Scenario(has);
    const count = 200;
    for (let index = 0; index < count; index += 1)
      s.apply({ schemaId: 'person', traits: { email: `${index}.${MARKED_EMAIL}` } }, `team/p${index}`);
    await s.settle();
    expect(new Set([...s.kube.resources.keys()].map((key) => s.reason(key)))).toEqual(new Set(['Synced']));
    const writes = () => [s.kube.writes, s.kratos.writes, s.kratos.mints, s.kube.events.length];
    const before = writes();
    const log: (string | undefined)[] = [];
    const { walks } = s.kratos;
    s.restart({ pause: async (effect) => void log.push(effect) });
    for (const key of s.kube.resources.keys()) await s.operator.pass(key);
    expect(log).toEqual(Array(count).fill(undefined));
    expect(writes()).toEqual(before);
    expect(s.kratos.walks).toBe(walks);
    expect(s.kube.reads).toBe(0);
  });
});

/** How a server refuses; what it says of itself is never asked. */
const REFUSALS: Record<
  string,
  { readonly error?: RemoteError; readonly reason: Reason; readonly retries: boolean }
> = {
  invalid: { error: refusal('traits'), reason: 'InvalidTraits', retries: false },
  schemaless: { error: refusal('schemaUnknown'), reason: 'SchemaNotFound', retries: false },
  clashing: { error: fail('conflict', 409), reason: 'Conflict', retries: false },
  unsupported: { reason: 'Unsupported', retries: false },
  troubled: { error: fail('unavailable', 503), reason: 'KratosUnavailable', retries: true },
};

function refusal(how: 'traits' | 'schemaUnknown'): RemoteError {
  return new RemoteError('POST identity', { code: 'invalid', outcome: 'none', status: 400, refusal: how });
}

/** What the backoff lets through in so long: 1 s, doubled up to 5 min, each a fifth shorter at the least. */
function triesWithin(ms: number): number {
  let [tries, at] = [1, 0];
  for (let delay = 1_000; ; delay = Math.min(delay * 2, 300_000)) {
    at += delay * 0.8;
    if (at > ms) return tries;
    tries += 1;
  }
}

describe.each(['bare', 'metadata', 'externalIds'] as const)(
  'a thousand failing resources on a server of kind %s',
  (kind) => {
    // Not yet without a marker (docs/bugs.md).
    (kind === 'bare' ? test.fails : test)(
      'cost at most one status write each in an hour, and no more tries than backoff and resync let through',
      async () => {
        const each = 200;
        const fleet = fleetOf(SERVERS[kind]);
        const { server } = fleet.front;
        const tries = new Map<string, number>();
        server.create = (wanted) => {
          const { how = '', email = '' } = wanted.traits as {
            readonly how?: string;
            readonly email?: string;
          };
          tries.set(email, (tries.get(email) ?? 0) + 1);
          throw REFUSALS[how]?.error ?? new Error('nothing to refuse');
        };
        for (const how of Object.keys(REFUSALS)) {
          for (let index = 0; index < each; index += 1) {
            fleet.kube.apply('team', `${how}-${index}`, specOf(how, index));
          }
        }
        // A conflict is believed the second time, a few seconds later.
        await fleet.clock.advance(30_000);
        const said = [...fleet.kube.resources.values()].map((resource) => readyCondition(resource)?.reason);
        const reasons = Object.values(REFUSALS).map(({ reason }) => [reason, each]);
        expect(Object.groupBy(said, String)).toEqual(
          Object.fromEntries(reasons.map(([reason]) => [reason, Array(each).fill(reason)])),
        );
        const { writes } = fleet.kube;
        await fleet.clock.advance(HOUR);
        expect(fleet.kube.writes - writes).toBe(0);
        for (const { reason } of Object.values(REFUSALS)) expect(fleet.mostWrites(0, reason), reason).toBe(1);

        const passes = new Map<string, number>();
        for (const { key } of fleet.passes) passes.set(key, (passes.get(key) ?? 0) + 1);
        const resyncs = Math.ceil((HOUR + 30_000) / (RESYNC_MS * 0.85));
        for (const [key, count] of passes) {
          const how = key.replace(/^team\/(.*)-\d+$/, '$1');
          if (REFUSALS[how]?.retries === true) continue;
          expect(count, key).toBeLessThanOrEqual(resyncs + 2 + LATE_ANSWER_MS / 2_000);
        }
        for (const [email, count] of tries)
          expect(count, email).toBeLessThanOrEqual(triesWithin(HOUR + 30_000));
        expect(server.identities.size).toBe(0);
      },
      60_000,
    );
  },
);

function specOf(how: string, index: number): KratosIdentitySpec {
  const spec = {
    deletionPolicy: 'Delete' as const,
    traits: { how, email: `${index}.${how}.${MARKED_EMAIL}` },
  };
  // No server has a state by that name.
  return how === 'unsupported' ? { ...spec, state: 'suspended' as 'active' } : spec;
}
