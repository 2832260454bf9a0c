import { describe, expect, it, test } from 'vitest';
import { recorded } from '../fixtures/kratos/recorded.ts';
import { CHANGE, CURRENT, exchange, ID, WANTED, WIRE } from './kratos-operations.ts';
import { CLASSIC, clientOf, json, MODERN, NOT_FOUND, ROUTER_404, serve, testClock } from './kratos-server.ts';

const MINTED = json(200, { recovery_link: 'http://k/?token=t', expires_at: '2026-01-01T00:00:00Z' });
const MINTED_CODE = json(201, { recovery_link: 'http://k/?flow=f', recovery_code: '123456' });
const NO_CONTENT = { status: 204, headers: {}, body: '' };

describe('requests', () => {
  it('create sends what is wanted, as JSON', async () => {
    const { sent, result, server } = await exchange(json(201, WIRE), (kratos) =>
      kratos.createIdentity(MODERN, WANTED, () => {}),
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
