import { describe, expect, test } from 'vitest';
import type { Identity } from '../../src/model/identity.ts';
import { isObject } from '../../src/model/json.ts';
import { MARKER_KEY, markerOf, ownerKey } from '../../src/model/owner.ts';
import { SERVERS } from './kratos.ts';
import { SETTINGS } from './operator.ts';
import { KEY, PERSON, Scenario, THING } from './scenario.ts';

/* Whether somebody else's account can be taken over is decided here. */

const MARKED = [
  ['metadata', SERVERS.metadata],
  ['externalIds', SERVERS.externalIds],
] as const;
const CONFLICT = 'an identifier, address, external id or identity that this resource needs is not its own';

/** An identity that somebody made by hand, or another operator for its own resource. */
function stranger(s: Scenario, change: Partial<Identity>): Identity {
  const made = s.kratos.create({
    schemaId: 'person',
    traits: { email: 'ada@example.org', secret: 'theirs' },
    state: undefined,
    metadataPublic: undefined,
    metadataAdmin: undefined,
    externalId: undefined,
  });
  s.kratos.edit(made.id, change);
  return s.kratos.get(made.id);
}

function markedFor(
  owner: string,
  namespace: string,
  name: string,
  uid: string,
): Pick<Identity, 'metadataAdmin'> {
  const lists = { traits: ['/email', '/secret'], public: [], admin: [] };
  return { metadataAdmin: { [MARKER_KEY]: { owner, namespace, name, uid, ...lists } } };
}

/** The resource says Conflict, neither it nor its deletion touches that identity, and nothing else is made. */
async function isLeftAlone(s: Scenario, identity: Identity, others = 0): Promise<void> {
  const { writes } = s.kratos;
  await s.settle();
  expect(s.condition()).toMatchObject({ status: 'False', reason: 'Conflict', message: CONFLICT });
  expect(s.condition('Stalled')).toMatchObject({ status: 'True', reason: 'Conflict' });
  expect(s.kratos.get(identity.id)).toEqual(identity);
  s.kube.delete(KEY);
  await s.settle();
  expect(s.exists()).toBe(false);
  expect(s.kratos.get(identity.id)).toEqual(identity);
  expect(s.kratos.identities.size).toBe(1 + others);
  expect(s.kratos.writes).toBe(writes);
  expect(s.events()).not.toContain(`${KEY} Deleted`);
}

