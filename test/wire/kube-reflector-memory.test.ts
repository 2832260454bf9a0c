import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { afterEach, expect, test } from 'vitest';
import { KubeApi } from '../../src/kube/api.ts';
import { Reflector } from '../../src/kube/reflector.ts';
import { Store } from '../../src/kube/store.ts';
import type { Clock } from '../../src/model/clock.ts';
import type { KratosIdentity } from '../../src/model/generated/kratosidentity.ts';
import { Sensitive } from '../../src/model/sensitive.ts';
import { realClock, until } from './clocks.ts';
import { identity, listOf, sendWatch } from './kube-support.ts';
import { sendHtml, sendJson, sendStatus } from './raw-server.ts';
import { added, bookmark, error } from './reflector-scenario.ts';

/*
 * The row of the fault table on memory: what is held after any number of faults and events is what is there, not what was. What the
 * process has from the system depends on when it collects, so things that survive a collection are counted instead.
 */

const ROUNDS = 30;
const EVENTS = 100_000;
/** Less than a number for each event. */
const SLACK_BYTES = EVENTS * 5;

setFlagsFromString('--expose-gc');
const collect = runInNewContext('gc') as () => void;

/** A reflector's delays pass at once: only their number counts here. */
class LeapingClock implements Clock {
  #elapsed = 0;

  now(): number {
    return this.#elapsed;
  }

  monotonic(): number {
    return this.#elapsed;
  }

  after(ms: number, fn: () => void): () => void {
    this.#elapsed += ms;
    const leap = setImmediate(fn);
    return () => clearImmediate(leap);
  }
}

let version = 100;
const next = () => String(++version);
const names = Array.from({ length: 50 }, (_, index) => `person-${index}`);
const event = (index: number) =>
  added(names[index % names.length] ?? '', next(), { uid: `uid-${index % 3}` });

/** Each ends a watch in its own way, at once. */
const FAULTS: Readonly<Record<string, (response: ServerResponse) => void>> = {
  'a close': (response) => {
    sendWatch(response);
    response.end();
  },
  'one event and a close': (response) => {
    sendWatch(response, event(1));
    response.end();
  },
  'many events and a close': (response) => {
    sendWatch(response, ...names.map((_, index) => event(index)), bookmark(next()));
    response.end();
  },
  'a reset amid a line': (response) => {
    sendWatch(response, event(2), '{"type":"ADDED","object":{"meta');
    setImmediate(() => response.destroy());
  },
  'a corrupt line': (response) => sendWatch(response, 'nonsense\n'),
  'an error left open': (response) => sendWatch(response, error({ code: 500, message: 'x' })),
  'a version that is gone': (response) => sendStatus(response, 410, 'Expired'),
  'a 500': (response) => sendStatus(response, 500, 'InternalError'),
  'a 401': (response) => sendStatus(response, 401, 'Unauthorized'),
  HTML: (response) => sendHtml(response, 200),
};

const closers: (() => Promise<unknown>)[] = [];

afterEach(async () => {
  for (const close of closers.splice(0)) await close();
});

/** What was handed out, as long as somebody holds it. */
class Handed {
  readonly #refs: WeakRef<object>[] = [];

  add(thing: object): void {
    this.#refs.push(new WeakRef(thing));
  }

  get ever(): number {
    return this.#refs.length;
  }

  get held(): number {
    return this.#refs.filter((ref) => ref.deref() !== undefined).length;
  }
}

class AllHanded {
  readonly streams = new Handed();
  readonly signals = new Handed();
  readonly objects = new Handed();
  readonly errors = new Handed();
}

