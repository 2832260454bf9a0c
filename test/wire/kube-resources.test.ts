import { afterEach, describe, expect, test } from 'vitest';
import { KubeResources } from '../../src/kube/resources.ts';
import { KubeSecrets } from '../../src/kube/secrets.ts';
import type { KratosIdentity } from '../../src/model/generated/kratosidentity.ts';
import { FINALIZER } from '../../src/model/resource.ts';
import { Sensitive } from '../../src/model/sensitive.ts';
import { identity, KubeSetup } from './kube-support.ts';
import { type Answer, sendJson, sendStatus } from './raw-server.ts';
import { refusal } from './refusal.ts';

const open: KubeSetup[] = [];

afterEach(async () => {
  await Promise.all(open.splice(0).map((each) => each.close()));
});

async function setup(answer: Answer): Promise<KubeSetup> {
  const made = await KubeSetup.start(answer);
  open.push(made);
  return made;
}

const PATH = '/apis/kratos.ory.sh/v1alpha1/namespaces/team/kratosidentities/ann';
const ANN = identity('ann', '7') as unknown as KratosIdentity;

describe('a resource', () => {
  test('is read live by its key', async () => {
    const { api, server } = await setup((_, response) => sendJson(response, 200, identity('ann', '7')));
    const resource = await new KubeResources(api.requests).read('team/ann');
    expect(server.seen).toMatchObject([{ method: 'GET', path: PATH }]);
    expect(resource.spec.traits).toEqual({ email: 'ann@example.org' });
    expect(resource.metadata).not.toHaveProperty('managedFields');
  });

  test('that is not there is not found', async () => {
    const { api } = await setup((_, response) => sendStatus(response, 404, 'NotFound'));
    expect(await refusal(new KubeResources(api.requests).read('team/ann'))).toMatchObject({
      code: 'notFound',
    });
  });

  test('gets our finalizer, and loses it, under its uid and version, and is answered as it then is', async () => {
    const { api, server } = await setup((_, response) => sendJson(response, 200, identity('ann', '8')));
    const resources = new KubeResources(api.requests);
    const having = (...finalizers: string[]) => ({ ...ANN, metadata: { ...ANN.metadata, finalizers } });
    const after = await resources.setFinalizer(having('other'), true);
    await resources.setFinalizer(having('other', FINALIZER), false);
    expect(after.metadata.resourceVersion).toBe('8');
    expect(server.seen).toMatchObject([
      { method: 'PATCH', path: PATH },
      { method: 'PATCH', path: PATH },
    ]);
    expect(server.seen[0]?.headers['content-type']).toBe('application/merge-patch+json');
    const metadata = { uid: 'uid-ann', resourceVersion: '7' };
    expect(server.seen.map(({ body }) => JSON.parse(body))).toEqual([
      { metadata: { ...metadata, finalizers: ['other', FINALIZER] } },
      { metadata: { ...metadata, finalizers: ['other'] } },
    ]);
  });

  test('gets its status by the subresource, under its uid and version', async () => {
    const { api, server } = await setup((_, response) => sendJson(response, 200, identity('ann', '8')));
    await new KubeResources(api.requests).patchStatus(ANN, { identityId: 'x', recovery: null });
    expect(server.seen).toMatchObject([{ method: 'PATCH', path: `${PATH}/status` }]);
    expect(JSON.parse(server.seen[0]?.body ?? '')).toEqual({
      metadata: { uid: 'uid-ann', resourceVersion: '7' },
      status: { identityId: 'x', recovery: null },
    });
  });

  test('that was changed meanwhile is a conflict', async () => {
    const { api } = await setup((_, response) => sendStatus(response, 409, 'Conflict'));
    const error = await refusal(new KubeResources(api.requests).patchStatus(ANN, {}));
    expect(error).toMatchObject({ code: 'conflict', outcome: 'none' });
  });

  test.for([
    ['no resource', { kind: 'KratosIdentity', metadata: {} }],
    ['another kind', { ...identity('ann', '8'), kind: 'Status' }],
    ['another uid', identity('ann', '8', { uid: 'other' })],
  ] as const)('whose patch is answered with %s was changed or not', async ([, body]) => {
    const { api } = await setup((_, response) => sendJson(response, 200, body));
    const error = await refusal(new KubeResources(api.requests).patchStatus(ANN, {}));
    expect(error).toMatchObject({ code: 'unexpected', outcome: 'unknown' });
  });
});

const SECRETS = '/api/v1/namespaces/team/secrets';
const STORED = {
  apiVersion: 'v1',
  kind: 'Secret',
  metadata: {
    name: 'ann-recovery',
    namespace: 'team',
    uid: 'secret-uid',
    resourceVersion: '3',
    annotations: { a: 'b' },
    ownerReferences: [{ uid: 'uid-ann' }],
  },
  data: { link: Buffer.from('https://länk/?token=t').toString('base64'), code: 'MTIz' },
};
const NEW = {
  namespace: 'team',
  name: 'ann-recovery',
  owner: { name: 'ann', uid: 'uid-ann' },
  annotations: { a: 'b' },
};

