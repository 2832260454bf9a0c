import { describe, expect, test } from 'vitest';
import { RemoteError } from '../../src/model/errors.ts';
import type { Identity } from '../../src/model/identity.ts';
import { FAULTS } from './effects.ts';
import { SERVERS } from './kratos.ts';
import { KEY, PERSON, Scenario, THING } from './scenario.ts';

/* Where an identity cannot say whose it is, equality is proof only together with the record of our own create. */

const TWIN = 'team/twin';
const PROMPT = FAULTS.filter((fault) => !fault.endsWith('late'));

function lookAlike(s: Scenario): Identity {
  return s.kratos.create({
    schemaId: 'thing',
    traits: { label: 'printer' },
    state: undefined,
    metadataPublic: undefined,
    metadataAdmin: undefined,
    externalId: undefined,
  });
}

describe.each([
  ['v0.5', SERVERS.bare],
  ['v0.8', SERVERS.stateful],
])('on a server without metadata (%s)', (_version, has) => {
  test.each(FAULTS)('a look-alike that was there before is never taken (%s)', async (fault) => {
    const s = new Scenario(has);
    const stranger = lookAlike(s);
    s.effects.next('create', fault);
    await s.settled(THING);
    expect(s.identities()).toHaveLength(2);
    expect(s.resource().status?.identityId).not.toBe(stranger.id);
    s.kube.delete(KEY);
    await s.settle();
    expect(s.identities()).toEqual([stranger]);
  });

  test.each(FAULTS)('an equal identity that another resource holds is never taken (%s)', async (fault) => {
    const s = new Scenario(has);
    const { status } = await s.settled(THING);
    s.effects.next('create', fault);
    await s.settled(THING, TWIN);
    expect(s.identities()).toHaveLength(2);
    expect(s.resource(KEY).status?.identityId).toBe(status?.identityId);
    expect(s.resource(TWIN).status?.identityId).not.toBe(status?.identityId);
  });

  test.each(FAULTS)('two equal things that are both disturbed get one each (%s)', async (fault) => {
    const s = new Scenario(has);
    s.apply(THING, KEY);
    s.apply(THING, TWIN);
    s.effects.next('create', fault);
    s.effects.next('create', fault);
    await s.settle();
    const ids = [KEY, TWIN].map((key) => s.resource(key).status?.identityId);
    expect(new Set(ids)).toEqual(new Set(s.kratos.identities.keys()));
    expect(s.identities()).toHaveLength(2);
  });

  test('two equal things that look for theirs at the same time get one each', async () => {
    const s = new Scenario(has);
    s.apply(THING, KEY);
    s.apply(THING, TWIN);
    for (const key of [KEY, TWIN]) {
      s.effects.next('create', 'answer lost');
      await s.operator.pass(key);
    }
    await s.clock.advance(20_000);
    await Promise.all([s.operator.pass(KEY), s.operator.pass(TWIN)]);
    await s.settle();
    const ids = [KEY, TWIN].map((key) => s.resource(key).status?.identityId);
    expect(new Set(ids)).toEqual(new Set(s.kratos.identities.keys()));
    expect(s.identities()).toHaveLength(2);
  });

  test('without the record nothing is looked for, taken or deleted by equality', async () => {
    const s = new Scenario(has);
    await s.settled(THING);
    const held = s.only();
    s.orphan();
    await s.settled(THING);
    expect(s.identities()).toHaveLength(2);
    s.orphan();
    s.apply(THING);
    s.kube.edit(KEY, (old) => ({
      ...old,
      metadata: { ...old.metadata, finalizers: ['kratos.ory.sh/identity'] },
    }));
    s.kube.delete(KEY);
    await s.settle();
    expect(s.exists()).toBe(false);
    expect(s.identities()).toHaveLength(2);
    expect(s.identities()).toContainEqual(held);
  });

  test('the record goes as soon as the id is known', async () => {
    const s = new Scenario(has);
    const { status } = await s.settled(THING);
    expect(status).toHaveProperty('identityId');
    expect(status).not.toHaveProperty('pendingCreate');
  });

  test('a definite refusal clears the record', async () => {
    const s = new Scenario(has);
    await s.settled(PERSON, TWIN);
    const { status } = await s.settled(PERSON);
    expect(s.reason()).toBe('Conflict');
    expect(status).not.toHaveProperty('pendingCreate');
  });

  test('a refusal does not clear it while an earlier try is still unknown', async () => {
    const s = new Scenario(has);
    s.apply(PERSON);
    s.effects.next('create', 'carried out late');
    await s.operator.pass(KEY);
    expect(s.resource().status).toHaveProperty('pendingCreate');
    s.apply({ ...PERSON, traits: { email: 'x@example.org' } });
    await s.settle();
    expect(s.only().traits).toEqual({ email: 'x@example.org' });
    expect(s.resource().status).not.toHaveProperty('pendingCreate');
  });

  test.each(PROMPT)('what is owned is on record before a PUT that adds any (%s)', async (fault) => {
    const s = new Scenario(has);
    await s.settled(PERSON);
    s.apply({ ...PERSON, traits: { email: 'ada@example.org', team: 'a' } });
    s.effects.next('update', fault);
    await s.run();
    s.apply({ ...PERSON, traits: { email: 'ada@example.org' } });
    s.restart();
    await s.settle();
    expect(s.only().traits).toEqual({ email: 'ada@example.org' });
    expect(s.resource().status?.ownedTraits).toEqual(['/email']);
  });

  test('a field taken away while the create is told is removed', async () => {
    const s = new Scenario(has);
    const record = () => {};
    s.effects.before('status', record);
    s.effects.before('status', () => s.apply({ ...PERSON, traits: { email: 'ada@example.org' } }));
    await s.settled(PERSON);
    expect(s.only().traits).toEqual({ email: 'ada@example.org' });
  });

  test('a spec without a schema is recognised whatever schema the server took', async () => {
    const s = new Scenario(has);
    s.apply({ traits: { label: 'printer' } });
    s.effects.next('create', 'dies after');
    await s.settle();
    expect(s.only().schemaId).toBe('default');
    expect(s.reason()).toBe('Synced');
  });

  describe('what is refused', () => {
    const refused = () =>
      new RemoteError('POST identity', { code: 'invalid', outcome: 'none', refusal: 'traits', status: 400 });

    /** Refuses every create until it is told to stop. */
    function refuse(s: Scenario): () => void {
      const create = s.kratos.create.bind(s.kratos);
      s.kratos.create = () => {
        throw refused();
      };
      return () => {
        s.kratos.create = create;
      };
    }

    const creates = (s: Scenario) => s.effects.log.filter((name) => name === 'create').length;

    async function look(s: Scenario, times = 1): Promise<void> {
      for (let count = 0; count < times; count += 1) {
        await s.clock.advance(600_000);
        await s.settle();
      }
    }

    test('for its traits costs no write any more, for two hours at most', async () => {
      const s = new Scenario(has);
      refuse(s);
      await s.settled(PERSON);
      expect(s.reason()).toBe('InvalidTraits');
      const [writes, tries] = [s.kube.writes, creates(s)];
      await look(s, 5);
      expect([s.kube.writes, creates(s)]).toEqual([writes, tries]);
      await look(s, 8);
      expect([s.kube.writes, creates(s)]).toEqual([writes + 2, tries + 1]);
    });

    test('for its traits is tried as soon as its schema is another', async () => {
      const s = new Scenario(has);
      const { kratos } = s.operator.deps;
      const accept = refuse(s);
      await s.settled(PERSON);
      accept();
      await look(s);
      expect(s.reason()).toBe('InvalidTraits');
      kratos.getSchema = () => Promise.resolve({ properties: {} });
      await look(s);
      expect(s.reason()).toBe('Synced');
    });

    test('is tried at every look where its schema cannot be read', async () => {
      const s = new Scenario(has, { schemas: false });
      const accept = refuse(s);
      await s.settled(PERSON);
      accept();
      await look(s);
      expect(s.reason()).toBe('Synced');
    });

    test.each([
      ['gone', 4, (s: Scenario, id: string): void => void s.kratos.identities.delete(id)],
      ['gone', 5, (s: Scenario, id: string): void => void s.kratos.identities.delete(id)],
      [
        'another',
        4,
        (s: Scenario, id: string): void => s.kratos.edit(id, { traits: { email: 'e@example.org' } }),
      ],
    ] as const)(
      'for an address of somebody costs no write any more, until that is %s (after %i looks)',
      async (_name, looks, free) => {
        const s = new Scenario(has);
        const stranger = lookAlike(s);
        s.kratos.edit(stranger.id, { traits: { email: 'ADA@example.org', name: 'Eve' } });
        await s.settled(PERSON);
        expect(s.reason()).toBe('Conflict');
        const [writes, tries] = [s.kube.writes, creates(s)];
        await look(s, looks);
        expect([s.kube.writes, creates(s)]).toEqual([writes, tries]);
        free(s, stranger.id);
        await look(s);
        expect(s.reason()).toBe('Synced');
      },
    );

    test('is tried by another process, and once it is another spec', async () => {
      const s = new Scenario(has);
      const accept = refuse(s);
      await s.settled(PERSON);
      await s.settled({ ...PERSON, traits: { email: 'ada@example.org' } });
      expect(creates(s)).toBe(2);
      accept();
      s.restart();
      await s.settle();
      expect(s.reason()).toBe('Synced');
    });
  });
});