/** A reflector whose watches are served by `serve`; what it is handed is told of, where that is asked for. */
async function start(
  serve: (response: ServerResponse) => void,
  handed?: AllHanded,
): Promise<Store<KratosIdentity>> {
  const server = createServer((request, response) => {
    if (request.url?.includes('watch=1') === true) serve(response);
    else
      sendJson(
        response,
        200,
        listOf(
          names.map((name) => identity(name, next())),
          next(),
        ),
      );
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const api = new KubeApi({
    credentials: {
      baseUrl: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
      namespace: undefined,
      tls: async () => ({}),
      authorization: async () => new Sensitive('Bearer token'),
      refresh: () => {},
    },
    clock: realClock,
    concurrency: 4,
  });
  const watch = api.watches.watch.bind(api.watches);
  api.watches.watch = async (call) => {
    if (call.signal !== undefined) handed?.signals.add(call.signal);
    const stream = await watch(call);
    handed?.streams.add(stream);
    return stream;
  };
  const store = new Store<KratosIdentity>((resource) => resource.status?.identityId);
  store.onChange((_key, _before, after) => {
    if (after !== undefined) handed?.objects.add(after);
  });
  const ignore = () => {};
  const reflector = new Reflector<KratosIdentity>({
    requests: api.requests,
    watches: api.watches,
    api: '/apis/kratos.ory.sh/v1alpha1',
    plural: 'kratosidentities',
    namespace: undefined,
    store,
    clock: new LeapingClock(),
    random: () => 0,
    metrics: {
      listed: ignore,
      relisted: ignore,
      watched: ignore,
      event: ignore,
      failed: (failure) => handed?.errors.add(failure),
    },
  });
  closers.push(async () => {
    const stopped = reflector.stop();
    await api.close();
    server.closeAllConnections();
    await stopped;
    await new Promise((resolve) => server.close(resolve));
  });
  reflector.start();
  return store;
}

/** Bytes that survive. */
async function heldBytes(): Promise<number> {
  for (let pass = 0; pass < 4; pass++) {
    collect();
    await new Promise((resolve) => setImmediate(resolve));
  }
  return process.memoryUsage().heapUsed;
}

test('after thousands of faults of every kind only the present watch and what is in the store are held', async () => {
  const faults = Object.values(FAULTS);
  const done = Promise.withResolvers<void>();
  let watches = 0;
  const handed = new AllHanded();
  const serve = (response: ServerResponse) => {
    const fault = faults[watches++ % faults.length];
    // The last one stays open, with nothing to tell.
    if (watches > ROUNDS * faults.length) {
      sendWatch(response);
      done.resolve();
    } else fault?.(response);
  };
  const store = await start(serve, handed);
  await done.promise;
  await heldBytes();
  const { streams, signals, objects, errors } = handed;
  expect(store.size).toBe(names.length);
  // A 401 is answered by asking again.
  expect(signals.ever).toBe(ROUNDS * (faults.length - 1) + 1);
  expect(streams.ever).toBeGreaterThan(ROUNDS);
  expect(objects.ever).toBeGreaterThan(ROUNDS * names.length);
  expect({ streams: streams.held, objects: objects.held }).toEqual({ streams: 1, objects: store.size });
  // The one before may be kept until the next turn of a pool.
  expect(signals.held).toBeLessThanOrEqual(2);
  expect(errors.held).toBeLessThanOrEqual(1);
}, 60_000);

test(`${EVENTS} events over one watch leave no more than the objects they tell of`, async () => {
  let send = async (_count: number) => {};
  const ready = Promise.withResolvers<void>();
  const store = await start((response) => {
    sendWatch(response);
    send = async (count) => {
      for (let index = 0; index < count; index++) {
        const more = response.write(`${JSON.stringify(event(index))}\n`);
        if (!more) await new Promise((resolve) => response.once('drain', resolve));
      }
      const last = String(version);
      await until(() => [...store.keys()].some((key) => store.get(key)?.metadata.resourceVersion === last));
    };
    ready.resolve();
  });
  await ready.promise;
  await send(EVENTS / 10);
  const before = await heldBytes();
  await send(EVENTS);
  const grown = (await heldBytes()) - before;
  expect(grown).toBeLessThan(SLACK_BYTES);
}, 60_000);
