import { describe, expect, test } from 'vitest';
import { until } from './clocks.ts';
import { identity, listOf, sendWatch } from './kube-support.ts';
import { sendJson } from './raw-server.ts';
import { added, list, type Reply, scenario, watch } from './reflector-scenario.ts';

const silent: Reply = () => {};

/** How long an answer is waited for, and how long nothing is done then. */
const patience = [
  [10_000, 800],
  [20_000, 1600],
  [40_000, 3200],
  [60_000, 6400],
  [60_000, 12_800],
  [60_000, 25_600],
] as const;

describe('a list', () => {
  test('that is never answered is given up after ten seconds and asked for again', async () => {
    const s = scenario();
    s.lists.push(silent, list('10', identity('a', '1')));
    const reflector = await s.start();
    await s.asks('list');
    await s.clock.elapse(10_000);
    await s.clock.elapse(800);
    await reflector.synced;
    expect(s.cached).toEqual(['team/a 1']);
    expect(s.told).toEqual(['LIST kratosidentities: unavailable (DEADLINE)']);
  });

  test('that needs longer gets twice the time each time, a minute at most, and ten seconds again afterwards', async () => {
    const s = scenario();
    s.lists.push(silent, silent, silent, silent, silent, list('10'));
    s.watches.push(silent);
    await s.start();
    for (const [i, [deadline, delay]] of patience.slice(0, 5).entries()) {
      await s.asks(...Array(i + 1).fill('list'));
      await s.clock.elapse(deadline);
      await s.clock.elapse(delay);
    }
    await s.asks(...Array(6).fill('list'), 'watch 10');
    await until(() => s.clock.awaits(10_000), 'the deadline of the watch');
  });

  test('whose page stops halfway is asked for again', async () => {
    const s = scenario();
    s.lists.push((response) => {
      response.writeHead(200, { 'content-type': 'application/json' });
      response.write(JSON.stringify(listOf([identity('a', '1')], '10')).slice(0, 50));
    }, list('11'));
    const reflector = await s.start();
    await s.asks('list');
    await s.clock.elapse(10_000);
    await s.clock.elapse(800);
    await reflector.synced;
    expect(s.cached).toEqual([]);
  });

  test('whose pages have no end is given up after a minute, with nothing of it believed', async () => {
    const s = scenario();
    const endless = Array.from(
      { length: 7 },
      (_, page): Reply =>
        (response) => {
          if (page > 0) s.clock.advance(9000);
          sendJson(response, 200, listOf([identity(`page-${page}`, '1')], '10', `after-${page}`));
        },
    );
    s.lists.push(...endless, silent, list('11'));
    const reflector = await s.start();
    await s.asks(...Array(8).fill('list'));
    expect(s.clock.awaits(6000), 'what is left of the minute').toBe(true);
    await s.clock.elapse(6000);
    await s.clock.elapse(800);
    await reflector.synced;
    expect(s.changes).toEqual([]);
  });
});

describe('a watch', () => {
  test('whose headers never come is given up after ten seconds and opened again where it was', async () => {
    const s = scenario();
    s.lists.push(list('10'));
    s.watches.push(silent, watch(added('a', '11')));
    await s.start();
    await s.asks('list', 'watch 10');
    await s.clock.elapse(10_000);
    await s.clock.elapse(800);
    await s.asks('list', 'watch 10', 'watch 10');
    await until(() => s.changes.length === 1);
  });

  test('whose headers never come however often it is opened goes on from the same version, without a list', async () => {
    const s = scenario();
    s.lists.push(list('10'));
    s.watches.push(...Array<Reply>(6).fill(silent), watch(added('a', '11')));
    await s.start();
    for (const [i, [deadline, delay]] of patience.entries()) {
      await s.asks('list', ...Array(i + 1).fill('watch 10'));
      await s.clock.elapse(deadline);
      await s.clock.elapse(delay);
    }
    await s.asks('list', ...Array(7).fill('watch 10'));
    await until(() => s.changes.length === 1);
  });

  test('that has begun may live for as long as it is not silent', async () => {
    const s = scenario();
    let tell = () => {};
    s.lists.push(list('10'));
    s.watches.push((response) => {
      sendWatch(response, added('a', '11'));
      tell = () => void response.write(`${JSON.stringify(added('b', '12'))}\n`);
    });
    await s.start();
    await until(() => s.changes.length === 1);
    s.clock.advance(600_000);
    tell();
    await until(() => s.changes.length === 2);
    await s.asks('list', 'watch 10');
  });

  test('that is stopped while its headers are awaited ends at once', async () => {
    const s = scenario();
    s.lists.push(list('10'));
    let closed = false;
    s.watches.push((response) => {
      response.on('close', () => {
        closed = true;
      });
    });
    const reflector = await s.start();
    await s.asks('list', 'watch 10');
    await reflector.stop();
    await until(() => closed, 'the end of its connection');
    expect(s.clock.waiting).toBe(0);
  });
});