describe('a recovery Secret', () => {
  test('is read as its uid, owners, annotations and link', async () => {
    const { api, server } = await setup((_, response) => sendJson(response, 200, STORED));
    const view = await new KubeSecrets(api.requests).read('team', 'ann-recovery');
    expect(server.seen).toMatchObject([{ method: 'GET', path: `${SECRETS}/ann-recovery` }]);
    expect(view).toMatchObject({ uid: 'secret-uid', ownerUids: ['uid-ann'], annotations: { a: 'b' } });
    expect(view?.link?.reveal()).toBe('https://länk/?token=t');
    expect(JSON.stringify(view)).not.toContain('token');
  });

  test('may be anyone’s, without owner, annotation or link', async () => {
    const metadata = { name: 'ann-recovery', namespace: 'team', uid: 'u', resourceVersion: '3' };
    const { api } = await setup((_, response) => sendJson(response, 200, { kind: 'Secret', metadata }));
    const view = await new KubeSecrets(api.requests).read('team', 'ann-recovery');
    expect(view).toEqual({ uid: 'u', ownerUids: [], annotations: {}, link: undefined });
  });

  test('is absent only when the API server says so itself', async () => {
    const absent = await setup((_, response) => sendStatus(response, 404, 'NotFound'));
    expect(await new KubeSecrets(absent.api.requests).read('team', 'x')).toBeUndefined();
    const proxy = await setup((_, response) => sendJson(response, 404, {}));
    expect(await refusal(new KubeSecrets(proxy.api.requests).read('team', 'x'))).toMatchObject({
      code: 'unexpected',
    });
  });

  test('is created with owner, label, type and encoded data', async () => {
    const { api, server } = await setup((_, response) => sendJson(response, 201, STORED));
    const data = { link: new Sensitive('https://länk/?token=t'), code: new Sensitive('123') };
    const view = await new KubeSecrets(api.requests).create({ ...NEW, data });
    expect(view.uid).toBe('secret-uid');
    expect(server.seen).toMatchObject([{ method: 'POST', path: SECRETS }]);
    expect(JSON.parse(server.seen[0]?.body ?? '')).toEqual({
      apiVersion: 'v1',
      kind: 'Secret',
      metadata: {
        namespace: 'team',
        name: 'ann-recovery',
        annotations: { a: 'b' },
        labels: { 'app.kubernetes.io/managed-by': 'kratos-identity-operator' },
        ownerReferences: [
          {
            apiVersion: 'kratos.ory.sh/v1alpha1',
            kind: 'KratosIdentity',
            name: 'ann',
            uid: 'uid-ann',
            controller: true,
          },
        ],
      },
      type: 'kratos.ory.sh/recovery',
      data: { link: Buffer.from('https://länk/?token=t').toString('base64'), code: 'MTIz' },
    });
  });

  test('of a link alone has no code', async () => {
    const { api, server } = await setup((_, response) => sendJson(response, 201, STORED));
    await new KubeSecrets(api.requests).create({ ...NEW, data: { link: new Sensitive('l') } });
    expect(JSON.parse(server.seen[0]?.body ?? '').data).toEqual({ link: 'bA==' });
  });

  test('is never put over another of that name', async () => {
    const { api } = await setup((_, response) => sendStatus(response, 409, 'AlreadyExists'));
    const pending = new KubeSecrets(api.requests).create({ ...NEW, data: { link: new Sensitive('canary') } });
    const error = await refusal(pending);
    expect(error).toMatchObject({ code: 'conflict', outcome: 'none' });
    expect(String(error.stack)).not.toContain('canary');
  });

  test('is deleted by uid; its absence is success, another uid a conflict', async () => {
    const answers = [200, 404, 409];
    const { api, server } = await setup((_, response) => {
      const status = answers.shift() ?? 500;
      sendStatus(response, status, status === 404 ? 'NotFound' : 'Conflict');
    });
    const secrets = new KubeSecrets(api.requests);
    await secrets.delete('team', 'ann-recovery', 'secret-uid');
    await secrets.delete('team', 'ann-recovery', 'secret-uid');
    const error = await refusal(secrets.delete('team', 'ann-recovery', 'secret-uid'));
    expect(error).toMatchObject({ code: 'conflict' });
    expect(server.seen[0]).toMatchObject({ method: 'DELETE', path: `${SECRETS}/ann-recovery` });
    expect(JSON.parse(server.seen[0]?.body ?? '').preconditions).toEqual({ uid: 'secret-uid' });
  });
});
