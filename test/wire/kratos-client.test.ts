import { describe, expect, it, test } from 'vitest';
import type { KratosClient } from '../../src/kratos/client.ts';
import type { Identity, IdentityChange, NewIdentity } from '../../src/model/identity.ts';
import { recorded } from '../fixtures/kratos/recorded.ts';
import {
  CLASSIC,
  clientOf,
  html,
  json,
  MODERN,
  NOT_FOUND,
  ROUTER_404,
  type Scripted,
  type Server,
  serve,
  stoppedClock,
  testClock,
} from './kratos-server.ts';

const ID = '149b07b6-2c92-4fb1-8a1d-560bffd55dbd';
const WIRE = { id: ID, schema_id: 'default', traits: { a: 1 }, state: 'active', metadata_public: null };
const CURRENT: Identity = {
  id: ID,
  schemaId: 'default',
  traits: { a: 1, b: 2 },
  state: 'active',
  metadataPublic: { theirs: 1 },
  metadataAdmin: undefined,
  externalId: undefined,
  verifiableAddresses: [],
  recoveryAddresses: [],
};
const WANTED: NewIdentity = {
  schemaId: 'default',
  traits: { a: 1 },
  state: 'active',
  metadataPublic: undefined,
  metadataAdmin: { m: 1 },
  externalId: 'k8s:1',
};
const CHANGE: IdentityChange = {
  traits: [{ op: 'set', path: ['a'], value: 3 }],
  metadataPublic: [],
  metadataAdmin: [],
};
const MINTED = json(200, { recovery_link: 'http://k/?token=t', expires_at: '2026-01-01T00:00:00Z' });
const MINTED_CODE = json(201, { recovery_link: 'http://k/?flow=f', recovery_code: '123456' });
const NO_CONTENT = { status: 204, headers: {}, body: '' };

async function drain(walk: AsyncIterable<readonly Identity[]>): Promise<string[]> {
  const ids: string[] = [];
  for await (const page of walk) ids.push(...page.map(({ id }) => id));
  return ids;
}

/** What one operation sends to a server that always answers the same, and what it makes of the answer. */
async function exchange<T>(
  answer: Scripted,
  operation: (kratos: KratosClient) => Promise<T>,
): Promise<{ readonly result: T; readonly sent: string; readonly server: Server }> {
  await using server = await serve(() => answer);
  await using client = clientOf(server.url);
  const result = await operation(client.kratos);
  const [request] = server.received;
  const body = request?.body === undefined ? '' : ` ${JSON.stringify(request.body)}`;
  return { result, sent: `${request?.method} ${request?.path}${body}`, server };
}

/** An operation whose deadline passes when its request has arrived and no answer has been given. */
async function unanswered(operation: Operation): Promise<unknown> {
  const clock = stoppedClock();
  await using server = await serve(() => {
    clock.expire();
    return 'hang';
  });
  await using client = clientOf(server.url, { clock });
  return await operation(client.kratos);
}

type Operation = (kratos: KratosClient) => Promise<unknown>;

const READS: readonly (readonly [string, Operation])[] = [
  ['getIdentity', (kratos) => kratos.getIdentity(MODERN, ID)],
  ['getIdentityByExternalId', (kratos) => kratos.getIdentityByExternalId(MODERN, 'k8s:1')],
  ['findByIdentifier', (kratos) => kratos.findByIdentifier(MODERN, 'a@example.org')],
  ['listIdentities by keyset', (kratos) => drain(kratos.listIdentities(MODERN))],
  ['listIdentities by number', (kratos) => drain(kratos.listIdentities(CLASSIC))],
  ['getSchema', (kratos) => kratos.getSchema(CLASSIC, 'default')],
  ['ready', (kratos) => kratos.ready()],
];

