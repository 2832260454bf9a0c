import { describe, expect, test } from 'vitest';
import { RemoteError } from '../../src/model/errors.ts';
import { Sensitive } from '../../src/model/sensitive.ts';
import { HandClock, until } from './clocks.ts';
import { client, POST, serve, silentServer } from './http-support.ts';
import { refusal } from './refusal.ts';

const LOST = new RemoteError('hold lease', { code: 'aborted', outcome: 'none' });

/** A request that may be started until `lose` is called; counts how often that was asked. */
function fenced() {
  let isLost = false;
  let asked = 0;
  return {
    lose: () => {
      isLost = true;
    },
    get asked() {
      return asked;
    },
    request: {
      ...POST,
      mayStart: () => {
        asked += 1;
        if (isLost) throw LOST;
      },
    },
  };
}

describe('a request that may not be started any more is never sent', () => {
  test('when that is so from the beginning', async () => {
    const server = await serve((_, response) => response.end());
    const one = fenced();
    one.lose();
    expect(await refusal(client(server.url).request(one.request))).toBe(LOST);
    expect(server.seen).toEqual([]);
  });

  test('when that came while it waited for another’s answer', async () => {
    const held: (() => void)[] = [];
    const server = await serve((seen, response) => {
      if (seen.path === '/held') held.push(() => response.end());
      else response.end();
    });
    const http = client(server.url, { connections: 1 });
    const first = http.request({ ...POST, path: '/held' });
    await until(() => held.length === 1);
    const one = fenced();
    const refused = refusal(http.request(one.request));
    await new Promise((resolve) => setImmediate(resolve));
    one.lose();
    held[0]?.();
    await first;
    expect(await refused).toBe(LOST);
    await http.request({ ...POST, path: '/after' });
    expect(server.seen.map(({ path }) => path)).toEqual(['/held', '/after']);
  });

  test('when that came while its credentials were read', async () => {
    const server = await serve((_, response) => response.end());
    const read = Promise.withResolvers<Sensitive>();
    const http = client(server.url, { authorization: () => read.promise });
    const one = fenced();
    const refused = refusal(http.request(one.request));
    one.lose();
    read.resolve(new Sensitive('Bearer late'));
    expect(await refused).toBe(LOST);
    expect(server.seen).toEqual([]);
  });

  test('when that came while its connection was made', async () => {
    const server = await serve((_, response) => response.end());
    const made = Promise.withResolvers<object>();
    const http = client(server.url, { tls: () => made.promise });
    const one = fenced();
    const refused = refusal(http.request(one.request));
    await new Promise((resolve) => setImmediate(resolve));
    // From here on the socket is made, which takes turns of the event loop.
    made.resolve({});
    await Promise.resolve();
    expect(one.asked).toBe(0);
    one.lose();
    expect(await refused).toBe(LOST);
    expect(server.seen).toEqual([]);
  });
});

test('a request whose deadline came while it waited for a socket is never sent, however soon one is free', async () => {
  const clock = new HandClock();
  const held: (() => void)[] = [];
  const server = await serve((seen, response) => {
    if (seen.path === '/held') held.push(() => response.end());
    else response.end();
  });
  const http = client(server.url, { connections: 2, clock, deadlineMs: 60_000 });
  const first = [http.request({ ...POST, path: '/held' }), http.request({ ...POST, path: '/held' })];
  await until(() => held.length === 2);
  const one = fenced();
  const queued = Array.from({ length: 20 }, () =>
    refusal(http.request({ ...one.request, deadlineMs: 10_000 })),
  );
  await until(() => clock.waiting === 22);
  clock.advance(10_000);
  for (const error of await Promise.all(queued)) {
    expect(error).toMatchObject({ code: 'unavailable', outcome: 'none' });
  }
  for (const answer of held) answer();
  await Promise.all(first);
  await http.request({ ...POST, path: '/after' });
  expect(server.seen.map(({ path }) => path)).toEqual(['/held', '/held', '/after']);
  expect(one.asked).toBe(0);
});

test('a request whose deadline came while its connection was made is never sent, and nothing asks for it', async () => {
  const clock = new HandClock();
  const { port } = await silentServer();
  const one = fenced();
  const refused = refusal(client(`https://127.0.0.1:${port}`, { clock }).request(one.request));
  await until(() => clock.waiting > 0);
  clock.advance(10_000);
  expect(await refused).toMatchObject({ code: 'unavailable', outcome: 'none' });
  expect(one.asked).toBe(0);
});
