import { afterEach, describe, expect, test } from 'vitest';
import { Http } from '../../demo/http.ts';
import { Kratos } from '../../demo/kratos.ts';
import { identitiesIn, Kube } from '../../demo/kube.ts';
import { Resources } from '../../demo/resources.ts';
import { tagged, yamlOf } from '../../demo/samples.ts';
import { Scene } from '../../demo/scene.ts';
import type { Servers } from '../../demo/servers.ts';
import type { Timeline } from '../../demo/timeline.ts';
import { until } from '../../demo/until.ts';
import type { JsonObject } from '../../src/model/json.ts';
import { startKratos } from '../standin/kratos/server.ts';
import { startKube } from '../standin/kube/kube.ts';

const undo: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const step of undo.splice(0).reverse()) await step();
});

const never = new AbortController().signal;
const IDENTITY = {
  apiVersion: 'kratos.ory.sh/v1alpha1',
  kind: 'KratosIdentity',
  metadata: { name: 'ann' },
  spec: { traits: { email: 'ann@example.org' } },
};

describe('waiting', () => {
  test('ends with what was waited for and what was seen instead', async () => {
    const patience = { withinMs: 1, signal: never, seen: () => 'a pumpkin' };
    const waiting = until('coach', () => undefined, patience);
    await expect(waiting).rejects.toThrow('within 0.001 s there was no coach; seen: a pumpkin');
  });

  test("ends with the signal's reason", async () => {
    const abort = new AbortController();
    const waiting = until('coach', () => undefined, {
      withinMs: 60_000,
      signal: abort.signal,
      seen: () => '',
    });
    abort.abort(new Error('interrupted'));
    await expect(waiting).rejects.toThrow('interrupted');
  });
});

describe.each(['0.5', '1.3', '26.2'] as const)('a person at Kratos %s', (version) => {
  test('changes traits and nothing else', async () => {
    const server = await startKratos({ version });
    undo.push(() => server.stop());
    const kratos = await Kratos.connect(server.adminUrl);
    undo.push(() => kratos.close());
    const http = new Http(kratos.identitiesUrl);
    undo.push(() => http.close());
    const rich = { metadata_public: { a: 1 }, metadata_admin: { b: 2 }, state: 'inactive' };
    const body: JsonObject = {
      schema_id: 'default',
      traits: { email: 'ann@example.org' },
      ...(version !== '0.5' && rich),
      ...(version === '26.2' && { external_id: 'ann' }),
    };
    const { id } = (await http.send('POST', '', { body })).body as { id: string };
    const before = server.store.find(id);
    await kratos.setTraits(id, (traits) => ({ ...traits, team: 'red' }));
    const after = server.store.find(id);
    expect(after?.traits).toEqual({ email: 'ann@example.org', team: 'red' });
    const untouched = ['externalId', 'state', 'schemaId', 'metadataPublic', 'metadataAdmin'] as const;
    for (const field of untouched) expect(after?.[field]).toEqual(before?.[field]);
    await kratos.remove(id);
    expect(await kratos.read(id)).toBeUndefined();
  });
});

test('what is no admin API of Kratos is refused', async () => {
  const server = await startKratos({ version: '1.3' });
  undo.push(() => server.stop());
  await expect(Kratos.connect(server.publicUrl)).rejects.toThrow("does not answer as Kratos' admin API does");
});

async function startWorld() {
  const server = await startKube({ crd: await yamlOf('crds/kratosidentities.yaml') });
  undo.push(() => server.stop());
  const kube = new Kube(new Http(server.url));
  undo.push(() => kube.close());
  const resources = await Resources.watch(kube, 'default');
  undo.push(() => resources.stop());
  const servers = { kube, namespace: 'default', tag: undefined } as unknown as Servers;
  const timeline = {} as Timeline;
  return {
    server,
    resources,
    scene: new Scene({ timeline, servers, resources, samples: [], signal: never }),
  };
}

function statusOf(type: string, reason: string): JsonObject {
  const condition = {
    type,
    reason,
    status: 'True',
    message: 'so it is',
    lastTransitionTime: '2026-01-01T00:00:00Z',
  };
  return { status: { observedGeneration: 1, conditions: [{ ...condition, observedGeneration: 1 }] } };
}

describe('watching the resources', () => {
  test('goes on after the watch was cut', async () => {
    const { server, scene } = await startWorld();
    await server.requests.arrived({ method: 'GET', path: /kratosidentities/ }, 2);
    server.watches.drop('reset');
    const written = await scene.create(IDENTITY);
    server.store.patch('kratosidentities', 'default', 'ann', statusOf('Ready', 'Synced'), 'status');
    expect((await scene.settled(written)).metadata.uid).toBe(written.metadata.uid);
    await scene.remove('ann');
    await scene.gone('ann');
  });

  test('gives up at once on a resource that is Stalled, and tells why', async () => {
    const { server, scene } = await startWorld();
    const written = await scene.create(IDENTITY);
    server.store.patch('kratosidentities', 'default', 'ann', statusOf('Stalled', 'SchemaNotFound'), 'status');
    await expect(scene.settled(written)).rejects.toThrow('ann does not become Ready; seen: ann');
  });

  test("shows the server's own words when it refuses", async () => {
    const { server } = await startWorld();
    const kube = new Kube(new Http(server.url));
    undo.push(() => kube.close());
    await expect(kube.create(identitiesIn('nowhere'), IDENTITY)).rejects.toThrow(
      'namespaces "nowhere" not found',
    );
  });
});

test('a tag goes into every trait that tells identities apart, and nowhere else', () => {
  const spec = {
    schemaId: 'default',
    traits: { email: 'a@example.org', label: 'robot', name: { first: 'A' } },
  };
  expect(tagged({ metadata: { name: 'a' }, spec }, 'x1')).toEqual({
    metadata: { name: 'a' },
    spec: {
      schemaId: 'default',
      traits: { email: 'a-x1@example.org', label: 'robot-x1', name: { first: 'A' } },
    },
  });
});