const MUTATIONS: readonly (readonly [string, Operation])[] = [
  ['createIdentity', (kratos) => kratos.createIdentity(MODERN, WANTED)],
  ['updateIdentity by patch', (kratos) => kratos.updateIdentity(MODERN, CURRENT, CHANGE)],
  ['updateIdentity by put', (kratos) => kratos.updateIdentity(CLASSIC, CURRENT, CHANGE)],
  ['deleteIdentity', (kratos) => kratos.deleteIdentity(MODERN, ID)],
  ['endSessions', (kratos) => kratos.endSessions(MODERN, ID)],
  ['createRecoveryLink', (kratos) => kratos.createRecoveryLink(MODERN, ID, 60)],
  ['createRecoveryCode', (kratos) => kratos.createRecoveryCode(MODERN, ID, 60)],
];

const OPERATIONS = [...READS, ...MUTATIONS];
/** Any JSON object may be a schema, and a redirect of one is no schema. */
const SHAPED = OPERATIONS.filter(([name]) => name !== 'getSchema');
const OF_ONE = OPERATIONS.filter(([name]) => /^(get|update)Identity/.test(name));

describe('requests', () => {
  it('create sends what is wanted, as JSON', async () => {
    const { sent, result, server } = await exchange(json(201, WIRE), (kratos) =>
      kratos.createIdentity(MODERN, WANTED),
    );
    expect(sent).toBe(
      'POST /admin/identities {"schema_id":"default","traits":{"a":1},"state":"active","metadata_admin":{"m":1},"external_id":"k8s:1"}',
    );
    expect(server.received[0]?.headers).toMatchObject({
      'content-type': 'application/json',
      accept: 'application/json',
    });
    expect(result).toMatchObject({ id: ID, metadataPublic: null, metadataAdmin: undefined });
  });

  it('a classic server has no prefix', async () => {
    const { sent } = await exchange(json(200, WIRE), (kratos) => kratos.getIdentity(CLASSIC, ID));
    expect(sent).toBe(`GET /identities/${ID}`);
  });

  it('an external id stays one segment of the path, whatever it holds', async () => {
    const external = 'a/b?c#d %';
    const { sent } = await exchange(json(200, { ...WIRE, external_id: external }), (kratos) =>
      kratos.getIdentityByExternalId(MODERN, external),
    );
    expect(sent).toBe('GET /admin/identities/by/external/a%2Fb%3Fc%23d%20%25');
  });

  it('a login identifier is one value of the query, whatever it holds', async () => {
    const { sent } = await exchange(json(200, []), (kratos) =>
      kratos.findByIdentifier(MODERN, 'a+b&ids=1@example.org'),
    );
    expect(sent).toBe('GET /admin/identities?credentials_identifier=a%2Bb%26ids%3D1%40example.org');
  });

  it('an update is a JSON Patch where that keeps what it does not name', async () => {
    const { sent } = await exchange(json(200, WIRE), (kratos) =>
      kratos.updateIdentity(MODERN, CURRENT, CHANGE),
    );
    expect(sent).toBe(`PATCH /admin/identities/${ID} [{"op":"add","path":"/traits/a","value":3}]`);
  });

  it('an update is a PUT where a patch would wipe what it does not name', async () => {
    const has = { ...MODERN, batch: false, externalIds: false };
    const { sent } = await exchange(json(200, WIRE), (kratos) => kratos.updateIdentity(has, CURRENT, CHANGE));
    expect(sent).toBe(
      `PUT /admin/identities/${ID} {"schema_id":"default","traits":{"a":3,"b":2},"state":"active","metadata_public":{"theirs":1}}`,
    );
  });

  it('a recovery link is asked for in seconds', async () => {
    const { sent, result } = await exchange(MINTED, (kratos) => kratos.createRecoveryLink(MODERN, ID, 5400));
    expect(sent).toBe(`POST /admin/recovery/link {"identity_id":"${ID}","expires_in":"5400s"}`);
    expect(result.link.reveal()).toBe('http://k/?token=t');
    expect(result.expiresAt).toBe(Date.UTC(2026, 0));
  });

  it('a recovery code comes apart from its link', async () => {
    const { sent, result } = await exchange(MINTED_CODE, (kratos) =>
      kratos.createRecoveryCode(MODERN, ID, 60),
    );
    expect(sent).toBe(`POST /admin/recovery/code {"identity_id":"${ID}","expires_in":"60s"}`);
    expect([result.link.reveal(), result.code.reveal()]).toEqual(['http://k/?flow=f', '123456']);
  });

  it('a base path of the admin URL is kept', async () => {
    await using server = await serve(() => json(200, WIRE));
    await using client = clientOf(`${server.url}/kratos/`);
    await client.kratos.getIdentity(MODERN, ID);
    expect(server.received[0]?.path).toBe(`/kratos/admin/identities/${ID}`);
  });
});