describe.each(MARKED)('on a server of kind %s', (kind, has) => {
  test.each([
    ['another operator', markedFor('cluster-b', 'team', 'ada', 'uid-1')],
    ['another namespace', markedFor('cluster-a', 'other', 'ada', 'uid-9')],
    ['another name', markedFor('cluster-a', 'team', 'bob', 'uid-9')],
    ['nobody', { metadataAdmin: null }],
    ['a marker that cannot be read', { metadataAdmin: { [MARKER_KEY]: 'cluster-a' } }],
  ])('an identity with our identifier that is of %s is left alone', async (who, change) => {
    const s = new Scenario(has);
    // The uid of another operator's resource must not be ours by chance.
    if (who === 'another operator') s.kube.apply('x', 'y', PERSON);
    s.orphan('x/y');
    const identity = stranger(s, change);
    s.apply(PERSON);
    await isLeftAlone(s, identity);
  });

  test('an identity of ours that a successor of another uid has taken is lost, whatever drifts', async () => {
    const s = new Scenario(has);
    await s.settled(PERSON);
    const lost = s.only();
    s.kratos.edit(lost.id, {
      ...markedFor('cluster-a', 'team', 'ada', 'uid-9'),
      traits: { email: 'x@example.org' },
    });
    await isLeftAlone(s, s.only());
  });

  test('a Conflict keeps the id in status', async () => {
    const s = new Scenario(has);
    const { status } = await s.settled(PERSON);
    s.kratos.edit(s.only().id, markedFor('cluster-b', 'x', 'y', 'uid-9'));
    await s.settle();
    expect(s.reason()).toBe('Conflict');
    expect(s.resource().status).toMatchObject({
      identityId: status?.identityId,
      ownedTraits: status?.ownedTraits,
    });
  });

  test('the uid of the resource in the marker makes it ours: a changed owner id is written anew', async () => {
    const s = new Scenario(has);
    await s.settled(THING);
    const { id } = s.only();
    s.restart({ settings: { ...SETTINGS, ownerId: 'cluster-new' } });
    await s.settle();
    expect(s.only().id).toBe(id);
    expect(markerOf(s.only())?.owner).toBe('cluster-new');
    const key = ownerKey('cluster-new', 'team', 'ada');
    expect(s.only().externalId).toBe(kind === 'externalIds' ? key : undefined);
  });

  test('a changed owner id and a lost status together still find it', async () => {
    const s = new Scenario(has);
    await s.settled(THING);
    const { id } = s.only();
    s.kube.edit(KEY, (old) => ({ ...old, status: { observedGeneration: -1 } }));
    s.restart({ settings: { ...SETTINGS, ownerId: 'cluster-new' } });
    await s.settle();
    expect(s.only().id).toBe(id);
    expect(markerOf(s.only())?.owner).toBe('cluster-new');
    expect(s.resource().status?.identityId).toBe(id);
  });

  test('a wiped marker is written back, and what is no longer declared goes with the lists in status', async () => {
    const s = new Scenario(has);
    await s.settled(PERSON);
    const { id } = s.only();
    s.kratos.edit(id, { metadataAdmin: null, externalId: undefined });
    s.apply({ ...PERSON, traits: { email: 'ada@example.org' } });
    await s.settle();
    expect(s.only()).toMatchObject({ id, traits: { email: 'ada@example.org' } });
    expect(s.only().traits).not.toHaveProperty('name');
    expect(markerOf(s.only())).toMatchObject({ uid: s.resource().metadata.uid, traits: ['/email'] });
    const key = ownerKey('cluster-a', 'team', 'ada');
    expect(s.only().externalId).toBe(kind === 'externalIds' ? key : undefined);
  });

  test('a wiped marker does not keep a deletion from deleting', async () => {
    const s = new Scenario(has);
    await s.settled(PERSON);
    s.kratos.edit(s.only().id, { metadataAdmin: null, externalId: undefined });
    s.kube.delete(KEY);
    await s.settle();
    expect(s.identities()).toEqual([]);
  });

  test.each([
    ['a person', PERSON],
    ['a thing', THING],
  ])('a resource that is made again takes up its predecessor’s identity: %s', async (_name, spec) => {
    const s = new Scenario(has);
    await s.settled({ ...spec, deletionPolicy: 'Retain' });
    const { id } = s.only();
    s.kube.delete(KEY);
    await s.settle();
    expect(s.exists()).toBe(false);
    const second = await s.settled({ ...spec, metadataPublic: { second: true } });
    expect(s.only()).toMatchObject({ id, metadataPublic: { second: true } });
    expect(markerOf(s.only())?.uid).toBe(second.metadata.uid);
    expect(second.status?.identityId).toBe(id);
    expect(s.events()).toContain(`${KEY} Adopted`);
  });

  test('a retained identity is another’s for a resource of another name', async () => {
    const s = new Scenario(has);
    await s.settled({ ...PERSON, deletionPolicy: 'Retain' }, 'team/eve');
    s.kube.delete('team/eve');
    await s.settle();
    const identity = s.only();
    s.apply(PERSON);
    await isLeftAlone(s, identity);
  });

  test('an identity deactivated at deletion is activated by the take-up, and its mark goes in the same write', async () => {
    const s = new Scenario(has);
    await s.settled({ ...PERSON, deletionPolicy: 'Deactivate' });
    const { id } = s.only();
    s.kratos.sessions.set(id, 2);
    s.kube.delete(KEY);
    await s.settle();
    expect(s.exists()).toBe(false);
    expect(s.only()).toMatchObject({ id, state: 'inactive' });
    expect(markerOf(s.only())?.deactivated).toBe(true);
    expect(s.kratos.sessions.get(id)).toBeUndefined();
    expect(s.events()).toContain(`${KEY} Deactivated`);

    const { writes } = s.kratos;
    await s.settled(PERSON);
    expect(s.only()).toMatchObject({ id, state: 'active' });
    expect(markerOf(s.only())?.deactivated).toBe(false);
    expect(s.kratos.writes).toBe(writes + 1);
  });

  test.each([
    ['that was retained inactive', { deletionPolicy: 'Retain', state: 'inactive' }, {}],
    ['whose successor declares inactive', { deletionPolicy: 'Deactivate' }, { state: 'inactive' }],
  ] as const)('an identity %s stays inactive', async (_name, first, second) => {
    const s = new Scenario(has);
    await s.settled({ ...PERSON, ...first });
    s.kube.delete(KEY);
    await s.settle();
    await s.settled({ ...PERSON, ...second });
    expect(s.only().state).toBe('inactive');
    expect(s.resource().status?.state).toBe('inactive');
  });

  test('a resource that lost its identity to a successor does not delete it', async () => {
    const s = new Scenario(has);
    await s.settled(PERSON);
    const old = s.resource();
    s.orphan();
    await s.settled(PERSON);
    const taken = s.only();
    // A restore brings the first one back, with its old uid and status.
    s.kube.resources.set(KEY, old);
    s.kube.delete(KEY);
    await s.settle();
    expect(s.only()).toEqual(taken);
  });
});

