import { describe, expect, it, test } from 'vitest';
import type { Capabilities } from '../../src/model/identity.ts';
import { recorded, type Version } from '../fixtures/kratos/recorded.ts';
import {
  CLASSIC,
  clientOf,
  html,
  json,
  MODERN,
  ROUTER_404,
  type Script,
  scriptOf,
  serve,
} from './kratos-server.ts';

const HAS: readonly (readonly [Version, Capabilities])[] = [
  ['0.5.5', CLASSIC],
  ['1.0.0', { ...MODERN, ids: false, externalIds: false }],
  ['1.3.1', { ...MODERN, externalIds: false }],
  ['26.2.0', MODERN],
];

const NOBODY = '00000000-0000-0000-0000-000000000000';

const DISABLED = json(404, {
  error: {
    code: 404,
    status: 'Not Found',
    reason:
      'This endpoint was disabled by system administrator. Please check your url or contact the system administrator to enable it.',
    message: 'The requested resource could not be found',
  },
});

/** v1.3 with other answers on some paths. */
function except(other: (path: string) => ReturnType<Script> | undefined): Script {
  const usual = scriptOf('1.3.1');
  return (request) => other(request.path) ?? usual(request);
}

async function probed(script: Script, deadlineMs = 10_000): Promise<Capabilities> {
  await using server = await serve(script);
  await using client = clientOf(server.url, { deadlineMs });
  return await client.kratos.probe();
}