describe('sessions and deletion', () => {
  test.each([
    ['ended', MODERN, NO_CONTENT],
    ['none on a modern server', MODERN, recorded('26.2.0', 'delete sessions of ada')],
    ['no such route on a classic server', CLASSIC, recorded('0.5.5', 'delete sessions of ada')],
  ])('ending sessions succeeds: %s', async (_, has, answer) => {
    await expect(exchange(answer, (kratos) => kratos.endSessions(has, ID))).resolves.toBeDefined();
  });

  it('ending sessions does not succeed by a missing route on a server that has it', async () => {
    await expect(exchange(ROUTER_404, (kratos) => kratos.endSessions(MODERN, ID))).rejects.toMatchObject({
      code: 'unsupported',
    });
  });

  it('a deletion is 204 and nothing else', async () => {
    await expect(exchange(NO_CONTENT, (kratos) => kratos.deleteIdentity(MODERN, ID))).resolves.toBeDefined();
    await expect(
      exchange(json(200, {}), (kratos) => kratos.deleteIdentity(MODERN, ID)),
    ).rejects.toMatchObject({
      code: 'unexpected',
      outcome: 'unknown',
    });
    await expect(exchange(NOT_FOUND, (kratos) => kratos.deleteIdentity(MODERN, ID))).rejects.toMatchObject({
      code: 'notFound',
      outcome: 'none',
    });
  });
});

describe('schemas', () => {
  const SCHEMA = json(200, { type: 'object' }, { 'content-type': 'application/json' });

  it('of a classic server come from its admin port', async () => {
    const { sent, result } = await exchange(SCHEMA, (kratos) => kratos.getSchema(CLASSIC, 'a/b'));
    expect(sent).toBe('GET /schemas/a%2Fb');
    expect(result).toEqual({ type: 'object' });
  });

  it('of a modern server come from its public URL, without the token of the admin API', async () => {
    await using admin = await serve(() => ROUTER_404);
    await using open = await serve(() => SCHEMA);
    const options = { publicUrl: open.url, tokenFile: 't', readFile: async () => 'secret' };
    await using client = clientOf(admin.url, options);
    expect(await client.kratos.getSchema(MODERN, 'default')).toEqual({ type: 'object' });
    expect(admin.received).toEqual([]);
    expect(open.received[0]?.headers.authorization).toBeUndefined();
  });

  it('of a modern server are not looked for without a public URL', async () => {
    await using server = await serve(() => SCHEMA);
    await using client = clientOf(server.url);
    expect(await client.kratos.getSchema(MODERN, 'default')).toBeUndefined();
    expect(server.received).toEqual([]);
  });

  it.each([
    ['is none of that id in v0.5', recorded('0.5.5', 'probe /schemas/absent')],
    ['is none of that id in v26', recorded('26.2.0', 'schema public absent')],
    ['is only a redirect to the public port', recorded('1.0.0', 'probe /admin/schemas/default')],
  ])('are undefined where there %s', async (_, answer) => {
    const { result } = await exchange(answer, (kratos) => kratos.getSchema(CLASSIC, 'default'));
    expect(result).toBeUndefined();
  });
});

