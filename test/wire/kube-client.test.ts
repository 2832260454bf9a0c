import { afterEach, describe, expect, test } from 'vitest';
import { checkAccess, kubeSystemUid } from '../../src/kube/discovery.ts';
import { KubeSetup, listOf } from './kube-support.ts';
import { type Answer, sendHtml, sendJson, sendStatus } from './raw-server.ts';
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

const CALL = { operation: 'PATCH things', path: '/things/a' };

describe('the API server answering with its own Status', () => {
  test.for([
    [400, 'BadRequest', 'invalid', 'none'],
    [401, 'Unauthorized', 'denied', 'none'],
    [403, 'Forbidden', 'denied', 'none'],
    [404, 'NotFound', 'notFound', 'none'],
    [409, 'Conflict', 'conflict', 'none'],
    [410, 'Expired', 'expired', 'none'],
    [413, 'RequestEntityTooLarge', 'tooLarge', 'none'],
    [422, 'Invalid', 'invalid', 'none'],
    [429, 'TooManyRequests', 'unavailable', 'none'],
    [500, 'InternalError', 'unavailable', 'unknown'],
    [503, 'ServiceUnavailable', 'unavailable', 'unknown'],
    [504, 'Timeout', 'unavailable', 'unknown'],
    [418, 'Teapot', 'unexpected', 'none'],
  ] as const)('%i %s is %s, and a mutation has outcome %s', async ([status, reason, code, outcome]) => {
    const { api } = await setup((_, response) => sendStatus(response, status, reason));
    const error = await refusal(api.requests.mergePatch({ ...CALL, body: {} }));
    expect(error).toMatchObject({ code, outcome, status });
    expect(error.message).toBe(`PATCH things: ${code} (${status})`);
  });

  test('tells how long to wait with a 429 or a 503', async () => {
    const { api } = await setup((_, response) => sendStatus(response, 429, 'x', { 'retry-after': '3' }));
    expect(await refusal(api.requests.get(CALL))).toMatchObject({ retryAfterMs: 3000, retry: 'backoff' });
  });
});

describe('something else answering in its place', () => {
  test.for([
    [200, 'unexpected', 'unknown'],
    [301, 'unexpected', 'none'],
    [400, 'unexpected', 'none'],
    [404, 'unexpected', 'none'],
    [409, 'unexpected', 'none'],
    [422, 'unexpected', 'none'],
    [403, 'denied', 'none'],
    [502, 'unavailable', 'unknown'],
  ] as const)('with HTML and %i is %s, and a mutation has outcome %s', async ([status, code, outcome]) => {
    const { api } = await setup((_, response) => sendHtml(response, status));
    const error = await refusal(api.requests.create({ ...CALL, body: {} }));
    expect(error).toMatchObject({ code, outcome, status });
    expect(error.message).not.toContain('proxy');
  });

  test('with a 404 that is JSON but no Status is not "not found"', async () => {
    const { api } = await setup((_, response) => sendJson(response, 404, { error: 'no such route' }));
    expect(await refusal(api.requests.get(CALL))).toMatchObject({ code: 'unexpected', status: 404 });
  });

  test('with a 404 whose Status has another reason is not "not found"', async () => {
    const { api } = await setup((_, response) => sendStatus(response, 404, 'Unknown'));
    expect(await refusal(api.requests.get(CALL))).toMatchObject({ code: 'unexpected', status: 404 });
  });

  test.for([[[]], ['text'], [null]])('with 200 and the JSON %j is unexpected', async ([body]) => {
    const { api } = await setup((_, response) => sendJson(response, 200, body));
    expect(await refusal(api.requests.get(CALL))).toMatchObject({ code: 'unexpected', outcome: 'none' });
  });
});

