import { describe, expect, test } from 'vitest';
import { HandClock, until } from './clocks.ts';
import { client, GET, serve } from './http-support.ts';
import { refusal } from './refusal.ts';

describe('a stream', () => {
  test('answers status and headers first, then bytes as they come', async () => {
    const server = await serve((_, response) => void response.writeHead(200, { 'x-a': 'b' }).write('one'));
    const stream = await client(server.url).stream(GET);
    expect(stream.status).toBe(200);
    expect(stream.headers['x-a']).toBe('b');
    for await (const chunk of stream.body) {
      expect(Buffer.from(chunk).toString()).toBe('one');
      break;
    }
  });

  test('outlives its deadline once its headers have come', async () => {
    const clock = new HandClock();
    const server = await serve((_, response) => {
      response.writeHead(200).write('one');
      until(() => clock.monotonic() > 0).then(
        () => response.end('two'),
        () => {},
      );
    });
    const stream = await client(server.url, { clock }).stream(GET);
    clock.advance(60_000);
    const chunks: string[] = [];
    for await (const chunk of stream.body) chunks.push(Buffer.from(chunk).toString());
    expect(chunks.join('')).toBe('onetwo');
  });

  test('whose headers do not come ends at its deadline', async () => {
    const clock = new HandClock();
    const server = await serve(() => {});
    const pending = refusal(client(server.url, { clock }).stream(GET));
    await until(() => server.seen.length === 1);
    clock.advance(10_000);
    expect(await pending).toMatchObject({ code: 'unavailable', outcome: 'none' });
  });

  test.for([
    ['falls silent', 'unavailable'],
    ['is cut', 'unavailable'],
    ['is closed', 'aborted'],
    ['is aborted by its caller', 'aborted'],
  ] as const)('that %s ends with an error: %s', async ([how, code]) => {
    const server = await serve((_, response) => {
      response.writeHead(200).write('one');
      if (how === 'is cut') setImmediate(() => response.destroy());
    });
    const abort = new AbortController();
    const http = client(server.url, { idleMs: how === 'falls silent' ? 50 : 60_000 });
    const stream = await http.stream({ ...GET, signal: abort.signal });
    const read = (async () => {
      for await (const _ of stream.body) {
        if (how === 'is closed') stream.close();
        if (how === 'is aborted by its caller') abort.abort();
      }
    })();
    expect(await refusal(read)).toMatchObject({ code, outcome: 'none' });
  });
});
