import { describe, expect, test } from 'vitest';

import { type Fault, htmlPage } from '../standin/kube/faults.ts';
import { HandClock, until } from '../wire/clocks.ts';
import { configMap, paths, rawWatch, start, stored } from './kube-started.ts';

const { configMaps } = paths;

describe('a request in trouble', () => {
  test('meets the fault as often as asked, after those let through, and only where it matches', async () => {
    const { kube, client } = await start();
    const busy: Fault = { kind: 'answer', status: 429, headers: { 'retry-after': '2' } };
    const fault = kube.faults.inject({ method: 'POST', path: /configmaps$/, skip: 1, times: 2 }, busy);
    const statuses: number[] = [];
    for (const name of ['a', 'b', 'c', 'd'])
      statuses.push((await client.post(configMaps, configMap(name))).status);
    expect(statuses).toEqual([201, 429, 429, 201]);
    expect(stored(kube)).toEqual(['a', 'd']);
    expect(fault.hits).toBe(2);
    expect((await client.get(configMaps)).status).toBe(200);
  });

  test('is answered with a Status of the code, with a page, or with anything else', async () => {
    const { kube, client } = await start();
    kube.faults.inject({}, { kind: 'answer', status: 503 });
    kube.faults.inject({}, htmlPage);
    const never = kube.faults.inject({ times: Number.POSITIVE_INFINITY }, { kind: 'answer', status: 500 });
    expect((await client.get(configMaps)).body).toMatchObject({
      kind: 'Status',
      code: 503,
      reason: 'ServiceUnavailable',
    });
    const page = await client.get(configMaps);
    expect([page.status, page.contentType]).toEqual([200, 'text/html']);
    never.disarm();
    expect((await client.get(configMaps)).status).toBe(200);
  });

  test('that meets a reset is carried out only when it was committed first', async () => {
    const { kube, client } = await start();
    kube.faults.inject({}, { kind: 'destroy' });
    kube.faults.inject({}, { kind: 'destroy', commit: true });
    for (const names of [[], ['a']]) {
      await expect(client.post(configMaps, configMap('a'))).rejects.toThrow();
      expect(stored(kube)).toEqual(names);
    }
  });

  test('that hangs is logged without a status, and carried out only when it was committed first', async () => {
    const { kube, client } = await start();
    kube.faults.inject({}, { kind: 'hang' });
    kube.faults.inject({}, { kind: 'hang', commit: true });
    const lost = Promise.allSettled([
      client.post(configMaps, configMap('a')),
      client.post(configMaps, configMap('b')),
    ]);
    const requests = await kube.requests.arrived({ method: 'POST' }, 2);
    await kube.store.until(() => stored(kube)[0]);
    expect(stored(kube)).toHaveLength(1);
    expect(requests.map(({ status }) => status)).toEqual([undefined, undefined]);
    await kube.stop();
    expect((await lost).map(({ status }) => status)).toEqual(['rejected', 'rejected']);
  });

  test('that is held is carried out when it is let go, even when nobody waits any more', async () => {
    const { kube, client } = await start();
    const gate = Promise.withResolvers<void>();
    kube.faults.inject({ method: 'POST' }, { kind: 'hold', until: gate.promise });
    const lost = client.post(configMaps, configMap('late')).catch(() => 'gave up');
    await kube.requests.arrived({ method: 'POST' });
    await client.close();
    expect(await lost).toBe('gave up');
    expect(stored(kube)).toEqual([]);
    gate.resolve();
    expect(await kube.store.until(() => stored(kube)[0])).toBe('late');
  });

  test('is answered byte by byte, or half, and carried out', async () => {
    const { kube, client } = await start();
    kube.faults.inject({}, { kind: 'drip' });
    kube.faults.inject({}, { kind: 'cut' });
    const dripped = await client.post(configMaps, configMap('drip', { text: 'zwölf 日本' }));
    expect(dripped.body.data).toEqual({ text: 'zwölf 日本' });
    await expect(client.post(configMaps, configMap('cut'))).rejects.toThrow();
    expect(stored(kube)).toEqual(['cut', 'drip']);
  });
});

