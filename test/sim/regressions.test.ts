import { describe, expect, test } from 'vitest';
import { FINALIZER } from '../../src/model/resource.ts';
import { FAULTS } from './effects.ts';
import { fail, SERVERS } from './kratos.ts';
import { SETTINGS } from './operator.ts';
import { KEY, PERSON, Scenario, THING } from './scenario.ts';

const TWIN = 'team/twin';
test.each([
  ['unavailable', 0],
  ['unavailable', 60_000],
] as const)(
  'a pass that meets a closed gate (%s for %i ms) still tells when the link expires',
  async (cause, forMs) => {
    const s = new Scenario(SERVERS.externalIds);
    await s.settled({ ...PERSON, recovery: { requestId: 'one', output: 'Secret' } });
    s.restart({ view: () => ({ open: false, cause, forMs }) });
    expect((await s.operator.pass(KEY)).wakeAt).toBe(Date.UTC(2026, 0, 1, 1));
  },
);

describe.each([
  ['v0.5', SERVERS.bare],
  ['v0.8', SERVERS.stateful],
])('on a server without metadata (%s)', (_version, has) => {
  test.each([false, true])(
    'two equal things whose makers both died get one each, in whatever order they are listed (%s)',
    async (reversed) => {
      const s = new Scenario(has);
      const list = s.kratos.list.bind(s.kratos);
      if (reversed) s.kratos.list = () => list().toReversed();
      for (const key of [KEY, TWIN]) s.apply(THING, key);
      for (const key of [KEY, TWIN]) {
        s.effects.next('create', 'dies after');
        await s.operator.pass(key).catch(() => s.restart());
      }
      await s.settle();
      const ids = [KEY, TWIN].map((key) => s.resource(key).status?.identityId);
      expect(new Set(ids)).toEqual(new Set(s.kratos.identities.keys()));
      expect(s.identities()).toHaveLength(2);
    },
  );

  test.each(FAULTS)('an identity found by the record and then edited is not lost (%s)', async (fault) => {
    const s = new Scenario(has);
    s.apply(THING);
    s.effects.next('create', 'dies after');
    await s.run();
    s.apply({ ...THING, traits: { name: 'scanner' } });
    s.effects.next('update', fault);
    s.restart();
    await s.settle();
    expect(s.only().traits).toEqual({ name: 'scanner' });
  });
});

// Not on v0.10: its lists show no markers, so what was made of another spec is not found there.
test.each(Object.entries(SERVERS).filter(([kind]) => kind !== 'unlisted'))(
  'a late create is not orphaned by a deletion after a refusal of another spec (%s)',
  async (_kind, has) => {
    const s = new Scenario(has);
    s.apply(THING);
    s.effects.next('create', 'dies, carried out late');
    expect(await s.run()).toBe(false);
    s.restart();
    s.apply({ ...THING, traits: { label: Number.MAX_VALUE } });
    await s.operator.pass(KEY);
    expect(s.reason()).toBe('InvalidTraits');
    s.kube.delete(KEY);
    await s.settle();
    expect(s.kube.resources.has(KEY)).toBe(false);
    expect(s.identities()).toEqual([]);
  },
);

test('an operator set to Status opens no link that its author wants in a Secret', async () => {
  const s = new Scenario(SERVERS.bare, { settings: { ...SETTINGS, recoveryOutput: 'Status' } });
  await s.settled({ ...PERSON, recovery: { requestId: 'one', output: 'Secret' } });
  expect(s.resource().status?.recovery).toMatchObject({ state: 'Issued', method: 'Link' });
  expect(s.resource().status?.recovery?.link).toBeUndefined();
});

test('nothing is said to be retained of a resource that never had an identity', async () => {
  const s = new Scenario(SERVERS.externalIds);
  s.apply({ ...THING, deletionPolicy: 'Retain', traits: { label: Number.MAX_VALUE } });
  s.kube.edit(KEY, (resource) => ({
    ...resource,
    metadata: { ...resource.metadata, finalizers: [FINALIZER] },
  }));
  await s.settle();
  s.kube.delete(KEY);
  await s.settle();
  expect(s.kube.resources.has(KEY)).toBe(false);
  expect(s.kube.events.map(({ reason }) => reason)).not.toContain('Retained');
});

test.each([
  ['a server without external ids', SERVERS.metadata],
  ['a server with external ids', SERVERS.externalIds],
])(
  'an id that only the live read before a create shows is read, and nothing is made: %s',
  async (_name, has) => {
    const s = new Scenario(has);
    s.apply(THING);
    s.effects.before('status', () => s.kube.freezeCache());
    await s.settle();
    const { id } = s.only();
    s.kratos.edit(id, { metadataAdmin: null, externalId: undefined });
    s.restart();
    await s.settle();
    expect(s.identities().map((identity) => identity.id)).toEqual([id]);
  },
);

