import { expect, it } from 'vitest';

import type { JsonObject } from '../../src/model/json.ts';
import { manifest, metaOf, type Workshop, widget } from './kube-widgets.ts';

/** Deleting: preconditions, finalizers, namespaces. */
export function deletionSuite(shop: () => Workshop): void {
  it('deletes only under the preconditions it was given', async () => {
    const { client, widgets, make } = shop();
    const { uid } = metaOf(await make('guarded'));
    const path = `${widgets}/guarded`;
    const conflict = { code: 409, reason: 'Conflict', details: { name: 'guarded', kind: 'Widget' } };
    expect((await client.delete(path, { preconditions: { uid: 'other' } })).body).toMatchObject(conflict);
    expect((await client.delete(path, { preconditions: { resourceVersion: '1' } })).body).toMatchObject(
      conflict,
    );
    expect((await client.delete(path, { preconditions: { uid } })).body).toMatchObject({
      kind: 'Status',
      status: 'Success',
      details: { name: 'guarded', group: 'conformance.example.com', kind: 'widgets', uid },
    });
    expect((await client.get(path)).status).toBe(404);
    expect((await client.delete(path)).status).toBe(404);
  });

  it('marks an object with finalizers as deleted, and counts that as a generation', async () => {
    const { client, widgets, make } = shop();
    await make('held', { metadata: { finalizers: ['example.com/hold'] } });
    const path = `${widgets}/held`;
    const marked = await client.delete(path);
    expect(marked.body.metadata).toMatchObject({ generation: 2, finalizers: ['example.com/hold'] });
    expect(metaOf(marked.body).deletionTimestamp).toMatch(/Z$/);
    expect((await client.delete(path)).body.metadata).toEqual(marked.body.metadata);
    expect((await client.post(widgets, widget('held'))).body).toMatchObject({
      code: 409,
      reason: 'AlreadyExists',
    });
    await client.patch(path, { metadata: { finalizers: null } });
  });

  it('lets a deleted object change, but not gain a finalizer, and lets it go with the last one', async () => {
    const { client, widgets, make } = shop();
    await make('leaving', { metadata: { finalizers: ['example.com/hold'] } });
    const path = `${widgets}/leaving`;
    await client.delete(path);
    const gained = await client.patch(path, {
      metadata: { finalizers: ['example.com/hold', 'example.com/more'] },
    });
    expect(gained.status).toBe(422);
    expect((gained.body.details as JsonObject).causes).toContainEqual(
      expect.objectContaining({ reason: 'FieldValueForbidden', field: 'metadata.finalizers' }),
    );
    expect((await client.patch(path, { spec: { policy: 'Retain' } })).body.metadata).toMatchObject({
      generation: 3,
    });
    expect((await client.patch(`${path}/status`, { status: { phase: 'Bye' } })).status).toBe(200);
    expect((await client.patch(path, { metadata: { finalizers: null } })).status).toBe(200);
    expect((await client.get(path)).status).toBe(404);
  });

  it('refuses new objects in a namespace that is going, and still takes changes of old ones', async () => {
    const { client, namespace } = shop();
    const name = `${namespace}-going`;
    const path = `/api/v1/namespaces/${name}`;
    const made = await client.post('/api/v1/namespaces', manifest('v1', 'Namespace', { name }));
    expect(made.body).toMatchObject({
      metadata: { labels: { 'kubernetes.io/metadata.name': name } },
      status: { phase: 'Active' },
    });
    const kept = manifest('v1', 'ConfigMap', { name: 'kept', finalizers: ['example.com/hold'] });
    await client.post(`${path}/configmaps`, kept);
    const going = await client.delete(path);
    expect(going.body).toMatchObject({ kind: 'Namespace', status: { phase: 'Terminating' } });
    const refused = await client.post(`${path}/secrets`, manifest('v1', 'Secret', { name: 'late' }));
    expect(refused.body).toMatchObject({
      code: 403,
      reason: 'Forbidden',
      details: { kind: 'secrets', causes: [{ reason: 'NamespaceTerminating', field: 'metadata.namespace' }] },
    });
    expect((await client.patch(`${path}/configmaps/kept`, { data: { a: 'b' } })).status).toBe(200);
    await client.patch(`${path}/configmaps/kept`, { metadata: { finalizers: null } });
    await client.delete(`${path}/configmaps/kept`);
    await client.put(`${path}/finalize`, { ...going.body, spec: { finalizers: [] } });
  });
}
