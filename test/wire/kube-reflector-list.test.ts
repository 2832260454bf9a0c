import type { ServerResponse } from 'node:http';
import { describe, expect, test } from 'vitest';
import { until } from './clocks.ts';
import { identity, listOf } from './kube-support.ts';
import { sendHtml, sendJson, sendStatus } from './raw-server.ts';
import { list, scenario } from './reflector-scenario.ts';

describe('listing', () => {
  test('reads pages of 500 and watches from that list, with bookmarks and a bounded life', async () => {
    const s = scenario();
    s.lists.push(
      (response) => sendJson(response, 200, listOf([identity('a', '1')], '10', 'page-2')),
      (response) => sendJson(response, 200, listOf([identity('b', '2')], '10')),
    );
    const reflector = await s.start();
    await reflector.synced;
    await s.asks('list', 'list', 'watch 10');
    expect(s.seen.map(({ path }) => path)).toEqual(
      Array(3).fill('/apis/kratos.ory.sh/v1alpha1/kratosidentities'),
    );
    expect(s.seen.map(({ query }) => Object.fromEntries(query))).toEqual([
      { limit: '500' },
      { limit: '500', continue: 'page-2' },
      { watch: '1', resourceVersion: '10', allowWatchBookmarks: 'true', timeoutSeconds: '300' },
    ]);
    expect(s.cached).toEqual(['team/a 1', 'team/b 2']);
  });

  test('changes nothing before the last page has come', async () => {
    const s = scenario();
    s.lists.push((response) => sendJson(response, 200, listOf([identity('a', '1')], '10', 'page-2')));
    await s.start();
    await s.asks('list', 'list');
    expect(s.cached).toEqual([]);
  });

  test('reads everything in one piece when a page token has expired', async () => {
    const s = scenario();
    s.lists.push(
      (response) => sendJson(response, 200, listOf([identity('a', '1')], '10', 'old')),
      (response) => sendStatus(response, 410, 'Expired'),
      list('12', identity('b', '11')),
    );
    await s.start();
    await s.asks('list', 'list', 'list', 'watch 12');
    expect(s.seen[2]?.query.size).toBe(0);
    expect(s.cached).toEqual(['team/b 11']);
  });

  test('drops managedFields and keeps the rest', async () => {
    const s = scenario();
    s.lists.push(list('10', identity('a', '1', { status: { identityId: 'id-1' } })));
    await (await s.start()).synced;
    expect(s.store.get('team/a')?.metadata).not.toHaveProperty('managedFields');
    expect(s.store.get('team/a')).toMatchObject({ spec: { traits: { email: 'a@example.org' } } });
    expect(s.store.holders('id-1')).toEqual(['uid-a']);
  });

  test.for([
    ['HTML', (response: ServerResponse) => sendHtml(response, 200)],
    [
      'an object without uid',
      list('12', { metadata: { name: 'a', namespace: 'team', resourceVersion: '1' } }),
    ],
    [
      'a list that is not called JSON',
      (response: ServerResponse) =>
        sendJson(response, 200, listOf([], '12'), { 'content-type': 'text/plain' }),
    ],
    ['a list without resourceVersion', list('')],
    ['no kind', (response: ServerResponse) => sendJson(response, 200, { ...listOf([], '12'), kind: null })],
    ['no array', (response: ServerResponse) => sendJson(response, 200, { ...listOf([], '12'), items: {} })],
    ['a Status', (response: ServerResponse) => sendStatus(response, 200, '')],
    ['a 500', (response: ServerResponse) => sendStatus(response, 500, 'InternalError')],
  ] as const)('that yields %s leaves the cache as it was, and is tried again', async ([, reply]) => {
    const s = scenario();
    s.lists.push(list('10', identity('a', '1')), reply, list('13'));
    s.watches.push((response) => sendStatus(response, 410, 'Expired'));
    await s.start();
    await s.clock.elapse(0);
    await s.asks('list', 'watch 10', 'list');
    await until(() => s.clock.awaits(800));
    expect(s.cached).toEqual(['team/a 1']);
    s.clock.advance(800);
    await s.asks('list', 'watch 10', 'list', 'list', 'watch 13');
    expect(s.cached).toEqual([]);
  });

  test('tells a lasting failure once a minute, and never gives up', async () => {
    const s = scenario();
    for (let i = 0; i < 5; i++) s.lists.push((response) => sendStatus(response, 403, 'Forbidden'));
    s.lists.push(list('10'));
    const reflector = await s.start();
    for (let i = 0; i < 5; i++) await s.clock.elapse(30_000);
    await reflector.synced;
    expect(s.told).toEqual(Array(3).fill('LIST kratosidentities: denied (403)'));
  });

  test('doubles its delay up to half a minute', async () => {
    const s = scenario();
    for (let i = 0; i < 8; i++) s.lists.push((response) => sendStatus(response, 500, 'InternalError'));
    s.lists.push(list('10'));
    const reflector = await s.start();
    for (const ms of [800, 1600, 3200, 6400, 12_800, 25_600, 30_000, 30_000]) await s.clock.elapse(ms);
    await reflector.synced;
  });

  test('again tells an object that was deleted and made anew as two changes', async () => {
    const s = scenario();
    s.lists.push(list('10', identity('a', '1')), list('20', identity('a', '15', { uid: 'other' })));
    s.watches.push((response) => sendStatus(response, 410, 'Expired'));
    await s.start();
    await s.clock.elapse(0);
    await s.asks('list', 'watch 10', 'list', 'watch 20');
    expect(s.changes).toEqual(['team/a ->1', 'team/a 1>-', 'team/a ->15']);
  });

  test('again tells only what differs', async () => {
    const s = scenario();
    s.lists.push(
      list('10', identity('a', '1'), identity('b', '2'), identity('c', '3')),
      list('20', identity('a', '1'), identity('b', '12')),
    );
    s.watches.push((response) => sendStatus(response, 410, 'Expired'));
    await s.start();
    await s.clock.elapse(0);
    await s.asks('list', 'watch 10', 'list', 'watch 20');
    expect(s.changes.slice(3)).toEqual(['team/c 3>-', 'team/b 2>12']);
  });
});
