import { describe, expect, test } from 'vitest';
import type { KratosView } from '../../src/model/world.ts';
import { fail, SERVERS } from './kratos.ts';
import type { SpecInput } from './kube.ts';
import { KEY, PERSON, Scenario } from './scenario.ts';

const MODERN = [
  ['metadata', SERVERS.metadata],
  ['externalIds', SERVERS.externalIds],
  ['stateful', SERVERS.stateful],
] as const;
const CLOSED: KratosView = { open: false, cause: 'unavailable', forMs: 0 };

describe.each(MODERN)('the sessions of an identity, on a server of kind %s', (_kind, has) => {
  test('are ended when it becomes inactive, and status says so only afterwards', async () => {
    const s = new Scenario(has);
    await s.settled(PERSON);
    const { id } = s.only();
    s.kratos.sessions.set(id, 3);
    s.effects.before('end sessions', () => {
      throw fail('unavailable', 503);
    });
    s.apply({ ...PERSON, state: 'inactive' });
    await s.operator.pass(KEY);
    expect(s.only().state).toBe('inactive');
    expect(s.resource().status?.state).toBe('active');
    expect(s.reason()).not.toBe('Synced');
    await s.settle();
    expect(s.kratos.sessions.get(id)).toBeUndefined();
    expect(s.resource().status?.state).toBe('inactive');
  });

  test('are ended when somebody else made it inactive', async () => {
    const s = new Scenario(has);
    await s.settled(PERSON);
    const { id } = s.only();
    s.kratos.edit(id, { state: 'inactive' });
    s.kratos.sessions.set(id, 1);
    await s.settle();
    expect(s.kratos.sessions.get(id)).toBeUndefined();
    expect(s.only().state).toBe('inactive');
  });

  test('are not asked for after our own create of an inactive one', async () => {
    const s = new Scenario(has);
    await s.settled({ ...PERSON, state: 'inactive' });
    expect(s.resource().status?.state).toBe('inactive');
    expect(s.effects.log).not.toContain('end sessions');
  });

  test('end before a deletion by Deactivate lets the resource go, though status said inactive', async () => {
    const s = new Scenario(has);
    await s.settled({ ...PERSON, state: 'inactive', deletionPolicy: 'Deactivate' });
    s.kube.delete(KEY);
    await s.settle();
    const { log } = s.effects;
    expect(log).toContain('end sessions');
    expect(log.lastIndexOf('end sessions')).toBeLessThan(log.lastIndexOf('finalizers'));
  });
});

describe('deletion', () => {
  test.each(Object.entries(SERVERS))(
    'is held by a Kratos out of reach, and Retain lets it go: %s',
    async (_kind, has) => {
      const s = new Scenario(has);
      await s.settled(PERSON);
      s.kube.delete(KEY);
      s.restart({ view: () => CLOSED });
      await s.operator.pass(KEY);
      expect(s.condition()).toMatchObject({ status: 'False', reason: 'Deleting' });
      expect(s.condition('Reconciling')).toMatchObject({ status: 'True', reason: 'Deleting' });
      expect(s.condition()?.message).toContain('Retain');
      s.kube.edit(KEY, (old) => ({ ...old, spec: { ...old.spec, deletionPolicy: 'Retain' } }));
      await s.operator.pass(KEY);
      expect(s.exists()).toBe(false);
      expect(s.identities()).toHaveLength(1);
      expect(s.events()).toContain(`${KEY} Retained`);
    },
  );

  test('by Deactivate on a server without state makes nothing, and blocks visibly what is there', async () => {
    const s = new Scenario(SERVERS.bare);
    await s.settled({ ...PERSON, deletionPolicy: 'Deactivate' });
    expect(s.reason()).toBe('Unsupported');
    expect(s.identities()).toEqual([]);
    await s.settled(PERSON);
    s.apply({ ...PERSON, deletionPolicy: 'Deactivate' });
    s.kube.delete(KEY);
    await s.settle();
    expect(s.reason()).toBe('Deleting');
    expect(s.identities()).toHaveLength(1);
    s.kube.edit(KEY, (old) => ({ ...old, spec: { ...old.spec, deletionPolicy: 'Delete' } }));
    await s.settle();
    expect(s.identities()).toEqual([]);
  });

  test('of a resource that was never more than refused sends nothing', async () => {
    const s = new Scenario(SERVERS.externalIds);
    await s.settled({ schemaId: 'person', traits: { email: 'x@example.org', huge: 2 ** 60 } });
    expect(s.reason()).toBe('InvalidTraits');
    s.kube.delete(KEY);
    await s.settle();
    expect(s.exists()).toBe(false);
    expect(s.kratos.writes).toBe(0);
  });

  test('keeps the finalizers of others', async () => {
    const s = new Scenario(SERVERS.externalIds);
    s.apply(PERSON);
    s.kube.edit(KEY, (old) => ({ ...old, metadata: { ...old.metadata, finalizers: ['other/one'] } }));
    await s.settle();
    expect(s.resource().metadata.finalizers).toEqual(['other/one', 'kratos.ory.sh/identity']);
    s.kube.delete(KEY);
    await s.settle();
    expect(s.resource().metadata.finalizers).toEqual(['other/one']);
    expect(s.identities()).toEqual([]);
  });
});