describe('the probe', () => {
  test.each(HAS)('tells what v%s has', async (version, has) => {
    expect(await probed(scriptOf(version))).toEqual(has);
  });

  it('creates nothing: what it posts names a schema that cannot exist, anew each time', async () => {
    await using server = await serve(scriptOf('1.3.1'));
    await using client = clientOf(server.url);
    await client.kratos.probe();
    const bodies = server.received
      .filter(({ method, path }) => method === 'POST' && path === '/admin/identities')
      .map(({ body }) => JSON.stringify(body));
    expect(bodies).toHaveLength(2);
    for (const body of bodies) expect(body).toMatch(/"schema_id":"probe-[0-9a-f-]{36}"/);
    expect(new Set(bodies.map((body) => /probe-[0-9a-f-]{36}/.exec(body)?.[0])).size).toBe(2);
  });

  it('mints nothing: what it asks of recovery is refused before the identity is looked for', async () => {
    await using server = await serve(scriptOf('1.3.1'));
    await using client = clientOf(server.url);
    await client.kratos.probe();
    const mints = server.received.filter(({ path }) => path.startsWith('/admin/recovery/'));
    expect(mints.map(({ path, body }) => [path, body])).toEqual([
      ['/admin/recovery/code', { identity_id: NOBODY, expires_in: 'none' }],
      ['/admin/recovery/link', { identity_id: NOBODY, expires_in: 'none' }],
    ]);
  });

  it('asks for one thing at a time', async () => {
    const usual = scriptOf('1.3.1');
    await using server = await serve((request) => (request.method === 'POST' ? 'hang' : usual(request)));
    await using client = clientOf(server.url, { deadlineMs: 200 });
    await expect(client.kratos.probe()).rejects.toMatchObject({ code: 'unavailable' });
    expect(server.received.map(({ method, path }) => `${method} ${path}`)).toEqual([
      'GET /admin/health/alive',
      'GET /admin/identities?per_page=1',
      'POST /admin/identities',
    ]);
  });

  it('only reads until it knows that this is the admin port', async () => {
    const health = recorded('0.5.5', 'probe /health/alive');
    await using server = await serve(({ path }) => (path === '/health/alive' ? health : ROUTER_404));
    await using client = clientOf(server.url);
    await expect(client.kratos.probe()).rejects.toMatchObject({ code: 'unexpected' });
    expect(server.received.map(({ method, path }) => `${method} ${path}`)).toEqual([
      'GET /admin/health/alive',
      'GET /health/alive',
      'GET /identities?per_page=1',
    ]);
  });

  it('finds a recovery method absent that is switched off', async () => {
    const has = await probed(except((path) => (path === '/admin/recovery/link' ? DISABLED : undefined)));
    expect(has).toMatchObject({ recoveryLink: false, recoveryCode: true });
  });

  it('finds fields absent that a modern server refuses by name', async () => {
    const unknown = json(400, { error: { code: 400, message: 'json: unknown field "metadata_public"' } });
    const usual = scriptOf('1.3.1');
    const script: Script = (request) =>
      request.method === 'POST' && JSON.stringify(request.body).includes('metadata')
        ? unknown
        : usual(request);
    expect(await probed(script)).toMatchObject({ state: true, metadata: false });
  });

  it.each<[string, Script]>([
    // The public port of v0.5: health answers, nothing else does.
    [
      'the public port of v0.5',
      ({ path }) => (path === '/health/alive' ? recorded('0.5.5', 'probe /health/alive') : ROUTER_404),
    ],
    [
      'the public port of v1.3',
      ({ path }) =>
        path.endsWith('/health/alive')
          ? recorded('1.3.1', 'probe /admin/health/alive')
          : recorded('1.3.1', 'public port identities'),
    ],
    ['a redirect at the door', () => html(302, { location: 'https://sso.example.test/' })],
    ["a proxy's page with status 200", () => html(200)],
    ["a proxy's page with status 404", () => html(404)],
    ['something else that speaks JSON', () => json(200, { hello: 'world' })],
    ['something else that calls itself healthy', () => json(200, { status: 'ok' })],
    ['a default backend', () => ({ ...ROUTER_404, body: 'default backend - 404' })],
    ['nothing but a router', () => ROUTER_404],
  ])('rejects %s', async (_, script) => {
    await expect(probed(script)).rejects.toMatchObject({ code: 'unexpected', outcome: 'none' });
  });

  it.each(['/admin/identities', '/admin/recovery/code', '/admin/identities?per_page=1&ids=zzz'])(
    'rejects when %s gives an answer that fits neither possibility',
    async (odd) => {
      const script = except((path) => (path === odd ? html(200) : undefined));
      await expect(probed(script)).rejects.toMatchObject({ code: 'unexpected', outcome: 'none' });
    },
  );

  it('follows no redirect, wherever it leads', async () => {
    await using elsewhere = await serve(scriptOf('1.3.1'));
    await expect(probed(({ path }) => html(307, { location: elsewhere.url + path }))).rejects.toMatchObject({
      code: 'unexpected',
    });
    expect(elsewhere.received).toEqual([]);
  });

  it('is denied as its requests are', async () => {
    await expect(probed(() => html(401))).rejects.toMatchObject({ code: 'denied' });
  });

  it('is unavailable while the server is, and passes on how long to wait', async () => {
    await expect(probed(() => html(503, { 'retry-after': '3' }))).rejects.toMatchObject({
      code: 'unavailable',
      retryAfterMs: 3_000,
    });
  });

  it('knows that nothing was made, even where a post never got its answer', async () => {
    const usual = scriptOf('1.3.1');
    const script: Script = (request) => (request.method === 'POST' ? 'hang' : usual(request));
    await expect(probed(script, 200)).rejects.toMatchObject({ code: 'unavailable', outcome: 'none' });
  });

  it('is unavailable where nothing listens', async () => {
    const server = await serve(() => ROUTER_404);
    await server[Symbol.asyncDispose]();
    await using client = clientOf(server.url);
    await expect(client.kratos.probe()).rejects.toMatchObject({ code: 'unavailable', outcome: 'none' });
  });
});

describe('ready', () => {
  it.each(['0.5.5', '1.3.1', '26.2.0'] as const)('v%s says so', async (version) => {
    await using server = await serve(scriptOf(version));
    await using client = clientOf(server.url);
    await expect(client.kratos.ready()).resolves.toBeUndefined();
  });

  it.each([
    ['503', json(503, { errors: { database: 'down' } })],
    ['a page', html(200)],
    ['a redirect', html(307)],
  ])('is not what %s says', async (_, answer) => {
    await using server = await serve(() => answer);
    await using client = clientOf(server.url);
    await expect(client.kratos.ready()).rejects.toThrow('GET ready');
  });
});