describe('a watch in trouble', () => {
  test.each([
    ['ends at once', { kind: 'close' }, [], 'ended'],
    ['ends after a line', { kind: 'close', after: 1 }, ['a'], 'ended'],
    ['is reset after a line', { kind: 'close', after: 1, reset: true }, ['a'], 'broken'],
    ['ends in the middle of a line', { kind: 'halfLine', after: 1 }, ['a', 'half'], 'ended'],
    ['is reset in the middle of a line', { kind: 'halfLine', reset: true }, ['half'], 'broken'],
    ['says 410 and ends', { kind: 'errorEvent', status: 410, after: 1 }, ['a', 410], 'ended'],
  ] as const)('%s', async (_, fault: Fault, lines, end) => {
    const { kube } = await start();
    for (const name of ['a', 'b', 'c']) kube.store.apply(configMap(name));
    kube.faults.inject({ watch: true }, fault);
    const watch = await rawWatch(kube);
    expect(await watch.done).toBe(end);
    expect(read(watch.chunks)).toEqual(lines);
  });

  test('loses one line to corruption, and none after it', async () => {
    const { kube } = await start();
    kube.faults.inject({ watch: true }, { kind: 'corruptLine', after: 1 });
    for (const name of ['a', 'b', 'c']) kube.store.apply(configMap(name));
    const watch = await rawWatch(kube);
    await until(() => read(watch.chunks).length === 3);
    expect(read(watch.chunks)).toEqual(['a', 'half', 'c']);
  });

  test('stays open and silent after an error that does not close it, and after a freeze', async () => {
    const clock = new HandClock();
    const { kube } = await start({ clock });
    kube.faults.inject({ watch: true }, { kind: 'errorEvent', status: 500, open: true });
    kube.faults.inject({ watch: true }, { kind: 'freeze' });
    const watches = [await rawWatch(kube, '&timeoutSeconds=5'), await rawWatch(kube, '&timeoutSeconds=5')];
    kube.store.apply(configMap('unseen'));
    clock.advance(60_000);
    expect(kube.watches.count('configmaps')).toBe(2);
    kube.watches.drop('reset');
    expect(await Promise.all(watches.map(({ done }) => done))).toEqual(['broken', 'broken']);
    expect(watches.map(({ chunks }) => read(chunks))).toEqual([[500], []]);
  });

  test('comes byte by byte', async () => {
    const { kube } = await start();
    kube.store.apply(configMap('a', { text: 'zwölf 日本' }));
    kube.faults.inject({ watch: true }, { kind: 'drip' });
    const watch = await rawWatch(kube);
    await until(() => watch.chunks.join('').endsWith('\n'));
    expect(watch.chunks.length).toBeGreaterThan(10);
  });

  test('can be dropped, frozen and counted while it is open', async () => {
    const { kube } = await start();
    const [first, second] = [await rawWatch(kube), await rawWatch(kube)];
    expect([kube.watches.count(), kube.watches.count('secrets')]).toEqual([2, 0]);
    kube.watches.freeze('configmaps');
    kube.store.apply(configMap('unseen'));
    kube.watches.drop('reset', 'configmaps');
    expect(await Promise.all([first.done, second.done])).toEqual(['broken', 'broken']);
    expect([first.chunks, second.chunks]).toEqual([[], []]);
    const third = await rawWatch(kube);
    kube.watches.drop('end');
    expect(await third.done).toBe('ended');
    await until(() => kube.watches.count() === 0);
  });

  test.each([
    [999, []],
    [1000, ['late', 'later']],
  ])('that lags by 1000 ms and keeps its order shows after %i ms: %j', async (ms, seen) => {
    const clock = new HandClock();
    const { kube } = await start({ clock });
    const watch = await rawWatch(kube);
    kube.watches.lagMs = 1000;
    kube.store.apply(configMap('late'));
    kube.watches.lagMs = 0;
    kube.store.apply(configMap('later'));
    clock.advance(ms);
    kube.watches.drop('end');
    expect(await watch.done).toBe('ended');
    expect(read(watch.chunks)).toEqual(seen);
  });
});

/** Lines as the names or codes of their objects; `half` for what is no JSON. */
function read(chunks: readonly string[]): readonly (string | number)[] {
  const lines = chunks.join('').split('\n');
  return lines
    .filter((line) => line !== '')
    .map((line) => {
      try {
        const { object } = JSON.parse(line) as { object: { code?: number; metadata: { name: string } } };
        return object.code ?? object.metadata.name;
      } catch {
        return 'half';
      }
    });
}
