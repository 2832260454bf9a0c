import { describe, expect, test } from 'vitest';
import { until } from './clocks.ts';
import { sendStatus } from './raw-server.ts';
import { added, bookmark, closing, error, list, type Reply, scenario, watch } from './reflector-scenario.ts';

const refused =
  (code: number, headers = {}): Reply =>
  (response) =>
    sendStatus(response, code, 'x', headers);

describe('a reflector tells', () => {
  test('that it is connected while a watch is open, and not between two', async () => {
    const s = scenario();
    let end = () => {};
    s.lists.push(list('10'));
    s.watches.push((response, seen) => {
      watch(added('a', '11'))(response, seen);
      end = () => void response.end();
    }, watch());
    const reflector = await s.start();
    expect(reflector.connected).toBe(false);
    await until(() => s.changes.length === 1);
    expect(reflector.connected).toBe(true);
    end();
    await until(() => s.clock.awaits(800));
    expect(reflector.connected).toBe(false);
    await s.clock.elapse(800);
    await until(() => reflector.connected);
  });

  test('when it last learned the server’s version: from a list, an event and a bookmark, not from bytes', async () => {
    const s = scenario();
    let send = (_line: string) => {};
    s.lists.push(list('10'));
    s.watches.push((response, seen) => {
      watch()(response, seen);
      send = (line) => void response.write(line);
    });
    const reflector = await s.start();
    await until(() => reflector.connected);
    expect(reflector.versionAt).toBe(0);
    s.clock.advance(1000);
    send(`${JSON.stringify(bookmark('12'))}\n`);
    await until(() => reflector.versionAt === 1000);
    s.clock.advance(1000);
    send(`${JSON.stringify(added('a', '13'))}\n`);
    await until(() => reflector.versionAt === 2000);
    s.clock.advance(1000);
    send('{"type":');
    await until(() => reflector.lastActivity === 3000);
    expect(reflector.versionAt).toBe(2000);
  });

  test.for<[string, readonly Reply[], readonly number[]]>([
    ['expired', [refused(410)], [0, 800]],
    ['corrupt', Array(3).fill(watch('nonsense\n')), [800, 1600, 3200, 6400]],
    ['refused', [watch(error({ code: 400 }))], [800, 1600]],
    ['failing', Array(5).fill(refused(504)), [800, 1600, 3200, 6400, 12_800, 25_600]],
  ])('of each list that it makes again why: %s', async ([reason, watches, waits]) => {
    const s = scenario();
    s.lists.push(list('10'), refused(400), list('20'));
    s.watches.push(...watches, watch());
    await s.start();
    // The last wait is of a list that failed: that is no other reason.
    for (const ms of waits) await s.clock.elapse(ms);
    await until(() => s.asked.at(-1) === 'watch 20');
    expect(s.relists).toEqual([reason]);
  });

  test('that a list was asked for', async () => {
    const s = scenario();
    s.lists.push(list('10'), list('20'));
    s.watches.push(watch(), watch());
    const reflector = await s.start();
    await until(() => reflector.connected);
    expect(s.relists).toEqual([]);
    s.clock.advance(1);
    await reflector.listedSince(s.clock.monotonic());
    expect(s.relists).toEqual(['asked']);
  });
});

describe('silence, by which liveness judges, does not begin', () => {
  test('while the API server cannot be reached, for however long', async () => {
    const s = scenario();
    s.lists.push(list('10'));
    s.watches.push(closing());
    const reflector = await s.start();
    await until(() => s.clock.awaits(800));
    await s.setup?.server.close();
    while (s.clock.monotonic() < 3_600_000) {
      await until(() => s.clock.waiting === 1);
      const due = reflector.lastActivity;
      expect(due - s.clock.monotonic()).toBeGreaterThan(0);
      s.clock.advance(due - s.clock.monotonic());
      // The attempt fails at once, and the next wait begins.
      await until(() => reflector.lastActivity > due);
    }
  });

  test('before a wait is over that the API server asked for', async () => {
    const s = scenario();
    s.lists.push(list('10'));
    s.watches.push(refused(429, { 'retry-after': '600' }));
    const reflector = await s.start();
    await until(() => s.clock.awaits(600_000));
    expect(reflector.lastActivity).toBe(600_000);
  });
});
