import type { ServerResponse } from 'node:http';
import { afterEach, describe, expect, test } from 'vitest';
import { Reflector } from '../../src/kube/reflector.ts';
import { Store } from '../../src/kube/store.ts';
import type { KratosIdentity } from '../../src/model/generated/kratosidentity.ts';
import { HandClock, until } from './clocks.ts';
import { identity, KubeSetup, listOf, sendWatch } from './kube-support.ts';
import { type Seen, sendHtml, sendJson, sendStatus } from './raw-server.ts';

type Reply = (response: ServerResponse, seen: Seen) => void;

/** A collection that answers list after list and watch after watch as told, and then not at all. */
class Scenario {
  readonly lists: Reply[] = [];
  readonly watches: Reply[] = [];
  readonly clock = new HandClock();
  readonly store = new Store<KratosIdentity>((resource) => resource.status?.identityId);
  readonly changes: string[] = [];
  readonly told: string[] = [];
  readonly ended: string[] = [];
  setup: KubeSetup | undefined;
  readonly reflectors: Reflector<KratosIdentity>[] = [];

  constructor() {
    this.store.onChange((key, before, after) => {
      const version = (each: KratosIdentity | undefined) => each?.metadata.resourceVersion ?? '-';
      this.changes.push(`${key} ${version(before)}>${version(after)}`);
    });
  }

  async start(namespace?: string, watchIdleMs = 60_000): Promise<Reflector<KratosIdentity>> {
    this.setup ??= await KubeSetup.start((seen, response) => this.#answer(seen, response), this.clock, {
      watchIdleMs,
    });
    const { api } = this.setup;
    const reflector = new Reflector<KratosIdentity>({
      requests: api.requests,
      watches: api.watches,
      api: '/apis/kratos.ory.sh/v1alpha1',
      plural: 'kratosidentities',
      namespace,
      store: this.store,
      clock: this.clock,
      random: () => 0,
      metrics: {
        listed: () => {},
        watched: (result) => this.ended.push(result),
        event: () => {},
        failed: (error) => this.told.push(error.message),
      },
    });
    this.reflectors.push(reflector);
    reflector.start();
    return reflector;
  }

  get seen(): readonly Seen[] {
    return this.setup?.server.seen ?? [];
  }

  /** What was asked: `list`, or `watch` with where from. */
  get asked(): string[] {
    return this.seen.map(({ query }) =>
      query.has('watch') ? `watch ${query.get('resourceVersion')}` : 'list',
    );
  }

  async asks(...expected: string[]): Promise<void> {
    await until(() => this.asked.length >= expected.length, expected.join(', '));
    expect(this.asked).toEqual(expected);
  }

  get cached(): string[] {
    return [...this.store.keys()].map((key) => `${key} ${this.store.get(key)?.metadata.resourceVersion}`);
  }

  async close(): Promise<void> {
    await Promise.all(this.reflectors.map((each) => each.stop()));
    await this.setup?.close();
  }

  #answer(seen: Seen, response: ServerResponse): void {
    const replies = seen.query.has('watch') ? this.watches : this.lists;
    replies.shift()?.(response, seen);
  }
}

const open: Scenario[] = [];

function scenario(): Scenario {
  const made = new Scenario();
  open.push(made);
  return made;
}

afterEach(async () => {
  await Promise.all(open.splice(0).map((each) => each.close()));
});

const list =
  (version: string, ...items: readonly unknown[]): Reply =>
  (response) =>
    sendJson(response, 200, listOf(items, version));
const watch =
  (...lines: readonly (string | object)[]): Reply =>
  (response) =>
    sendWatch(response, ...lines);
/** A watch that the server closes in good order. */
const closing =
  (...lines: readonly (string | object)[]): Reply =>
  (response) => {
    sendWatch(response, ...lines);
    response.end();
  };
const added = (name: string, version: string, overrides = {}) => ({
  type: 'ADDED',
  object: identity(name, version, overrides),
});
const bookmark = (version: string) => ({
  type: 'BOOKMARK',
  object: { kind: 'KratosIdentity', metadata: { resourceVersion: version } },
});
const error = (status: object) => ({ type: 'ERROR', object: { kind: 'Status', ...status } });

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