describe('walks', () => {
  const item = (id: string) => ({ ...WIRE, id });

  it('follow tokens on their own URL, whatever host the links name', async () => {
    await using server = await serve(({ path }) =>
      path.includes('page_token')
        ? json(200, [item('b')], { link: '</admin/identities?page_size=250>; rel="first"' })
        : json(200, [item('a')], {
            link: '<http://unreachable.invalid/x?page_token=0>; rel="first",<http://unreachable.invalid/x?page_token=t>; rel="next"',
          }),
    );
    await using client = clientOf(server.url);
    expect(await drain(client.kratos.listIdentities(MODERN))).toEqual(['a', 'b']);
    expect(server.received.map(({ path }) => path)).toEqual([
      '/admin/identities?page_size=250',
      '/admin/identities?page_size=250&page_token=t',
    ]);
  });

  it('do not end early where a proxy drops the links', async () => {
    await expect(
      exchange(json(200, [item('a')]), (kratos) => drain(kratos.listIdentities(MODERN))),
    ).rejects.toMatchObject({ code: 'unexpected' });
  });

  it('count pages where there are no tokens', async () => {
    const { sent, result } = await exchange(json(200, [item('a')]), (kratos) =>
      drain(kratos.listIdentities(CLASSIC)),
    );
    expect(sent).toBe('GET /identities?per_page=250&page=0');
    expect(result).toEqual(['a']);
  });

  it('fail whole where one page fails', async () => {
    await using server = await serve(({ path }) =>
      path.includes('page_token')
        ? html(502)
        : json(200, [item('a')], { link: '</admin/identities?page_token=t>; rel="next"' }),
    );
    await using client = clientOf(server.url);
    await expect(drain(client.kratos.listIdentities(MODERN))).rejects.toMatchObject({ code: 'unavailable' });
  });
});

describe.each(OPERATIONS)('%s takes for an answer of Kratos', (_, operation) => {
  it.each<[string, Scripted]>([
    ["a proxy's page with status 200", html(200)],
    ["a proxy's page with status 201", html(201)],
    ["a proxy's page with status 404", html(404)],
    ["a proxy's page with status 400", html(400)],
    ['null', json(200, null)],
    ['a number', json(200, 1)],
    ['JSON under another content type', { ...json(200, WIRE), headers: { 'content-type': 'text/plain' } }],
    ['text that is not JSON', { ...html(200), headers: { 'content-type': 'application/json' } }],
  ])('never %s', async (_, answer) => {
    await expect(exchange(answer, operation)).rejects.toMatchObject({ code: 'unexpected' });
  });

  it('never what a cut answer began with', async () => {
    await expect(exchange('truncate', operation)).rejects.toMatchObject({ code: 'unavailable' });
  });

  it('never nothing: it ends at its deadline', async () => {
    await expect(unanswered(operation)).rejects.toMatchObject({ code: 'unavailable' });
  });

  it('no 5xx, and passes on how long to wait', async () => {
    const answer = html(502, { 'retry-after': '2' });
    await expect(exchange(answer, operation)).rejects.toMatchObject({
      code: 'unavailable',
      retryAfterMs: 2_000,
    });
  });

  it('no denial', async () => {
    await expect(exchange(html(403), operation)).rejects.toMatchObject({ code: 'denied', outcome: 'none' });
  });
});

describe.each(SHAPED)('%s takes for an answer of Kratos', (_, operation) => {
  it('never JSON of another shape', async () => {
    await expect(exchange(json(200, { hello: 'world' }), operation)).rejects.toMatchObject({
      code: 'unexpected',
    });
    await expect(exchange(json(201, { hello: 'world' }), operation)).rejects.toMatchObject({
      code: 'unexpected',
    });
  });

  it('never a redirect, and does not follow it', async () => {
    await using elsewhere = await serve(() => json(200, WIRE));
    await expect(exchange(html(307, { location: elsewhere.url }), operation)).rejects.toMatchObject({
      code: 'unexpected',
    });
    expect(elsewhere.received).toEqual([]);
  });
});

