import { expect, it } from 'vitest';

import type { JsonObject } from '../../src/model/json.ts';
import { manifest, type Workshop } from './kube-widgets.ts';

const time = '2026-01-01T00:00:00.000000Z';

/** The server's own kinds, as far as the operator writes them. */
export function kindSuite(shop: () => Workshop): void {
  leaseSuite(shop);
  eventSuite(shop);
  secretSuite(shop);
}

function leaseSuite(shop: () => Workshop): void {
  const leases = () => `/apis/coordination.k8s.io/v1/namespaces/${shop().namespace}/leases`;

  it.each([
    ['three fractional digits', { renewTime: '2026-01-01T00:00:00.000Z' }, 400],
    ['no fractional digits', { renewTime: '2026-01-01T00:00:00Z' }, 400],
    ['nine fractional digits', { renewTime: '2026-01-01T00:00:00.000000000Z' }, 400],
    ['a duration that is no number', { leaseDurationSeconds: '15' }, 400],
    ['a duration of nothing', { leaseDurationSeconds: 0 }, 422],
    ['transitions below nothing', { leaseTransitions: -1 }, 422],
  ])('refuses a lease with %s', async (_, spec, status) => {
    expect((await shop().client.post(leases(), lease('refused', spec))).status).toBe(status);
  });

  it('makes a lease by PUT, and replaces it only under its resourceVersion', async () => {
    const { client } = shop();
    const path = `${leases()}/leader`;
    const made = await client.put(path, lease('leader', { holderIdentity: 'a', renewTime: time }));
    expect(made.status).toBe(201);
    const taken = { ...made.body, spec: { holderIdentity: 'b', leaseDurationSeconds: 15, renewTime: time } };
    expect((await client.put(path, lease('leader', { holderIdentity: 'b' }))).status).toBe(422);
    const first = await client.put(path, taken);
    expect(first.body).toMatchObject({ spec: { holderIdentity: 'b', leaseDurationSeconds: 15 } });
    expect((await client.put(path, taken)).body).toMatchObject({ code: 409, reason: 'Conflict' });
  });
}

function eventSuite(shop: () => Workshop): void {
  const events = () => `/apis/events.k8s.io/v1/namespaces/${shop().namespace}/events`;
  const inNamespace = () => ({ kind: 'Widget', namespace: shop().namespace, name: 'x' });

  it.each([
    ['no time', { eventTime: null }, 'eventTime'],
    ['no controller', { reportingController: '' }, 'reportingController'],
    ['a controller that is no name', { reportingController: 'a b!' }, 'reportingController'],
    ['no instance', { reportingInstance: '' }, 'reportingInstance'],
    ['no action', { action: '' }, 'action'],
    ['no reason', { reason: '' }, 'reason'],
    ['a reason too long', { reason: 'r'.repeat(129) }, 'reason'],
    ['an action too long', { action: 'a'.repeat(129) }, 'action'],
    ['an instance too long', { reportingInstance: 'i'.repeat(129) }, 'reportingInstance'],
    ['a note of too many bytes', { note: 'é'.repeat(513) }, 'message'],
    ['a type of its own', { type: 'Other' }, 'type'],
    ['a series of one', { series: { count: 1, lastObservedTime: time } }, 'series.count'],
    ['a series without time', { series: { count: 2 } }, 'series.lastObservedTime'],
    ['a count of the old API', { deprecatedCount: 1 }, 'count'],
    ['a subject of no namespace', { regarding: { name: 'x' } }, 'involvedObject.namespace'],
  ])('refuses an event with %s', async (_, parts, field) => {
    const { body } = await shop().client.post(
      events(),
      event('refused', { regarding: inNamespace(), ...parts }),
    );
    expect(body).toMatchObject({ code: 422, reason: 'Invalid' });
    expect((body.details as JsonObject).causes).toContainEqual(expect.objectContaining({ field }));
  });

  it('refuses an event time without six fractional digits', async () => {
    const { body } = await shop().client.post(
      events(),
      event('t', { regarding: inNamespace(), eventTime: '2026-01-01T00:00:00.000Z' }),
    );
    expect(body).toMatchObject({ code: 400, reason: 'BadRequest' });
  });

  it('lets only the series of an event change', async () => {
    const { client } = shop();
    const path = `${events()}/counted`;
    expect((await client.post(events(), event('counted', { regarding: inNamespace() }))).status).toBe(201);
    const series = { count: 2, lastObservedTime: time };
    expect((await client.patch(path, { series })).body).toMatchObject({ series });
    expect((await client.patch(path, { note: 'other' })).status).toBe(422);
    expect(
      (await client.patch(path, { series: { count: 3, lastObservedTime: '2026-01-01T00:00:00Z' } })).status,
    ).toBe(422);
  });

  it('shows events under core/v1 too, by what they are about', async () => {
    const { client, core } = shop();
    await client.post(events(), event('described', { regarding: { ...inNamespace(), uid: 'u-1' } }));
    const query = 'fieldSelector=involvedObject.name%3Dx,involvedObject.uid%3Du-1';
    const { body } = await client.get(`${core('events')}?${query}`);
    expect(body.items).toMatchObject([
      { message: 'note', reason: 'Made', type: 'Normal', reportingComponent: 'example.com/suite' },
    ]);
  });
}

