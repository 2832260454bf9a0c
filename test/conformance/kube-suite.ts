import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import type { KubeTarget } from './kube-client.ts';
import { deletionSuite } from './kube-deletion.ts';
import { kindSuite } from './kube-kinds.ts';
import { listSuite } from './kube-lists.ts';
import { objectSuite } from './kube-objects.ts';
import { watchSuite } from './kube-watches.ts';
import { openWorkshop, type Workshop } from './kube-widgets.ts';

/**
 * How an API server behaves, in plain requests: what a stand-in and a real one have to agree on. The user must be one who may
 * do everything. It works in a namespace and with a CRD of its own, and takes them away again.
 */
export function kubeSuite(target: () => KubeTarget): void {
  let workshop: Workshop | undefined;
  const shop = (): Workshop => {
    if (workshop === undefined) throw new Error('the workshop did not open');
    return workshop;
  };
  beforeAll(async () => {
    workshop = await openWorkshop(target());
  });
  afterAll(() => workshop?.close());

  describe('objects', () => objectSuite(shop));
  describe('deletion', () => deletionSuite(shop));
  describe('lists', () => listSuite(shop));
  describe('watches', () => watchSuite(shop));
  describe('kinds', () => kindSuite(shop));
  describe('access', () => accessSuite(shop));
  describe('discovery', () => discoverySuite(shop));
}

function accessSuite(shop: () => Workshop): void {
  it('answers 401 to a token that it does not know', async () => {
    const { client, widgets } = shop();
    expect((await client.get(widgets, { authorization: 'Bearer wrong' })).body).toEqual({
      kind: 'Status',
      apiVersion: 'v1',
      metadata: {},
      status: 'Failure',
      message: 'Unauthorized',
      reason: 'Unauthorized',
      code: 401,
    });
  });

  it('answers 403 to a user without the right, and names what is missing', async () => {
    const { client, widgets, namespace } = shop();
    const nobody = { 'impersonate-user': 'nobody' };
    const inGroup = 'in API group "conformance.example.com"';
    const listed = await client.get('/apis/conformance.example.com/v1/widgets', nobody);
    expect(listed.body).toMatchObject({
      code: 403,
      reason: 'Forbidden',
      message: `widgets.conformance.example.com is forbidden: User "nobody" cannot list resource "widgets" ${inGroup} at the cluster scope`,
      details: { group: 'conformance.example.com', kind: 'widgets' },
    });
    const patched = await client.send('PATCH', `${widgets}/x/status`, {
      body: {},
      headers: { ...nobody, 'content-type': 'application/merge-patch+json' },
    });
    expect(patched.body).toMatchObject({
      code: 403,
      message: `widgets.conformance.example.com "x" is forbidden: User "nobody" cannot patch resource "widgets/status" ${inGroup} in the namespace "${namespace}"`,
    });
  });
}

function discoverySuite(shop: () => Workshop): void {
  it('lists groups, versions and resources', async () => {
    const { client } = shop();
    expect((await client.get('/version')).body).toMatchObject({ major: '1' });
    expect((await client.get('/api')).body).toMatchObject({ kind: 'APIVersions', versions: ['v1'] });
    expect((await client.get('/apis')).body).toMatchObject({ kind: 'APIGroupList' });
    const { body } = await client.get('/apis/conformance.example.com/v1');
    expect(body).toMatchObject({
      kind: 'APIResourceList',
      groupVersion: 'conformance.example.com/v1',
      resources: [
        { name: 'widgets', singularName: 'widget', namespaced: true, kind: 'Widget', shortNames: ['wd'] },
        { name: 'widgets/status', verbs: ['get', 'patch', 'update'] },
      ],
    });
  });

  it.each([
    '/apis/nope.example.com/v1',
    '/apis/nope.example.com/v1/gadgets',
    '/apis/conformance.example.com/v1/gadgets',
    '/nothing',
  ])('answers %s with a plain text 404, which is no Status', async (path) => {
    const { status, contentType, text } = await shop().client.get(path);
    expect({ status, text }).toEqual({ status: 404, text: '404 page not found\n' });
    expect(contentType).toContain('text/plain');
  });

  it('answers an unknown resource of its own groups with a Status without details', async () => {
    const { client } = shop();
    for (const path of ['/api/v1/gadgets', '/apis/coordination.k8s.io/v1/gadgets']) {
      expect((await client.get(path)).body).toMatchObject({ code: 404, reason: 'NotFound', details: {} });
    }
    expect((await client.post('/api/v1/secrets', {})).body).toMatchObject({
      code: 405,
      reason: 'MethodNotAllowed',
    });
  });
}
