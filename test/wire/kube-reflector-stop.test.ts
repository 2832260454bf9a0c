import { describe, expect, test } from 'vitest';
import { until } from './clocks.ts';
import { identity, listOf, sendWatch } from './kube-support.ts';
import { sendJson, sendStatus } from './raw-server.ts';
import { added, list, scenario, watch } from './reflector-scenario.ts';

describe('stopping', () => {
  test('during a list opens no watch and changes nothing', async () => {
    const s = scenario();
    let answer = () => {};
    s.lists.push((response) => {
      answer = () => sendJson(response, 200, listOf([identity('a', '1')], '10'));
    });
    const reflector = await s.start();
    await s.asks('list');
    await reflector.stop();
    answer();
    s.lists.push(list('99'));
    await s.setup?.api.requests.get({ operation: 'GET after', path: '/after' });
    expect(s.cached).toEqual([]);
    expect(s.seen.map(({ path }) => path.split('/').at(-1))).toEqual(['kratosidentities', 'after']);
  });

  test('during a watch applies nothing more', async () => {
    const s = scenario();
    let send = () => {};
    s.lists.push(list('10'));
    s.watches.push((response) => {
      sendWatch(response, added('a', '11'));
      response.on('close', () => {
        send = () => {};
      });
      send = () => void response.write(`${JSON.stringify(added('b', '12'))}\n`);
    });
    const reflector = await s.start();
    await until(() => s.changes.length === 1);
    const stopped = reflector.stop();
    send();
    await stopped;
    expect(s.cached).toEqual(['team/a 11']);
  });

  test('from within a handler leaves the rest of what has come unapplied', async () => {
    const s = scenario();
    s.lists.push(list('10'));
    const both = [added('a', '11'), added('b', '12')].map((event) => `${JSON.stringify(event)}\n`);
    s.watches.push(watch(both.join('')));
    let stopped: Promise<void> | undefined;
    s.store.onChange(() => {
      stopped = s.reflectors[0]?.stop();
    });
    await s.start();
    await until(() => stopped !== undefined);
    await stopped;
    expect(s.cached).toEqual(['team/a 11']);
  });

  test('while it waits after a failure ends the wait', async () => {
    const s = scenario();
    s.lists.push((response) => sendStatus(response, 500, 'InternalError'));
    const reflector = await s.start();
    await until(() => s.clock.awaits(800));
    await reflector.stop();
    expect(s.clock.awaits(800)).toBe(false);
    expect(s.asked).toEqual(['list']);
  });
});
