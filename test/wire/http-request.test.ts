import { describe, expect, test } from 'vitest';
import { isRedirect } from '../../src/http/answer.ts';
import type { HttpSeen } from '../../src/http/client.ts';
import { Sensitive } from '../../src/model/sensitive.ts';
import { HandClock, until } from './clocks.ts';
import { client, GET, POST, serve, silentServer } from './http-support.ts';
import { RawServer, sendHtml, sendJson } from './raw-server.ts';
import { refusal } from './refusal.ts';

describe('a request', () => {
  test('goes below the base path with its headers and body, and answers any status', async () => {
    const server = await serve((_, response) => sendJson(response, 418, { a: 1 }, { 'x-two': ['1', '2'] }));
    const answer = await client(`${server.url}/base/`).request({ ...POST, headers: { 'x-one': '1' } });
    expect(answer.status).toBe(418);
    expect(answer.headers['x-two']).toBe('1, 2');
    expect(answer.body).toBe('{"a":1}');
    expect(server.seen).toMatchObject([{ method: 'POST', path: '/base/thing', body: '{}' }]);
    expect(server.seen[0]?.headers['x-one']).toBe('1');
  });

  test('carries the authorization of the moment and none where there is none', async () => {
    const server = await serve((_, response) => response.end());
    const values = [new Sensitive('Bearer one'), undefined, new Sensitive('Bearer two')];
    const http = client(server.url, { authorization: async () => values.shift() });
    for (let i = 0; i < 3; i++) await http.request(GET);
    expect(server.seen.map(({ headers }) => headers.authorization)).toEqual([
      'Bearer one',
      undefined,
      'Bearer two',
    ]);
  });

  test('does not follow a redirect', async () => {
    const server = await serve((_, response) => response.writeHead(302, { location: '/elsewhere' }).end());
    const answer = await client(server.url).request(GET);
    expect(answer.status).toBe(302);
    expect(isRedirect(answer.status)).toBe(true);
    expect(server.seen).toHaveLength(1);
  });

  test('that is refused a connection was never sent', async () => {
    const server = await RawServer.start((_, response) => response.end());
    const { url } = server;
    await server.close();
    const error = await refusal(client(url).request(POST));
    expect(error).toMatchObject({ code: 'unavailable', outcome: 'none', status: undefined });
    expect(error.message).toMatch(/: unavailable \(ECONNREFUSED\)$/);
  });

  test('whose host has no address was never sent', async () => {
    const error = await refusal(client('http://no-such-host.invalid').request(POST));
    expect(error).toMatchObject({ code: 'unavailable', outcome: 'none' });
  });

  test('ends at its deadline while the connection is still being made, and was never sent', async () => {
    const { port } = await silentServer();
    const error = await refusal(client(`https://127.0.0.1:${port}`, { deadlineMs: 50 }).request(POST));
    expect(error).toMatchObject({ code: 'unavailable', outcome: 'none' });
    expect(error.message).toMatch(/: unavailable \(DEADLINE\)$/);
  });

  test('gives up a connection that is not made within its own time', async () => {
    const { port } = await silentServer();
    const http = client(`https://127.0.0.1:${port}`, { connectTimeoutMs: 50 });
    expect(await refusal(http.request(POST))).toMatchObject({ code: 'unavailable', outcome: 'none' });
  });

  test('ends at its deadline while it is queued, and is not sent afterwards either', async () => {
    const held: (() => void)[] = [];
    const server = await serve((seen, response) => {
      if (seen.path === '/held') held.push(() => response.end());
      else response.end();
    });
    const http = client(server.url, { connections: 1 });
    const first = http.request({ ...POST, path: '/held' });
    await until(() => held.length === 1);
    const error = await refusal(http.request({ ...POST, path: '/queued', deadlineMs: 20 }));
    expect(error).toMatchObject({ code: 'unavailable', outcome: 'none' });
    held[0]?.();
    await first;
    await http.request({ ...POST, path: '/after' });
    expect(server.seen.map(({ path }) => path)).toEqual(['/held', '/after']);
  });

  test('that gets no answer has an unknown outcome when it mutates, none when it reads', async () => {
    const clock = new HandClock();
    const server = await serve(() => {});
    const http = client(server.url, { clock });
    const pending = [refusal(http.request(POST)), refusal(http.request(GET))];
    await until(() => server.seen.length === 2);
    clock.advance(10_000);
    const [post, get] = await Promise.all(pending);
    expect(post).toMatchObject({ code: 'unavailable', outcome: 'unknown' });
    expect(get).toMatchObject({ code: 'unavailable', outcome: 'none' });
  });

  test('that is cut in the middle of its answer has an unknown outcome', async () => {
    const server = await serve((_, response) => {
      response.writeHead(201, { 'content-length': '100' }).write('{"half":');
      response.destroy();
    });
    const error = await refusal(client(server.url).request(POST));
    expect(error).toMatchObject({ code: 'unavailable', outcome: 'unknown' });
  });

  test('whose answer falls silent ends by the idle limit', async () => {
    const server = await serve((_, response) => void response.writeHead(200).write('and then'));
    const error = await refusal(client(server.url, { idleMs: 50 }).request(GET));
    expect(error).toMatchObject({ code: 'unavailable', outcome: 'none' });
  });

  test('whose answer exceeds the cap is too large', async () => {
    const server = await serve((_, response) => response.end('x'.repeat(1001)));
    const error = await refusal(client(server.url, { maxBytes: 1000 }).request(POST));
    expect(error).toMatchObject({ code: 'tooLarge', outcome: 'unknown', status: 200 });
    const exact = client(server.url, { maxBytes: 1001 });
    expect((await exact.request(GET)).body).toHaveLength(1001);
  });

  test('ends as soon as its caller aborts, even before it begins', async () => {
    const server = await serve(() => {});
    const http = client(server.url);
    const abort = new AbortController();
    const pending = refusal(http.request({ ...POST, signal: abort.signal }));
    await until(() => server.seen.length === 1);
    abort.abort();
    expect(await pending).toMatchObject({ code: 'aborted', outcome: 'unknown' });
    expect(await refusal(http.request({ ...POST, signal: abort.signal }))).toMatchObject({
      code: 'aborted',
      outcome: 'none',
    });
    expect(server.seen).toHaveLength(1);
  });

  test('under way when the client closes is aborted, and later ones are too', async () => {
    const server = await serve(() => {});
    const http = client(server.url);
    const pending = refusal(http.request(POST));
    await until(() => server.seen.length === 1);
    await http.close();
    expect(await pending).toMatchObject({ code: 'aborted', outcome: 'unknown' });
    expect(await refusal(http.request(POST))).toMatchObject({ code: 'aborted', outcome: 'none' });
  });

  test('whose credentials cannot be read was never sent, and the error says nothing of them', async () => {
    const server = await serve((_, response) => response.end());
    const authorization = () => Promise.reject(new Error('/var/run/token is unreadable'));
    const error = await refusal(client(server.url, { authorization }).request(POST));
    expect(error).toMatchObject({ code: 'unavailable', outcome: 'none', message: 'POST thing: unavailable' });
    expect(server.seen).toHaveLength(0);
  });

  test('is observed once, with its status or as an error', async () => {
    const seen: HttpSeen[] = [];
    const server = await serve((_, response) => sendHtml(response, 502));
    const http = client(server.url, { observe: (each) => seen.push(each) });
    await http.request(GET);
    await refusal(http.request({ ...POST, signal: AbortSignal.abort() }));
    expect(seen).toMatchObject([
      { operation: 'GET thing', method: 'GET', status: 502 },
      { operation: 'POST thing', method: 'POST', status: 'error' },
    ]);
  });

  test('of many uses no more connections than the pool has', async () => {
    const server = await serve((_, response) => response.end());
    const http = client(server.url, { connections: 3 });
    await Promise.all(Array.from({ length: 50 }, () => http.request(GET)));
    expect(server.seen).toHaveLength(50);
    expect(server.connections).toBeLessThanOrEqual(3);
  });

  test('uses new connections once the TLS material is another, and lets the old ones finish', async () => {
    const held: (() => void)[] = [];
    const server = await serve((seen, response) => {
      if (seen.path === '/held') held.push(() => response.end('late'));
      else response.end('soon');
    });
    let material = {};
    const http = client(server.url, { connections: 1, tls: async () => material });
    const first = http.request({ ...GET, path: '/held' });
    await until(() => held.length === 1);
    material = {};
    expect((await http.request(GET)).body).toBe('soon');
    expect((await http.request(GET)).body).toBe('soon');
    held[0]?.();
    expect((await first).body).toBe('late');
    expect(server.connections).toBe(2);
  });
});