describe.each(OF_ONE)('%s takes for the identity it names', (_, operation) => {
  it('never another one', async () => {
    const other = json(200, { ...WIRE, id: 'another', external_id: 'another' });
    await expect(exchange(other, operation)).rejects.toMatchObject({ code: 'unexpected' });
  });
});

describe.each(MUTATIONS)('%s knows its outcome', (_, operation) => {
  it.each<[string, Scripted]>([
    ['a 5xx', html(503)],
    ['a page that should have been an answer', html(200)],
    ['a cut answer', 'truncate'],
  ])('to be unknown after %s', async (_, answer) => {
    await expect(exchange(answer, operation)).rejects.toMatchObject({ outcome: 'unknown' });
  });

  it('to be unknown after no answer', async () => {
    await expect(unanswered(operation)).rejects.toMatchObject({ outcome: 'unknown' });
  });

  it.each<[string, Scripted]>([
    ['a refusal', json(400, { error: { code: 400, message: 'bad' } })],
    ['a conflict', json(409, { error: { code: 409, message: 'taken' } })],
    ['a 429', html(429)],
    ['a denial', html(401)],
  ])('to be none after %s', async (_, answer) => {
    await expect(exchange(answer, operation)).rejects.toMatchObject({ outcome: 'none' });
  });

  it('to be none where nothing listens', async () => {
    const server = await serve(() => NOT_FOUND);
    await server[Symbol.asyncDispose]();
    await using client = clientOf(server.url);
    await expect(operation(client.kratos)).rejects.toMatchObject({ code: 'unavailable', outcome: 'none' });
  });
});

describe('credentials', () => {
  it('go with every request, and change with their file', async () => {
    let token = 'one';
    const clock = testClock();
    await using server = await serve(() => json(200, WIRE));
    await using client = clientOf(server.url, {
      clock,
      tokenFile: 'token',
      readFile: async () => `${token}\n`,
    });
    await client.kratos.getIdentity(MODERN, ID);
    token = 'two';
    clock.skip(60_000);
    await client.kratos.getIdentity(MODERN, ID);
    expect(server.received.map(({ headers }) => headers.authorization)).toEqual(['Bearer one', 'Bearer two']);
  });

  it('that cannot be read keep the request from being sent', async () => {
    await using server = await serve(() => json(200, WIRE));
    const readFile = () => Promise.reject(new Error('/var/run/secret: ENOENT'));
    await using client = clientOf(server.url, { tokenFile: 'token', readFile });
    await expect(client.kratos.deleteIdentity(MODERN, ID)).rejects.toMatchObject({
      code: 'unavailable',
      outcome: 'none',
      message: 'DELETE identity: unavailable',
    });
    expect(server.received).toEqual([]);
  });
});

describe('onAnswer', () => {
  it.each<[string, Scripted, number]>([
    ['a result', json(200, WIRE), 1],
    ['a refusal in the form and words of Kratos', NOT_FOUND, 1],
    ["a proxy's page", html(200), 0],
    ["a gateway's 502, even as JSON", json(502, { error: { code: 502, message: 'upstream' } }), 0],
    ['plain text', ROUTER_404, 0],
    ['a cut answer', 'truncate', 0],
  ])('after %s', async (_, answer, times) => {
    let told = 0;
    await using server = await serve(() => answer);
    await using client = clientOf(server.url, { onAnswer: () => (told += 1) });
    await client.kratos.getIdentity(MODERN, ID).catch(() => {});
    expect(told).toBe(times);
  });
});

describe('observe', () => {
  it('names operations, never what they are about', async () => {
    const seen: string[] = [];
    await using server = await serve(() => json(200, WIRE));
    const observe: NonNullable<Parameters<typeof clientOf>[1]>['observe'] = ({
      operation,
      method,
      status,
    }) => {
      seen.push(`${operation} ${method} ${status}`);
    };
    await using client = clientOf(server.url, { observe });
    await client.kratos.getIdentity(MODERN, ID);
    expect(seen).toEqual(['GET identity GET 200']);
  });
});