function secretSuite(shop: () => Workshop): void {
  it('keeps secrets in base64, whichever way they come', async () => {
    const { client, core } = shop();
    const path = core('secrets');
    const sent = { data: { a: 'aGk=' }, stringData: { b: 'hey' }, type: 'example.com/kind' };
    const made = await client.post(path, secret('kept', sent));
    expect(made.body).toMatchObject({ data: { a: 'aGk=', b: 'aGV5' }, type: 'example.com/kind' });
    expect(made.body.stringData).toBeUndefined();
    expect((await client.post(path, secret('plain', {}))).body.type).toBe('Opaque');
    expect((await client.post(path, secret('bad', { data: { a: 'not base64' } }))).status).toBe(400);
    expect((await client.post(path, secret('bad', { data: { 'a b': 'aGk=' } }))).status).toBe(422);
    expect((await client.patch(`${path}/kept`, { type: 'Other' })).status).toBe(422);
  });

  it('deletes a secret only under its uid', async () => {
    const { client, core } = shop();
    const path = `${core('secrets')}/owned`;
    await client.post(core('secrets'), secret('owned', {}));
    expect((await client.delete(path, { preconditions: { uid: 'other' } })).body).toMatchObject({
      code: 409,
      details: { name: 'owned', kind: 'Secret' },
    });
    expect((await client.delete(path)).body).toMatchObject({
      status: 'Success',
      details: { kind: 'secrets' },
    });
  });

  it('wants owners to be named completely', async () => {
    const { client, core } = shop();
    const ownerReferences = [{ apiVersion: 'v1', kind: 'X', name: 'x' }];
    const { body } = await client.post(
      core('secrets'),
      manifest('v1', 'Secret', { name: 'o', ownerReferences }),
    );
    expect(body).toMatchObject({
      code: 422,
      details: { causes: [{ reason: 'FieldValueRequired', field: 'metadata.ownerReferences[0].uid' }] },
    });
  });

  it('takes a kind from the URL for its own kinds, and texts alone in a ConfigMap', async () => {
    const { client, core } = shop();
    expect((await client.post(core('configmaps'), { metadata: { name: 'bare' } })).status).toBe(201);
    const numbers = manifest('v1', 'ConfigMap', { name: 'numbers' }, { data: { a: 1 } });
    expect((await client.post(core('configmaps'), numbers)).status).toBe(400);
    expect(
      (await client.put(`${core('configmaps')}/bare`, { metadata: { name: 'bare' }, data: { a: 'b' } })).body,
    ).toMatchObject({ data: { a: 'b' } });
  });
}

function lease(name: string, spec: JsonObject): JsonObject {
  return manifest('coordination.k8s.io/v1', 'Lease', { name }, { spec });
}

function secret(name: string, content: JsonObject): JsonObject {
  return manifest('v1', 'Secret', { name }, content);
}

function event(name: string, parts: JsonObject): JsonObject {
  return manifest(
    'events.k8s.io/v1',
    'Event',
    { name },
    {
      eventTime: time,
      reportingController: 'example.com/suite',
      reportingInstance: 'suite-1',
      action: 'Make',
      reason: 'Made',
      type: 'Normal',
      note: 'note',
      ...parts,
    },
  );
}
