import { readFileSync } from 'node:fs';

import { describe, expect, test } from 'vitest';
import { parse } from 'yaml';

import type { JsonObject } from '../../src/model/json.ts';
import { HandClock, until } from '../wire/clocks.ts';
import { configMap, paths, rawWatch, start, stored } from './kube-started.ts';
import { metaOf } from './kube-widgets.ts';

const { configMaps } = paths;
const crd = parse(readFileSync('crds/kratosidentities.yaml', 'utf8')) as JsonObject;
const identities = '/apis/kratos.ory.sh/v1alpha1/namespaces/default/kratosidentities';

function identity(name: string, spec: JsonObject = {}, metadata: JsonObject = {}): JsonObject {
  return {
    apiVersion: 'kratos.ory.sh/v1alpha1',
    kind: 'KratosIdentity',
    metadata: { name, ...metadata },
    spec: { traits: { email: 'a@example.test' }, ...spec },
  };
}

function ownedSecret(name: string, uid: string): JsonObject {
  const ownerReferences = [{ apiVersion: 'kratos.ory.sh/v1alpha1', kind: 'KratosIdentity', name: 'x', uid }];
  return { apiVersion: 'v1', kind: 'Secret', metadata: { name, namespace: 'default', ownerReferences } };
}

describe('the resource of this project', () => {
  test('is served as its CRD says', async () => {
    const { client } = await start({ crd });
    const made = await client.post(identities, identity('ada', { recovery: {}, unknown: 1 }));
    expect(made.body).toMatchObject({
      spec: {
        traits: { email: 'a@example.test' },
        deletionPolicy: 'Delete',
        recovery: { requestId: '', expiresIn: '1h', method: 'Auto', output: 'Status' },
      },
      status: { observedGeneration: -1 },
    });
    expect(made.body.spec).not.toHaveProperty('unknown');
    const refused = await client.post(identities, identity('bad', { deletionPolicy: 'Burn' }));
    expect(refused.body).toMatchObject({
      code: 422,
      details: { causes: [{ field: 'spec.deletionPolicy' }] },
    });
  });

  test('is unknown, group and all, without the CRD', async () => {
    const { client } = await start();
    expect(await client.get(identities)).toMatchObject({ status: 404, text: '404 page not found\n' });
  });

  test('goes with its CRD, once nothing holds it', async () => {
    const { kube, client } = await start({ crd });
    kube.store.apply(identity('held', {}, { finalizers: ['example.com/hold'] }));
    const path = '/apis/apiextensions.k8s.io/v1/customresourcedefinitions/kratosidentities.kratos.ory.sh';
    expect(metaOf((await client.delete(path)).body).deletionTimestamp).toBeDefined();
    expect(metaOf((await client.get(`${identities}/held`)).body).deletionTimestamp).toBeDefined();
    expect((await client.post(identities, identity('late'))).status).toBe(403);
    await client.patch(`${identities}/held`, { metadata: { finalizers: null } });
    await until(() => kube.store.list('customresourcedefinitions').length === 0);
    expect((await client.get(identities)).status).toBe(404);
  });
});

describe('the past', () => {
  test('is forgotten on demand: pages, exact lists and watches from then are expired', async () => {
    const { kube, client } = await start();
    for (const name of ['a', 'b']) kube.store.apply(configMap(name));
    const page = await client.get(`${configMaps}?limit=1`);
    const { resourceVersion } = metaOf(page.body);
    const token = metaOf(page.body).continue as string;
    kube.store.compact();
    const expired = { code: 410, reason: 'Expired' };
    expect((await client.get(`${configMaps}?limit=1&continue=${token}`)).body).toMatchObject(expired);
    const exact = `resourceVersion=${resourceVersion}&resourceVersionMatch=Exact`;
    expect((await client.get(`${configMaps}?${exact}`)).body).toMatchObject(expired);
    const watch = await client.watch(`${configMaps}?watch=1&resourceVersion=${resourceVersion}`);
    expect(watch).toMatchObject([{ type: 'ERROR', object: expired }]);
    expect((await client.get(configMaps)).body.items).toHaveLength(2);
  });

  test('is counted in resourceVersions that rise, with gaps', async () => {
    const { kube } = await start();
    const revisions = ['a', 'b', 'c', 'd', 'e', 'f'].map((name) =>
      Number(kube.store.apply(configMap(name)).metadata.resourceVersion),
    );
    const steps = revisions.slice(1).map((revision, index) => revision - (revisions[index] ?? 0));
    expect(Math.min(...steps)).toBeGreaterThan(0);
    expect(new Set(steps).size).toBeGreaterThan(1);
  });
});

