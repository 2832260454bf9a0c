import { describe, expect, test } from 'vitest';
import type { Fault } from './effects.ts';
import { fail, SERVERS } from './kratos.ts';
import { KEY, PERSON, Scenario, THING } from './scenario.ts';

const KINDS = Object.entries(SERVERS);
/** Ways in which nobody knows what became of a request. */
const UNKNOWN: Fault[] = ['answer lost', 'carried out late', 'dies after', 'dies, carried out late'];

describe.each(KINDS)('on a server of kind %s, a create of unknown outcome', (kind, has) => {
  describe.each(UNKNOWN)('(%s)', (fault) => {
    test.each([
      ['a person', PERSON],
      ['a thing', THING],
    ])('whose resource is deleted at once leaves no identity behind: %s', async (_name, spec) => {
      const s = new Scenario(has);
      s.apply(spec);
      s.effects.next('create', fault);
      await s.operator.pass(KEY).catch(() => s.restart());
      s.kube.delete(KEY);
      await s.settle();
      expect(s.exists()).toBe(false);
      expect(s.identities()).toEqual([]);
    });

    test('whose resource is edited at once makes no second one', async () => {
      // Lists of v0.10 show no owner: what was edited meanwhile is not recognised there.
      if (kind === 'unlisted') return;
      const s = new Scenario(has);
      s.apply(PERSON);
      s.effects.next('create', fault);
      await s.operator.pass(KEY).catch(() => s.restart());
      s.apply({ ...PERSON, traits: { email: 'countess@example.org' } });
      await s.settle();
      expect(s.only().traits).toEqual({ email: 'countess@example.org' });
      expect(s.reason()).toBe('Synced');
    });
  });

  test.each([
    ['a person', PERSON],
    ['a thing', THING],
  ])('by a process that a Kratos frozen for a minute outlives is made once: %s', async (_name, spec) => {
    const s = new Scenario(has);
    s.apply(spec);
    s.kratos.freeze();
    await s.operator.runFor(20_000);
    s.restart();
    await s.operator.runFor(40_000);
    s.kratos.thaw(9_000);
    await s.settle();
    expect(s.only().traits).toEqual(spec.traits);
    expect(s.reason()).toBe('Synced');
  });

  test.each([true, false])('while Kratos is frozen holds the deletion (restarted: %s)', async (restarted) => {
    const s = new Scenario(has);
    s.apply(THING);
    s.kratos.freeze();
    await s.operator.runFor(5_000);
    s.kube.delete(KEY);
    if (restarted) s.restart();
    await s.operator.runFor(60_000);
    // The classic kind could not even look for what is equal already, so it has sent nothing.
    expect(s.exists()).toBe(has.metadata);
    s.kratos.thaw(9_000);
    await s.settle();
    expect(s.identities()).toEqual([]);
    expect(s.exists()).toBe(false);
  });
});

describe('on a server with external ids', () => {
  test.each(UNKNOWN)(
    'an externalId that is set while a create is unknown makes no second identity (%s)',
    async (fault) => {
      const s = new Scenario(SERVERS.externalIds);
      s.apply(PERSON);
      s.effects.next('create', fault);
      await s.operator.pass(KEY).catch(() => s.restart());
      s.apply({ ...PERSON, externalId: 'ada', traits: { email: 'countess@example.org' } });
      await s.settle();
      expect(s.only()).toMatchObject({ externalId: 'ada', traits: { email: 'countess@example.org' } });
    },
  );
});

describe.each([SERVERS.metadata, SERVERS.externalIds])('a create of unknown outcome', (has) => {
  test('is not over because a later one was refused', async () => {
    const s = new Scenario(has);
    s.apply(PERSON);
    s.effects.next('create', 'carried out late');
    await s.operator.pass(KEY);
    s.effects.before('create', () => {
      throw fail('conflict', 409);
    });
    await s.operator.pass(KEY);
    expect(s.effects.log.filter((name) => name === 'create')).toHaveLength(2);
    s.kube.delete(KEY);
    await s.settle();
    expect(s.identities()).toEqual([]);
    expect(s.exists()).toBe(false);
  });

  test('is looked for though our finalizer was taken away meanwhile', async () => {
    const s = new Scenario(has);
    s.apply(THING);
    s.effects.next('create', 'carried out late');
    await s.operator.pass(KEY);
    s.kube.edit(KEY, (old) => ({ ...old, metadata: { ...old.metadata, finalizers: [] } }));
    s.apply({ ...THING, ...(has.externalIds && { externalId: 'ada' }) });
    await s.settle();
    expect(s.identities()).toHaveLength(1);
  });
});

describe('a resource that was created with our finalizer on it', () => {
  test.each(KINDS)(
    'gets one identity and waits for late answers where nothing else protects: %s',
    async (_kind, has) => {
      const s = new Scenario(has);
      s.apply(THING);
      s.kube.edit(KEY, (old) => ({
        ...old,
        metadata: { ...old.metadata, finalizers: ['kratos.ory.sh/identity'] },
      }));
      await s.operator.pass(KEY);
      await s.settle();
      expect(s.only().traits).toEqual(THING.traits);
      expect(s.reason()).toBe('Synced');
    },
  );
});