describe('a request', () => {
  test('says what it sends: merge patches, JSON, and nothing on a read', async () => {
    const { api, server } = await setup((_, response) => sendJson(response, 200, { kind: 'Thing' }));
    await api.requests.get(CALL);
    await api.requests.create({ ...CALL, body: { a: 1 } });
    await api.requests.replace({ ...CALL, body: { a: 2 } });
    await api.requests.mergePatch({ ...CALL, body: { a: null } });
    expect(server.seen.map(({ method, headers, body }) => [method, headers['content-type'], body])).toEqual([
      ['GET', undefined, ''],
      ['POST', 'application/json', '{"a":1}'],
      ['PUT', 'application/json', '{"a":2}'],
      ['PATCH', 'application/merge-patch+json', '{"a":null}'],
    ]);
    expect(server.seen[0]?.headers).toMatchObject({
      accept: 'application/json',
      authorization: 'Bearer token-0',
      'user-agent': 'kratos-identity-operator',
    });
  });

  test('that is refused with 401 is sent once more, with fresh credentials', async () => {
    const made = await setup((seen, response) => {
      if (seen.headers.authorization === 'Bearer token-0') sendStatus(response, 401, 'Unauthorized');
      else sendJson(response, 200, { kind: 'Thing' });
    });
    expect(await made.api.requests.create({ ...CALL, body: { a: 1 } })).toEqual({ kind: 'Thing' });
    expect(made.server.seen.map(({ body }) => body)).toEqual(['{"a":1}', '{"a":1}']);
  });

  test('that is refused with 401 again is denied, after two tries in all', async () => {
    const made = await setup((_, response) => sendStatus(response, 401, 'Unauthorized'));
    expect(await refusal(made.api.requests.get(CALL))).toMatchObject({ code: 'denied', status: 401 });
    expect(made.server.seen).toHaveLength(2);
  });

  test('to delete names the uid it means', async () => {
    const { api, server } = await setup((_, response) => sendStatus(response, 200, ''));
    await api.requests.delete(CALL, 'uid-1');
    expect(server.seen[0]?.method).toBe('DELETE');
    expect(JSON.parse(server.seen[0]?.body ?? '')).toEqual({
      apiVersion: 'v1',
      kind: 'DeleteOptions',
      preconditions: { uid: 'uid-1' },
    });
  });
});

describe('a list', () => {
  test.for([
    ['of no kind', { items: [], metadata: { resourceVersion: '1' } }],
    ['of another kind', { ...listOf([], '1'), kind: 'Status' }],
    ['without items', { ...listOf([], '1'), items: undefined }],
    ['with items that are no array', { ...listOf([], '1'), items: {} }],
    ['without metadata', { ...listOf([], '1'), metadata: undefined }],
    ['without resourceVersion', { ...listOf([], '1'), metadata: {} }],
    ['with an empty resourceVersion', listOf([], '')],
  ] as const)('%s is unexpected', async ([, body]) => {
    const { api } = await setup((_, response) => sendJson(response, 200, body));
    expect(await refusal(api.requests.list(CALL))).toMatchObject({ code: 'unexpected', status: 200 });
  });

  test('asks for a page from a token and tells where the next one begins', async () => {
    const { api, server } = await setup((_, response) => sendJson(response, 200, listOf([1], '7', 'b&c')));
    const page = await api.requests.list({ ...CALL, limit: 2, continue: 'a&b' });
    expect(page).toEqual({ items: [1], resourceVersion: '7', continue: 'b&c' });
    expect(Object.fromEntries(server.seen[0]?.query ?? [])).toEqual({ limit: '2', continue: 'a&b' });
  });
});

describe('access', () => {
  const PATH = '/apis/kratos.ory.sh/v1alpha1';

  test('is there when one resource can be listed, in every namespace that was named', async () => {
    const { api, server } = await setup((_, response) => sendJson(response, 200, listOf([], '1')));
    expect(await checkAccess(api.requests, [])).toBe('ok');
    expect(await checkAccess(api.requests, ['a', 'b'])).toBe('ok');
    expect(server.seen.map(({ path }) => path)).toEqual([
      `${PATH}/kratosidentities`,
      `${PATH}/namespaces/a/kratosidentities`,
      `${PATH}/namespaces/b/kratosidentities`,
    ]);
    expect(server.seen[0]?.query.get('limit')).toBe('1');
  });

  test('tells a missing CRD (the plain 404 of an unknown route) from missing rights', async () => {
    const missing = await setup((_, response) => {
      response.writeHead(404, { 'content-type': 'text/plain' }).end('404 page not found\n');
    });
    expect(await checkAccess(missing.api.requests, [])).toBe('missingCrd');
    const denied = await setup((seen, response) => {
      if (seen.path.includes('/b/')) sendStatus(response, 403, 'Forbidden');
      else sendJson(response, 200, listOf([], '1'));
    });
    expect(await checkAccess(denied.api.requests, ['a', 'b'])).toBe('missingRights');
  });

  test('is not judged by a server in trouble', async () => {
    const { api } = await setup((_, response) => sendStatus(response, 503, 'ServiceUnavailable'));
    expect(await refusal(checkAccess(api.requests, []))).toMatchObject({ code: 'unavailable' });
  });

  test("the cluster is named by kube-system's uid", async () => {
    const { api, server } = await setup((_, response) =>
      sendJson(response, 200, {
        kind: 'Namespace',
        metadata: { name: 'kube-system', uid: 'cluster-uid', resourceVersion: '1' },
      }),
    );
    expect(await kubeSystemUid(api.requests)).toBe('cluster-uid');
    expect(server.seen[0]?.path).toBe('/api/v1/namespaces/kube-system');
  });

  test('an answer that is no namespace names no cluster', async () => {
    const { api } = await setup((_, response) =>
      sendJson(response, 200, { kind: 'Namespace', metadata: {} }),
    );
    expect(await refusal(kubeSystemUid(api.requests))).toMatchObject({ code: 'unexpected' });
  });
});