describe('on a server with external ids', () => {
  test('spec.externalId cannot claim another’s identity', async () => {
    const s = new Scenario(SERVERS.externalIds);
    const identity = stranger(s, { externalId: 'root', ...markedFor('cluster-a', 'other', 'root', 'uid-9') });
    s.apply({ ...PERSON, externalId: 'root', traits: { email: 'me@example.org' } });
    await isLeftAlone(s, identity);
  });

  test('nor when it is set later', async () => {
    const s = new Scenario(SERVERS.externalIds);
    const identity = stranger(s, { externalId: 'root', traits: { email: 'root@example.org' } });
    await s.settled(PERSON);
    s.apply({ ...PERSON, externalId: 'root' });
    await s.settle();
    expect(s.condition()).toMatchObject({ reason: 'Conflict', message: CONFLICT });
    expect(s.kratos.get(identity.id)).toEqual(identity);
    s.kube.delete(KEY);
    await s.settle();
    expect(s.identities()).toEqual([identity]);
  });

  test('our own external id on an identity without a marker proves nothing', async () => {
    const s = new Scenario(SERVERS.externalIds);
    const key = ownerKey('cluster-a', 'team', 'ada');
    const identity = stranger(s, { externalId: key, traits: { email: 'x@example.org' } });
    s.apply(PERSON);
    await isLeftAlone(s, identity);
  });

  test('metadataAdmin that holds our own key is refused before anything is sent', async () => {
    const s = new Scenario(SERVERS.externalIds);
    const forged = markedFor('cluster-a', 'other', 'root', 'uid-9').metadataAdmin;
    await s.settled({ ...PERSON, metadataAdmin: isObject(forged) ? forged : {} });
    expect(s.reason()).toBe('InvalidMetadata');
    expect(s.identities()).toEqual([]);
    expect(s.effects.log).not.toContain('create');
  });

  test('an identity made before the server was upgraded is found by its marker', async () => {
    const s = new Scenario(SERVERS.externalIds);
    await s.settled(PERSON);
    const { id } = s.only();
    s.kratos.edit(id, { externalId: undefined });
    s.orphan();
    const { status } = await s.settled(PERSON);
    expect(s.only()).toMatchObject({ id, externalId: ownerKey('cluster-a', 'team', 'ada') });
    expect(status?.identityId).toBe(id);
  });
});