describe('an outage', () => {
  test('is nothing to a settled resource for 30 s', async () => {
    const s = new Scenario(SERVERS.externalIds);
    await s.settled(PERSON);
    const { writes } = s.kube;
    let forMs = 0;
    s.restart({ view: () => ({ ...CLOSED, forMs }) });
    await s.operator.pass(KEY);
    expect(s.kube.writes).toBe(writes);
    forMs = 30_000;
    await s.operator.pass(KEY);
    expect(s.condition()).toMatchObject({ status: 'Unknown', reason: 'KratosUnavailable' });
    const told = s.kube.writes;
    await s.operator.pass(KEY);
    expect(s.kube.writes).toBe(told);
  });

  test('is told at once by a resource with something to do', async () => {
    const s = new Scenario(SERVERS.externalIds, { view: () => CLOSED });
    s.apply(PERSON);
    await s.operator.pass(KEY);
    expect(s.condition()).toMatchObject({ status: 'Unknown', reason: 'KratosUnavailable' });
    expect(s.resource().metadata.finalizers).toBeUndefined();
  });
});

/** Everything that is not a place for secrets. */
function spoken(s: Scenario): string {
  const resources = [...s.kube.resources.values()].map(({ status, metadata }) => ({ status, metadata }));
  return JSON.stringify([
    resources,
    s.kube.events.map(({ reason, action, note }) => ({ reason, action, note })),
  ]);
}

describe('secrets and personal data', () => {
  const lives: [string, SpecInput['recovery']][] = [
    ['a code', { requestId: 'one', output: 'Status', method: 'Code' }],
    ['a link in a Secret', { requestId: 'one', output: 'Secret', method: 'Link' }],
  ];

  test.each(lives)('never reach status, events or errors: %s', async (_name, recovery = {}) => {
    const spec: SpecInput = {
      schemaId: 'person',
      traits: { email: 'CANARY@example.org', name: { first: 'CANARY' } },
      recovery,
    };
    for (const has of Object.values(SERVERS)) {
      const s = new Scenario(has);
      await s.settled(spec);
      expect(spoken(s)).not.toContain('CANARY');
      // A conflict over it, a refusal, its expiry and its end.
      await s.settled(spec, 'team/eve');
      await s.settled({ ...spec, traits: { ...spec.traits, huge: 2 ** 60 } }, 'team/limits');
      await s.clock.advance(3_600_000);
      await s.settle();
      s.kube.delete(KEY);
      await s.settle();
      expect(spoken(s)).not.toContain('CANARY');
      expect(s.kube.events.length).toBeGreaterThan(3);
    }
  });
});
