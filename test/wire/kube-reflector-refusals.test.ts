import { describe, expect, test } from 'vitest';
import { until } from './clocks.ts';
import { identity } from './kube-support.ts';
import { sendHtml, sendStatus } from './raw-server.ts';
import { added, error, list, type Reply, scenario, watch } from './reflector-scenario.ts';

const refused =
  (code: number, reason: string, headers = {}): Reply =>
  (response) =>
    sendStatus(response, code, reason, headers);

describe('a list refused with', () => {
  test.for([
    ['a 429 that names seconds', refused(429, 'TooManyRequests', { 'retry-after': '7' }), 7000],
    [
      'a 429 that names a date',
      refused(429, 'TooManyRequests', { 'retry-after': 'Thu, 01 Jan 2026 00:00:09 GMT' }),
      9000,
    ],
    [
      'a 429 that names a shorter time than ours',
      refused(429, 'TooManyRequests', { 'retry-after': '0' }),
      800,
    ],
    ['a 429 that names none', refused(429, 'TooManyRequests'), 800],
    ['a 503 that names seconds', refused(503, 'ServiceUnavailable', { 'retry-after': '3' }), 3000],
    ['a 404, as before the CRD is there', refused(404, 'NotFound'), 30_000],
    ['the page of a proxy with 404', (response) => sendHtml(response, 404), 30_000],
  ] satisfies [string, Reply, number][])(
    '%s is tried again after that time, and no watch is opened before',
    async ([, reply, ms]) => {
      const s = scenario();
      s.lists.push(reply, list('10'));
      await s.start();
      await s.clock.elapse(ms);
      await s.asks('list', 'list', 'watch 10');
    },
  );

  test('401 twice, as when a token is rotated, is tried again with the new one', async () => {
    const s = scenario();
    s.lists.push(refused(401, 'Unauthorized'), refused(401, 'Unauthorized'), list('10'));
    await s.start();
    await s.clock.elapse(800);
    await s.asks('list', 'list', 'list', 'watch 10');
    expect(s.seen.map(({ headers }) => headers.authorization)).toEqual(
      ['token-0', 'token-1', 'token-1', 'token-1'].map((token) => `Bearer ${token}`),
    );
  });

  test('whatever the server can think of uses one connection after the other, not ever more', async () => {
    const s = scenario();
    for (let i = 0; i < 10; i++) s.lists.push(refused(500, 'InternalError'));
    const reflector = await s.start();
    for (const ms of [800, 1600, 3200, 6400, 12_800, 25_600]) await s.clock.elapse(ms);
    await s.asks(...Array(7).fill('list'));
    await reflector.stop();
    expect(s.setup?.server.connections).toBe(1);
  });
});

describe('a watch refused with', () => {
  test('five times 500 recovers, and loses nothing it had', async () => {
    const s = scenario();
    s.lists.push(list('10', identity('a', '1')), list('10', identity('a', '1')));
    for (let i = 0; i < 5; i++) s.watches.push(refused(500, 'InternalError'));
    s.watches.push(watch(added('b', '11')));
    await s.start();
    for (const ms of [800, 1600, 3200, 6400, 12_800]) await s.clock.elapse(ms);
    await until(() => s.changes.length === 2);
    expect(s.cached).toEqual(['team/a 1', 'team/b 11']);
  });

  test('401 twice, as when a token is rotated, goes on from the same version with the new one', async () => {
    const s = scenario();
    s.lists.push(list('10'));
    s.watches.push(refused(401, 'Unauthorized'), refused(401, 'Unauthorized'), watch(added('a', '11')));
    await s.start();
    await s.clock.elapse(800);
    await until(() => s.changes.length === 1);
    await s.asks('list', 'watch 10', 'watch 10', 'watch 10');
    expect(s.seen.at(-1)?.headers.authorization).toBe('Bearer token-1');
  });

  test('410 whose list then fails keeps what it had until a list succeeds', async () => {
    const s = scenario();
    s.lists.push(
      list('10', identity('a', '1')),
      refused(500, 'InternalError'),
      (response) => sendHtml(response, 200),
      list('20', identity('b', '15')),
    );
    s.watches.push(refused(410, 'Expired'));
    await s.start();
    await s.clock.elapse(0);
    await s.clock.elapse(800);
    await until(() => s.clock.awaits(1600));
    expect(s.cached).toEqual(['team/a 1']);
    await s.clock.elapse(1600);
    await s.asks('list', 'watch 10', 'list', 'list', 'list', 'watch 20');
    expect(s.cached).toEqual(['team/b 15']);
  });

  test('an event that asks for an absurd time waits for ten minutes, not for ever', async () => {
    const s = scenario();
    s.lists.push(list('10'));
    s.watches.push(
      watch(error({ code: 429, details: { retryAfterSeconds: 1e12 } })),
      watch(added('a', '11')),
    );
    await s.start();
    await s.clock.elapse(600_000);
    await s.asks('list', 'watch 10', 'watch 10');
    await until(() => s.changes.length === 1);
  });

  test.for([
    ['a page of HTML', (response) => sendHtml(response, 200)],
    ['an event of an error 500', watch(error({ code: 500 }))],
  ] satisfies [string, Reply][])('%s says so, once for a lasting one', async ([, reply]) => {
    const s = scenario();
    s.lists.push(list('10'));
    s.watches.push(reply, reply, reply);
    await s.start();
    for (const ms of [800, 1600, 3200]) await s.clock.elapse(ms);
    expect(s.told).toHaveLength(1);
    expect(s.told[0]).toMatch(/^WATCH kratosidentities: (?:unexpected \(200\)|unavailable \(500\))$/);
  });
});
