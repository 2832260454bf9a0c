import { describe, expect, test } from 'vitest';
import { identity } from './kube-support.ts';
import { added, list, scenario, watch } from './reflector-scenario.ts';

describe('one namespace', () => {
  test('is all that a namespaced reflector asks for and touches', async () => {
    const s = scenario();
    s.lists.push(list('10', identity('a', '1', { namespace: 'one' })));
    await (await s.start('one')).synced;
    s.lists.push(list('10', identity('b', '2', { namespace: 'two' })));
    await (await s.start('two')).synced;
    expect(s.cached).toEqual(['one/a 1', 'two/b 2']);
    expect(s.seen.filter(({ query }) => !query.has('watch')).map(({ path }) => path)).toEqual([
      '/apis/kratos.ory.sh/v1alpha1/namespaces/one/kratosidentities',
      '/apis/kratos.ory.sh/v1alpha1/namespaces/two/kratosidentities',
    ]);
  });

  test('refuses a list and an event with an object of another', async () => {
    const s = scenario();
    s.lists.push(list('10', identity('b', '2', { namespace: 'two' })), list('11'));
    s.watches.push(watch(added('b', '12', { namespace: 'two' })));
    await s.start('one');
    await s.clock.elapse(800);
    await s.clock.elapse(1600);
    await s.asks('list', 'list', 'watch 11', 'watch 11');
    expect(s.cached).toEqual([]);
  });
});
