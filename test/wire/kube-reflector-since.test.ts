import { describe, expect, test } from 'vitest';
import { until } from './clocks.ts';
import { identity } from './kube-support.ts';
import { sendStatus } from './raw-server.ts';
import { added, list, type Reply, scenario, watch } from './reflector-scenario.ts';

/** A promise, and whether it has resolved by now. */
function watched(promise: Promise<void>): { readonly done: boolean } {
  const state = { done: false };
  void promise.then(() => {
    state.done = true;
  });
  return state;
}

describe('a list since a given moment', () => {
  test('is there already where the last one began then', async () => {
    const s = scenario();
    s.lists.push(list('10'));
    s.watches.push(watch());
    const reflector = await s.start();
    await reflector.synced;
    await reflector.listedSince(s.clock.monotonic());
    await s.asks('list', 'watch 10');
  });

  test('is made where the last one is older, and the watch goes on from it', async () => {
    const s = scenario();
    s.lists.push(list('10', identity('a', '9')), list('20', identity('b', '15')));
    s.watches.push(watch(), watch(added('c', '21')));
    const reflector = await s.start();
    await s.asks('list', 'watch 10');
    s.clock.advance(1);
    await reflector.listedSince(s.clock.monotonic());
    expect(s.cached).toEqual(['team/b 15']);
    await s.asks('list', 'watch 10', 'list', 'watch 20');
    await until(() => s.cached.includes('team/c 21'));
    expect({ ended: s.ended, told: s.told }).toEqual({ ended: [], told: [] });
  });

  test('is not the one that was under way then', async () => {
    const s = scenario();
    let answer = () => {};
    const held: Reply = (response, seen) => {
      answer = () => list('10')(response, seen);
    };
    s.lists.push(held, list('20'));
    s.watches.push(watch());
    const reflector = await s.start();
    await s.asks('list');
    s.clock.advance(1);
    const since = watched(reflector.listedSince(s.clock.monotonic()));
    answer();
    await s.asks('list', 'list', 'watch 20');
    expect(since.done).toBe(true);
  });

  test('that fails is tried again with backoff, and the cache stays as it was meanwhile', async () => {
    const s = scenario();
    const busy: Reply = (response) => sendStatus(response, 503, 'ServiceUnavailable');
    s.lists.push(list('10', identity('a', '9')), busy, busy, list('20', identity('a', '12')));
    s.watches.push(watch(), watch());
    const reflector = await s.start();
    await s.asks('list', 'watch 10');
    s.clock.advance(1);
    const since = watched(reflector.listedSince(s.clock.monotonic()));
    await s.asks('list', 'watch 10', 'list');
    expect({ cached: s.cached, done: since.done }).toEqual({ cached: ['team/a 9'], done: false });
    await s.clock.elapse(800);
    await s.asks('list', 'watch 10', 'list', 'list');
    await s.clock.elapse(1600);
    await s.asks('list', 'watch 10', 'list', 'list', 'list', 'watch 20');
    expect({ cached: s.cached, done: since.done }).toEqual({ cached: ['team/a 12'], done: true });
  });
});
