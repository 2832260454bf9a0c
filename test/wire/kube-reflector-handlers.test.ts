import { describe, expect, test } from 'vitest';
import { until } from './clocks.ts';
import { identity } from './kube-support.ts';
import { added, list, scenario, watch } from './reflector-scenario.ts';

describe('a handler that throws', () => {
  test('at a list is told of, once for a lasting one, without its words, which may quote an object', async () => {
    const s = scenario();
    s.store.onChange((_, __, after) => {
      throw new TypeError(`cannot take ${JSON.stringify(after?.spec.traits)}`);
    });
    s.lists.push(list('10', identity('a', '1'), identity('b', '2')));
    await s.start();
    await s.asks('list', 'watch 10');
    expect(s.cached).toEqual(['team/a 1', 'team/b 2']);
    expect(s.told).toEqual(['a handler of changes failed: TypeError']);
  });

  test('at an event is told of, and leaves the stream as it is', async () => {
    const s = scenario();
    s.store.onChange((key) => {
      if (key === 'team/c') throw null;
    });
    s.lists.push(list('10', identity('a', '1')));
    s.watches.push(watch(added('c', '11'), added('d', '12')));
    await s.start();
    await until(() => s.changes.length === 3);
    expect(s.told).toEqual(['a handler of changes failed: Error']);
    await s.asks('list', 'watch 10');
    expect(s.ended).toEqual([]);
  });
});
