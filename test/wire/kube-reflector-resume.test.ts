import { describe, expect, test } from 'vitest';
import { until } from './clocks.ts';
import { identity, sendWatch } from './kube-support.ts';
import { sendStatus } from './raw-server.ts';
import { added, bookmark, closing, error, list, type Reply, scenario, watch } from './reflector-scenario.ts';

/** Ten events, the first of them `first`. */
const ten = (first: number) =>
  Array.from({ length: 10 }, (_, i) => added(`n-${first + i}`, String(first + i)));

/** The API server cuts watches that it finds slow, at full speed more than one a second. */
describe('a busy watch', () => {
  test.for([
    ['closed', closing],
    [
      'reset',
      (...events: readonly object[]): Reply =>
        (response) => {
          sendWatch(response, ...events);
          setImmediate(() => response.destroy());
        },
    ],
  ] as const)(
    'that is %s within a second is resumed at once, time after time, without a list',
    async ([, end]) => {
      const s = scenario();
      s.lists.push(list('10'));
      for (let i = 1; i <= 9; i++) s.watches.push(end(...ten(i * 100)));
      await s.start();
      const versions = Array.from({ length: 9 }, (_, i) => `watch ${(i + 1) * 100 + 9}`);
      await s.asks('list', 'watch 10', ...versions);
      expect(s.changes).toHaveLength(90);
      expect(s.told).toEqual([]);
    },
  );

  test('that tells what is known already is no busy one', async () => {
    const s = scenario();
    s.lists.push(list('10', ...ten(100).map(({ object }) => object)));
    s.watches.push(closing(...ten(100)));
    await s.start();
    await s.clock.elapse(800);
    await s.asks('list', 'watch 10', 'watch 109');
  });
});

describe('a watch', () => {
  test('that was reset after more than a second is resumed at once', async () => {
    const s = scenario();
    let cut = () => {};
    s.lists.push(list('10'));
    s.watches.push((response) => {
      sendWatch(response, added('a', '11'));
      cut = () => void response.destroy();
    });
    await s.start();
    await until(() => s.changes.length === 1);
    s.clock.advance(1000);
    cut();
    await s.asks('list', 'watch 10', 'watch 11');
    expect({ ended: s.ended, told: s.told }).toEqual({ ended: ['cut'], told: [] });
  });

  test('that is closed at once, time after time, is opened ever more slowly, up to half a minute, and never gives up', async () => {
    const s = scenario();
    s.lists.push(list('10'));
    s.watches.push(...Array<Reply>(8).fill(closing()), watch(added('a', '11')));
    await s.start();
    for (const ms of [800, 1600, 3200, 6400, 12_800, 25_600, 30_000, 30_000]) await s.clock.elapse(ms);
    await s.asks('list', ...Array(9).fill('watch 10'));
    await until(() => s.changes.length === 1);
    expect(s.told).toEqual([]);
  });

  test('that tells a bookmark and is closed, time after time, is opened ever more slowly', async () => {
    const s = scenario();
    s.lists.push(list('10'));
    s.watches.push(closing(bookmark('11')), closing(bookmark('12')));
    await s.start();
    await s.clock.elapse(800);
    await s.clock.elapse(1600);
    await s.asks('list', 'watch 10', 'watch 11', 'watch 12');
  });

  test('whose version is gone after every event lists ever more slowly', async () => {
    const s = scenario();
    const gone = error({ code: 410, reason: 'Expired' });
    s.lists.push(list('10'), list('20'), list('30'), list('40'));
    s.watches.push(
      watch(added('a', '11'), gone),
      watch(added('a', '21'), gone),
      watch(added('a', '31'), gone),
    );
    await s.start();
    await s.clock.elapse(0);
    await s.clock.elapse(800);
    await s.clock.elapse(1600);
    const asked = ['list', 'watch 10', 'list', 'watch 20', 'list', 'watch 30', 'list', 'watch 40'];
    await s.asks(...asked);
  });

  test('whose version is gone lists at once again when the last time is two minutes ago', async () => {
    const s = scenario();
    const gone: Reply = (response) => sendStatus(response, 410, 'Expired');
    let end = () => {};
    s.lists.push(list('10'), list('20'), list('30', identity('a', '25')));
    s.watches.push(
      gone,
      (response) => {
        sendWatch(response);
        end = () => void response.end();
      },
      gone,
    );
    await s.start();
    await s.clock.elapse(0);
    await s.asks('list', 'watch 10', 'list', 'watch 20');
    await until(() => s.clock.waiting === 0, 'the headers of the watch');
    s.clock.advance(120_000);
    end();
    await s.clock.elapse(0);
    await s.asks('list', 'watch 10', 'list', 'watch 20', 'watch 20', 'list', 'watch 30');
  });

  test('is asked to live for five to ten minutes, and delays are spread over their double', async () => {
    const s = scenario();
    s.random = 0.9999;
    s.lists.push(list('10'));
    s.watches.push(closing());
    await s.start();
    await s.asks('list', 'watch 10');
    expect(s.seen[1]?.query.get('timeoutSeconds')).toBe('599');
    await until(() => s.clock.awaits(800 * 1.9999));
  });

  test.for([
    ['a corrupt line', 'nonsense\n'],
    ['an error', error({ code: 500 })],
    ['the word that its version is gone', error({ code: 410 })],
  ] as const)('that holds %s is closed by us, as the server leaves it open', async ([, line]) => {
    const s = scenario();
    let closed = false;
    s.lists.push(list('10'), list('20'));
    s.watches.push((response) => {
      response.on('close', () => {
        closed = true;
      });
      sendWatch(response, line);
    });
    await s.start();
    await until(() => closed);
  });
});
