import type { ServerResponse } from 'node:http';
import { describe, expect, test } from 'vitest';
import { until } from './clocks.ts';
import { identity, sendWatch } from './kube-support.ts';
import { sendHtml, sendStatus } from './raw-server.ts';
import { added, bookmark, closing, error, list, type Reply, scenario, watch } from './reflector-scenario.ts';

describe('watching', () => {
  test('applies what was added, modified and deleted', async () => {
    const s = scenario();
    s.lists.push(list('10', identity('a', '1'), identity('b', '2')));
    s.watches.push(
      watch(
        added('c', '11'),
        { type: 'MODIFIED', object: identity('a', '12') },
        { type: 'DELETED', object: identity('b', '13') },
      ),
    );
    await s.start();
    await until(() => s.changes.length === 5);
    expect(s.cached).toEqual(['team/a 12', 'team/c 11']);
    expect(s.changes.slice(2)).toEqual(['team/c ->11', 'team/a 1>12', 'team/b 2>-']);
  });

  test('follows the identity that a resource holds', async () => {
    const s = scenario();
    s.lists.push(list('10', identity('a', '1', { status: { identityId: 'one' } })));
    s.watches.push(
      watch(added('b', '11', { status: { identityId: 'one' } }), {
        type: 'MODIFIED',
        object: identity('a', '12', { status: { identityId: 'two' } }),
      }),
    );
    await s.start();
    await until(() => s.changes.length === 3);
    expect(s.store.holders('one')).toEqual(['uid-b']);
    expect(s.store.holders('two')).toEqual(['uid-a']);
    expect(s.store.holders('three')).toEqual([]);
  });

  test('that was cut resumes after the last applied event', async () => {
    const s = scenario();
    s.lists.push(list('10'));
    s.watches.push((response) => {
      sendWatch(response, added('a', '11'));
      setImmediate(() => response.destroy());
    });
    await s.start();
    await s.clock.elapse(800);
    await s.asks('list', 'watch 10', 'watch 11');
    expect(s.cached).toEqual(['team/a 11']);
    expect(s.ended).toEqual(['cut']);
  });

  test('that ended in good order goes on at once when it lived longer than a second', async () => {
    const s = scenario();
    s.lists.push(list('10'));
    let end = () => {};
    s.watches.push((response) => {
      sendWatch(response, added('a', '11'));
      end = () => void response.end();
    });
    await s.start();
    await until(() => s.changes.length === 1);
    s.clock.advance(1000);
    end();
    await s.asks('list', 'watch 10', 'watch 11');
    expect(s.told).toEqual([]);
  });

  test('that ends again and again within a second is opened ever more slowly', async () => {
    const s = scenario();
    s.lists.push(list('10'));
    s.watches.push(closing(added('a', '11')), closing(added('b', '12')), closing(added('c', '13')));
    await s.start();
    for (const ms of [800, 1600, 3200]) await s.clock.elapse(ms);
    await s.asks('list', 'watch 10', 'watch 11', 'watch 12', 'watch 13');
  });

  test('resumes from a bookmark', async () => {
    const s = scenario();
    s.lists.push(list('10'));
    s.watches.push(closing(added('a', '11'), bookmark('99')));
    await s.start();
    await s.clock.elapse(800);
    await s.asks('list', 'watch 10', 'watch 99');
    expect(s.cached).toEqual(['team/a 11']);
  });

  test('that falls silent is opened anew from where it was', async () => {
    const s = scenario();
    s.lists.push(list('10'));
    s.watches.push(watch(added('a', '11')));
    await s.start(undefined, 50);
    await s.clock.elapse(800);
    await s.asks('list', 'watch 10', 'watch 11');
    expect(s.told).toEqual([]);
  });

  test.for([
    ['closes', (response: ServerResponse): void => void response.end()],
    ['resets', (response: ServerResponse): void => void setImmediate(() => response.destroy())],
  ] as const)('discards half a line when the server %s, and sees that event again', async ([, finish]) => {
    const s = scenario();
    s.lists.push(list('10'));
    s.watches.push(
      (response) => {
        sendWatch(response, added('a', '11'), JSON.stringify(added('b', '12')).slice(0, 40));
        finish(response);
      },
      watch(added('b', '12')),
    );
    await s.start();
    await s.clock.elapse(800);
    await s.asks('list', 'watch 10', 'watch 11');
    await until(() => s.changes.length === 2);
    expect(s.cached).toEqual(['team/a 11', 'team/b 12']);
  });

  test.for([
    ['broken JSON', '{"type":"ADDED","object":{\n'],
    ['no event', '[]\n'],
    ['an unknown type', { type: 'RENAMED', object: identity('b', '12') }],
    ['an object without resourceVersion', { type: 'ADDED', object: { metadata: { name: 'b', uid: 'u' } } }],
    ['a bookmark without resourceVersion', bookmark('')],
    ['an error that is no Status', { type: 'ERROR', object: {} }],
  ] as const)('stops at %s, believes nothing after it, and resumes before it', async ([, line]) => {
    const s = scenario();
    s.lists.push(list('10'));
    s.watches.push(watch(added('a', '11'), line, added('c', '13')));
    await s.start();
    await s.clock.elapse(800);
    await s.asks('list', 'watch 10', 'watch 11');
    expect(s.cached).toEqual(['team/a 11']);
    expect(s.told).toEqual(['corrupt line in watch']);
    expect(s.ended).toEqual(['corrupt']);
  });

  test('lists anew when the same line is corrupt three times', async () => {
    const s = scenario();
    s.lists.push(list('10'), list('20'));
    s.watches.push(watch('nonsense\n'), watch('nonsense\n'), watch('nonsense\n'));
    await s.start();
    for (const ms of [800, 1600, 3200]) await s.clock.elapse(ms);
    await s.asks('list', 'watch 10', 'watch 10', 'watch 10', 'list', 'watch 20');
  });

  test('reads characters that are split between chunks, and line separators inside of strings', async () => {
    const s = scenario();
    const email = 'jürgen\u2028ß😀';
    s.lists.push(list('10'));
    s.watches.push((response) => {
      sendWatch(response);
      const bytes = Buffer.from(`${JSON.stringify(added('a', '11', { traits: { email } }))}\n`);
      const send = (at: number) => {
        if (at < bytes.length)
          response.write(bytes.subarray(at, at + 1), () => setImmediate(() => send(at + 1)));
      };
      send(0);
    });
    await s.start();
    await until(() => s.changes.length === 1);
    expect(s.store.get('team/a')?.spec.traits).toEqual({ email });
  });

  test.for([
    ['as a status', (response: ServerResponse) => sendStatus(response, 410, 'Expired')],
    ['as an event on a stream left open', watch(error({ code: 410, reason: 'Expired' }))],
    ['as an event by reason alone', watch(error({ reason: 'Gone' }))],
  ] as const)(
    'lists at once when told %s that its version is gone, but not twice at once',
    async ([, gone]) => {
      const s = scenario();
      s.lists.push(list('10', identity('a', '1')), list('20'), list('30'));
      s.watches.push(gone, gone);
      await s.start();
      await s.clock.elapse(0);
      await s.asks('list', 'watch 10', 'list', 'watch 20');
      expect(s.cached).toEqual([]);
      await s.clock.elapse(800);
      await s.asks('list', 'watch 10', 'list', 'watch 20', 'list', 'watch 30');
    },
  );

  test.for([
    ['a 500', (response: ServerResponse) => sendStatus(response, 500, 'InternalError'), 800],
    ['a 429', (response: ServerResponse) => sendStatus(response, 429, 'x', { 'retry-after': '7' }), 7000],
    ['HTML', (response: ServerResponse) => sendHtml(response, 200), 800],
    ['a 500 event', watch(error({ code: 500 })), 800],
    ['a 429 event', watch(error({ code: 429, details: { retryAfterSeconds: 9 } })), 9000],
    ['a 403', (response: ServerResponse) => sendStatus(response, 403, 'Forbidden'), 30_000],
  ] as const)('answered with %s waits and goes on from the same version', async ([, reply, ms]) => {
    const s = scenario();
    s.lists.push(list('10', identity('a', '1')));
    s.watches.push(reply);
    await s.start();
    await until(() => s.ended.includes('error'));
    await s.clock.elapse(ms);
    await s.asks('list', 'watch 10', 'watch 10');
    expect(s.cached).toEqual(['team/a 1']);
  });

  test('answered with an event of any other error lists anew', async () => {
    const s = scenario();
    s.lists.push(list('10'), list('20'));
    s.watches.push(watch(error({ code: 400 })));
    await s.start();
    await s.clock.elapse(800);
    await s.asks('list', 'watch 10', 'list', 'watch 20');
  });

  test('refused five times at one version tries a list', async () => {
    const s = scenario();
    s.lists.push(list('10'), list('5'));
    for (let i = 0; i < 5; i++) s.watches.push((response) => sendStatus(response, 504, 'Timeout'));
    await s.start();
    for (const ms of [800, 1600, 3200, 6400, 12_800]) await s.clock.elapse(ms);
    await s.asks('list', ...Array(5).fill('watch 10'), 'list', 'watch 5');
  });

  test.for([
    [429, 'TooManyRequests', [800, 1600, 3200, 6400, 12_800, 25_600]],
    [403, 'Forbidden', Array(6).fill(30_000)],
  ] satisfies [number, string, number[]][])(
    'refused with %i over and over goes on from its version: a list would be refused too',
    async ([code, reason, delays]) => {
      const s = scenario();
      s.lists.push(list('10'));
      for (const _ of delays) s.watches.push((response) => sendStatus(response, code, reason));
      await s.start();
      for (const ms of delays) await s.clock.elapse(ms);
      await s.asks('list', ...Array(7).fill('watch 10'));
    },
  );

  test('forgets earlier failures once it has lived', async () => {
    const s = scenario();
    const failing: Reply = (response) => sendStatus(response, 500, 'InternalError');
    let end = () => {};
    s.lists.push(list('10'));
    s.watches.push(failing, failing, failing, failing, (response) => {
      sendWatch(response);
      end = () => void response.end();
    });
    s.watches.push(failing);
    await s.start();
    for (const ms of [800, 1600, 3200, 6400]) await s.clock.elapse(ms);
    await s.asks('list', ...Array(5).fill('watch 10'));
    await until(() => s.clock.waiting === 0, 'the headers of the watch');
    // Two minutes without a failure also bring the delay back to its beginning.
    s.clock.advance(120_000);
    end();
    await s.clock.elapse(800);
    await s.asks('list', ...Array(7).fill('watch 10'));
  });

  test('answered with 401 comes back at once with fresh credentials', async () => {
    const s = scenario();
    s.lists.push(list('10'));
    s.watches.push((response) => sendStatus(response, 401, 'Unauthorized'), watch(added('a', '11')));
    await s.start();
    await until(() => s.changes.length === 1);
    expect(s.seen.map(({ headers }) => headers.authorization)).toEqual([
      'Bearer token-0',
      'Bearer token-0',
      'Bearer token-1',
    ]);
  });

  test('goes on when a handler throws, and the other handlers hear all the same', async () => {
    const s = scenario();
    const heard: string[] = [];
    s.store.onChange(() => {
      throw new Error('handler');
    });
    s.store.onChange((key) => heard.push(key));
    s.lists.push(list('10'));
    s.watches.push(watch(added('a', '11'), added('b', '12')));
    await s.start();
    await until(() => heard.length === 2);
    expect(heard).toEqual(['team/a', 'team/b']);
  });

  test('counts every byte, answer and failed attempt as activity', async () => {
    const s = scenario();
    let send = () => {};
    s.lists.push(list('10'));
    s.watches.push((response) => {
      sendWatch(response);
      send = () => void response.write('{"type":');
    });
    const reflector = await s.start();
    await until(() => s.asked.length === 2);
    s.clock.advance(5000);
    send();
    await until(() => reflector.lastActivity === 5000);
  });
});