describe('controllers', () => {
  test('delete what an owner alone held, and nothing else', async () => {
    const { kube, client } = await start({ crd });
    const { uid } = kube.store.apply(identity('owner')).metadata;
    kube.store.apply(ownedSecret('owned', uid));
    kube.store.apply(ownedSecret('other', 'somebody-else'));
    await client.delete(`${identities}/owner`);
    await until(() => kube.store.list('secrets').length === 1);
    expect(kube.store.get('secrets', 'default', 'other')).toBeDefined();
  });

  test('carry out a foreground deletion', async () => {
    const { kube, client } = await start({ crd });
    const { uid } = kube.store.apply(identity('owner')).metadata;
    kube.store.apply(ownedSecret('owned', uid));
    const { body } = await client.delete(`${identities}/owner`, { propagationPolicy: 'Foreground' });
    expect(metaOf(body).finalizers).toEqual(['foregroundDeletion']);
    await until(() => kube.store.list('secrets').length + kube.store.list('kratosidentities').length === 0);
  });

  test('empty a namespace that is deleted, and let it go once nothing is held', async () => {
    const { kube, client } = await start({ crd });
    kube.store.apply({ ...configMap('loose'), metadata: { name: 'loose', namespace: 'going' } });
    kube.store.apply(identity('held', {}, { namespace: 'going', finalizers: ['example.com/hold'] }));
    await client.delete('/api/v1/namespaces/going');
    await until(() => kube.store.get('configmaps', 'going', 'loose') === undefined);
    expect(kube.store.get('kratosidentities', 'going', 'held')?.metadata.deletionTimestamp).toBeDefined();
    expect(kube.store.get('namespaces', '', 'going')?.status).toEqual({ phase: 'Terminating' });
    kube.store.patch('kratosidentities', 'going', 'held', { metadata: { finalizers: null } });
    await until(() => kube.store.get('namespaces', '', 'going') === undefined);
  });

  test('can be left out', async () => {
    const { kube, client } = await start({ crd, controllers: false });
    const { uid } = kube.store.apply(identity('owner')).metadata;
    kube.store.apply(ownedSecret('owned', uid));
    await client.delete(`${identities}/owner`);
    // Another round trip: whatever were to follow the deletion would have been done by then.
    expect((await client.get('/api/v1/namespaces/default/secrets/owned')).status).toBe(200);
  });
});

describe('time', () => {
  test('brings bookmarks, and the end of a watch, by the clock that was given', async () => {
    const clock = new HandClock();
    const { kube, client } = await start({ clock, bookmarkMs: 10_000 });
    kube.store.apply(configMap('old'));
    const { resourceVersion } = metaOf((await client.get(configMaps)).body);
    const query = `watch=1&allowWatchBookmarks=true&timeoutSeconds=25&resourceVersion=${resourceVersion}`;
    const watching = client.watch(`${configMaps}?${query}`);
    await until(() => kube.watches.count() === 1);
    clock.advance(25_000);
    expect((await watching).map(({ type }) => type)).toEqual(['BOOKMARK', 'BOOKMARK', 'BOOKMARK']);
    expect(kube.store.get('configmaps', 'default', 'old')?.metadata.creationTimestamp).toBe(
      '2026-01-01T00:00:00Z',
    );
  });

  test('is told as an age in tables', async () => {
    const clock = new HandClock();
    const { kube, client } = await start({ clock });
    kube.store.apply(configMap('old', { a: 'b' }));
    clock.advance(11 * 60_000);
    const accept = 'application/json;as=Table;v=v1;g=meta.k8s.io,application/json';
    expect((await client.get(configMaps, { accept })).body.rows).toMatchObject([
      { cells: ['old', 1, '11m'] },
    ]);
  });
});

describe('users', () => {
  test('may do what they are allowed, by verb, group, resource and namespace', async () => {
    const asked: unknown[] = [];
    const allow = (...question: unknown[]) => {
      asked.push(question);
      return question[0] === 'get';
    };
    const { client } = await start({ crd, tokens: { limited: { user: 'op', allow } } });
    expect((await client.get(`${identities}/x`)).status).toBe(404);
    expect((await client.patch(`${identities}/x/status`, {})).status).toBe(403);
    expect((await client.get('/api/v1/secrets')).status).toBe(403);
    expect((await client.get('/api/v1/namespaces/kube-system')).status).toBe(200);
    expect(asked).toEqual([
      ['get', 'kratos.ory.sh', 'kratosidentities', 'default'],
      ['patch', 'kratos.ory.sh', 'kratosidentities/status', 'default'],
      ['list', '', 'secrets', ''],
      ['get', '', 'namespaces', 'kube-system'],
    ]);
  });

  test('find the way by a kubeconfig', async () => {
    const { kube } = await start({ tokens: { secret: { user: 'op' } } });
    expect(parse(kube.kubeconfig())).toMatchObject({
      'current-context': 'standin',
      clusters: [{ cluster: { server: kube.url } }],
      users: [{ user: { token: 'secret' } }],
    });
  });
});

describe('the store and the log', () => {
  test('show and take what requests would', async () => {
    const { kube, client } = await start({ crd });
    kube.store.apply(identity('ada', {}, { namespace: 'new' }));
    const changed = kube.store.apply({
      ...identity('ada', { state: 'inactive' }, { namespace: 'new' }),
      status: { identityId: 'i-1' },
    });
    expect(changed).toMatchObject({
      metadata: { generation: 2 },
      spec: { state: 'inactive', traits: { email: 'a@example.test' } },
      status: { identityId: 'i-1', observedGeneration: -1 },
    });
    const { body } = await client.get(identities.replace('default', 'new'));
    expect(body.items).toMatchObject([{ metadata: { name: 'ada' } }]);
    kube.store.delete('kratosidentities', 'new', 'ada');
    expect(kube.store.list('kratosidentities')).toEqual([]);
  });

  test('tell when something has come', async () => {
    const { kube, client } = await start();
    const soon = kube.store.until(() => kube.store.get('configmaps', 'default', 'a'));
    const asked = kube.requests.arrived({ path: /configmaps$/ }, 2);
    await client.post(configMaps, configMap('a'));
    await client.get(`${configMaps}?limit=1`);
    expect((await soon).metadata.name).toBe('a');
    const [post, get] = await asked;
    expect(post).toMatchObject({ method: 'POST', body: { kind: 'ConfigMap' }, watch: false, status: 201 });
    expect(get?.query.get('limit')).toBe('1');
    expect(post?.connection).toBe(1);
    kube.requests.clear();
    expect(kube.requests.all).toEqual([]);
  });

  test('leave nothing open when the stand-in stops', async () => {
    const { kube } = await start();
    const watch = await rawWatch(kube);
    await kube.stop();
    expect(await watch.done).toBe('broken');
    expect(stored(kube)).toEqual([]);
  });
});
