import { describe, expect, test } from 'vitest';
import { until } from './clocks.ts';
import { sendWatch } from './kube-support.ts';
import { added, bookmark, list, scenario, watch } from './reflector-scenario.ts';

const line = (event: object) => `${JSON.stringify(event)}\n`;

describe('lines', () => {
  test('may come many in one piece, the last of them in part', async () => {
    const s = scenario();
    const all = ['b', 'c', 'd'].map((name, i) => line(added(name, String(11 + i)))).join('');
    let rest = () => {};
    s.lists.push(list('10'));
    s.watches.push((response) => {
      sendWatch(response, all.slice(0, -20));
      rest = () => void response.write(all.slice(-20));
    });
    await s.start();
    await until(() => s.changes.length === 2);
    rest();
    await until(() => s.changes.length === 3);
    expect(s.cached).toEqual(['team/b 11', 'team/c 12', 'team/d 13']);
  });

  test('that were begun in one watch are not ended by the next', async () => {
    const s = scenario();
    const [begun, ended] = [line(added('b', '12')).slice(0, 60), line(added('b', '12')).slice(60)];
    s.lists.push(list('10'));
    s.watches.push((response) => {
      sendWatch(response, line(added('a', '11')), begun);
      response.end();
    }, watch(ended));
    await s.start();
    await s.clock.elapse(800);
    await s.clock.elapse(1600);
    await s.asks('list', 'watch 10', 'watch 11', 'watch 11');
    expect(s.cached).toEqual(['team/a 11']);
    expect(s.told).toEqual(['corrupt line in watch']);
  });

  test.for(['\u2028', '\u2029', '\u0085'])('are not split by %j', async (separator) => {
    const s = scenario();
    const email = `a${separator}b`;
    s.lists.push(list('10'));
    s.watches.push(watch(added('a', '11', { traits: { email } }), added('b', '12')));
    await s.start();
    await until(() => s.changes.length === 2);
    expect(s.store.get('team/a')?.spec.traits).toEqual({ email });
  });

  test('without end are corrupt, not kept', async () => {
    const s = scenario();
    let written = 0;
    s.lists.push(list('10'));
    s.watches.push((response) => {
      sendWatch(response, added('a', '11'));
      const piece = Buffer.alloc(1024 * 1024, 'x');
      const more = () => {
        if (written >= 64 || response.destroyed) return;
        written++;
        response.write(piece, () => setImmediate(more));
      };
      more();
    });
    await s.start();
    await until(() => s.ended.length === 1);
    expect(s.ended).toEqual(['corrupt']);
    expect(written).toBeLessThan(64);
    await s.clock.elapse(800);
    await s.asks('list', 'watch 10', 'watch 11');
  });

  test('that are corrupt lead to a list only when three in a row are, with no event between', async () => {
    const s = scenario();
    const corrupt = watch('nonsense\n');
    s.lists.push(list('10'));
    s.watches.push(corrupt, corrupt, watch(bookmark('11'), 'nonsense\n'), corrupt);
    await s.start();
    for (const ms of [800, 1600, 3200, 6400]) await s.clock.elapse(ms);
    await s.asks('list', 'watch 10', 'watch 10', 'watch 10', 'watch 11', 'watch 11');
  });
});