test.each(Object.entries(SERVERS))(
  'a cache that shows the time before a link was asked for takes no Secret away (%s)',
  async (_kind, has) => {
    const s = new Scenario(has);
    await s.settled(PERSON);
    s.apply(PERSON);
    s.kube.freezeCache();
    s.apply({ ...PERSON, recovery: { requestId: 'one', output: 'Secret' } });
    const ahead = s.start({ cache: s.kube.freshCache });
    await ahead.run();
    ahead.kill();
    s.restart();
    await s.settle();
    expect([...s.kube.secretsByName.keys()]).toEqual([`${KEY}-recovery`]);
    expect(s.kratos.mints).toBe(1);
  },
);

test.each([
  ['a server without external ids', SERVERS.metadata],
  ['a server with external ids', SERVERS.externalIds],
])(
  'a take-up that Kratos refuses for good is a conflict, and is not tried for ever: %s',
  async (_name, has) => {
    const s = new Scenario(has);
    await s.settled({ ...THING, traits: { email: 'eve@example.org' } }, TWIN);
    await s.settled({ ...THING, deletionPolicy: 'Retain' });
    s.kube.delete(KEY);
    await s.settle();
    await s.settled({ ...THING, traits: { label: 'printer', email: 'eve@example.org' } });
    expect(s.reason()).toBe('Conflict');
    expect(s.identities()).toHaveLength(2);
  },
);

test.each([
  ['without external ids, by the same process', SERVERS.metadata, 'carried out late'],
  ['with external ids, by the same process', SERVERS.externalIds, 'carried out late'],
  ['with external ids, by another process', SERVERS.externalIds, 'dies, carried out late'],
] as const)(
  'a create that comes after its repetition was made and deleted leaves nothing behind: %s',
  async (_name, has, fault) => {
    const s = new Scenario(has);
    s.apply(PERSON);
    s.effects.next('create', fault);
    await s.operator.pass(KEY).catch(() => s.restart());
    await s.operator.pass(KEY);
    expect(s.identities()).toHaveLength(1);
    s.kube.delete(KEY);
    await s.settle();
    expect(s.exists()).toBe(false);
    expect(s.identities()).toEqual([]);
  },
);

test('a resource that the watch forgets while its deletion is under way ends its pass', async () => {
  const s = new Scenario(SERVERS.metadata);
  s.apply(PERSON);
  s.effects.next('create', 'answer lost');
  await s.settle();
  const { uid } = s.resource().metadata;
  s.kube.delete(KEY);
  s.effects.before('delete', () => s.operator.deps.memory.forget(uid));
  await s.operator.pass(KEY);
  await s.settle();
  expect(s.exists()).toBe(false);
});

test.each([
  ['asks for a link in status', { requestId: 'two' }],
  ['asks for a code, which is not to be had', { requestId: 'two', method: 'Code' }],
] as const)(
  'a Secret that a crash kept out of status goes when the next request %s',
  async (_name, recovery) => {
    const s = new Scenario(SERVERS.bare);
    await s.settled(PERSON);
    s.apply({ ...PERSON, recovery: { requestId: 'one', output: 'Secret' } });
    s.effects.next('create secret', 'dies after');
    expect(await s.run()).toBe(false);
    s.restart();
    s.apply({ ...PERSON, recovery });
    await s.settle();
    expect(s.kube.secretsByName.size).toBe(0);
    expect(s.condition('RecoveryReady')?.reason).toBe('method' in recovery ? 'MethodDisabled' : 'Issued');
  },
);

test('who may not read Secrets is still given links in status', async () => {
  const s = new Scenario(SERVERS.bare);
  s.kube.readSecret = () => {
    throw fail('denied', 403);
  };
  await s.settled(PERSON);
  await s.settled({ ...PERSON, recovery: { requestId: 'one' } });
  expect(s.condition('RecoveryReady')?.reason).toBe('Issued');
  s.apply({ ...PERSON, recovery: { requestId: 'two', output: 'Secret' } });
  await s.operator.pass(KEY);
  expect(s.condition('RecoveryReady')?.reason).toBe('Waiting');
});

test.each(Object.entries(SERVERS))(
  'a create that may still come is not forgotten with a resource that an older list does not show (%s)',
  async (_kind, has) => {
    const s = new Scenario(has);
    // The walk of this lease is over: only an outcome that is known to be unknown makes another.
    await s.settled(PERSON, TWIN);
    const { uid } = s.apply(THING).metadata;
    s.effects.next('create', 'carried out late');
    await s.operator.pass(KEY);
    s.operator.deps.memory.forget(uid);
    await s.clock.advance(5_000);
    s.kube.delete(KEY);
    await s.settle();
    expect(s.exists()).toBe(false);
    expect(s.only().traits).toEqual(PERSON.traits);
  },
);

test('nothing is kept of a resource whose end the watch tells while its pass is under way', async () => {
  const s = new Scenario(SERVERS.externalIds);
  const { uid } = (await s.settled(PERSON)).metadata;
  s.kube.delete(KEY);
  const { memory } = s.operator.deps;
  s.kube.onChanged = () => {
    memory.forget(uid);
    memory.learn(uid, { sessionsEnded: true });
  };
  await s.operator.pass(KEY);
  expect(s.exists()).toBe(false);
  expect(memory.learned(uid)).toEqual({});
});
