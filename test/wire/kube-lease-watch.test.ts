import { describe, expect, test } from 'vitest';
import { until } from './clocks.ts';
import { held, LeaseServer, PATH, signal } from './lease-server.ts';
import { sendHtml, sendStatus } from './raw-server.ts';

const OTHER = { holderIdentity: 'other', leaseDurationSeconds: 15, leaseTransitions: 0 };
const FREE = { holderIdentity: '', leaseDurationSeconds: 1, leaseTransitions: 0 };

/** One that has seen the Lease of another, and rests. */
async function standby(server: LeaseServer) {
  const elector = server.elector('me');
  const acquired = elector.acquire(signal());
  // Some tests end before it is won: then it is called off.
  acquired.catch(() => {});
  await until(() => server.watched.length > 0 && server.clock.awaits(2000));
  return { elector, acquired };
}

describe('a standby', () => {
  test('watches that one Lease from the version it has read', async () => {
    const server = await LeaseServer.start(OTHER);
    await standby(server);
    const [watch] = server.watched;
    expect(watch).toMatchObject({ method: 'GET', path: PATH });
    expect(Object.fromEntries(watch?.query ?? [])).toEqual({
      watch: '1',
      fieldSelector: 'metadata.name=operator',
      resourceVersion: 'v1',
      timeoutSeconds: '300',
    });
  });

  test('takes over as soon as the Lease is released, without waiting for its next look', async () => {
    const server = await LeaseServer.start(OTHER);
    server.watch = server.live;
    const { elector, acquired } = await standby(server);
    server.clock.advance(1000);
    server.write(FREE);
    await until(() => server.clock.awaits(0));
    server.clock.advance(0);
    await acquired;
    expect(elector.wonAt).toBe(1000);
    expect(held(elector)).toBe(true);
  });

  test('is only woken: what the watch says is read again before it counts', async () => {
    const server = await LeaseServer.start(OTHER);
    server.watch = (seen, response) => {
      server.live(seen, response);
      // As a watch that is behind, or not this server's: nobody holds the lease, it says.
      const object = {
        kind: 'Lease',
        metadata: { uid: 'u', name: 'operator', resourceVersion: 'v0' },
        spec: {},
      };
      response.write(`${JSON.stringify({ type: 'MODIFIED', object })}\n`);
    };
    await standby(server);
    await until(() => server.clock.awaits(100));
    server.clock.advance(100);
    await until(() => server.asked.length === 2);
    expect(server.asked).toEqual(['GET', 'GET']);
    expect(server.stored?.spec).toEqual(OTHER);
  });

  test('counts the life of the lease from the renewal that it was told of', async () => {
    const server = await LeaseServer.start(OTHER);
    server.watch = server.live;
    const { elector, acquired } = await standby(server);
    server.clock.advance(1500);
    server.write(OTHER);
    await until(() => server.clock.awaits(0));
    server.clock.advance(0);
    await until(() => server.asked.length === 2 && server.clock.awaits(2000));
    for (let i = 0; i < 7; i++) await server.clock.elapse(2000);
    await server.clock.elapse(1000);
    await acquired;
    expect(elector.wonAt).toBe(16_500);
  });

  test('tries at most ten times a second, whatever the watch tells', async () => {
    const server = await LeaseServer.start(OTHER);
    server.watch = server.live;
    await standby(server);
    for (let i = 0; i < 20; i++) server.write(OTHER);
    await until(() => server.clock.awaits(100));
    server.clock.advance(99);
    expect(server.asked).toEqual(['GET']);
    server.clock.advance(1);
    await until(() => server.asked.length === 2);
    await until(() => server.clock.awaits(2000));
    expect(server.asked).toEqual(['GET', 'GET']);
  });

  test('that has won, or is called off, watches no more', async () => {
    const server = await LeaseServer.start(OTHER);
    let closed = 0;
    server.watch = (seen, response) => {
      response.on('close', () => closed++);
      server.live(seen, response);
    };
    const { acquired } = await standby(server);
    server.clock.advance(1000);
    server.write(FREE);
    await until(() => server.clock.awaits(0));
    server.clock.advance(0);
    await acquired;
    await until(() => closed === 1);
    const abort = new AbortController();
    const called = server.elector('third').acquire(abort.signal);
    await until(() => server.watched.length === 2);
    abort.abort(new Error('stop'));
    await expect(called).rejects.toThrow('stop');
    await until(() => closed === 2);
  });
});

describe('trouble of the watch', () => {
  const troubles = {
    'the right is missing': (server: LeaseServer) => {
      server.watch = (_, response) => sendStatus(response, 403, 'Forbidden');
    },
    'the server fails': (server: LeaseServer) => {
      server.watch = (_, response) => sendStatus(response, 503, 'x', { 'retry-after': '5' });
    },
    'a proxy answers': (server: LeaseServer) => {
      server.watch = (_, response) => sendHtml(response, 200);
    },
    'the version is too old': (server: LeaseServer) => {
      server.watch = (_, response) => {
        response.writeHead(200, { 'content-type': 'application/json' });
        response.write('{"type":"ERROR","object":{"kind":"Status","code":410}}\n');
      };
    },
    'it says what is no event': (server: LeaseServer) => {
      server.watch = (_, response) => {
        response.writeHead(200, { 'content-type': 'application/json' });
        response.write('nonsense\n');
      };
    },
    'it ends at once': (server: LeaseServer) => {
      server.watch = (_, response) => {
        response.writeHead(200, { 'content-type': 'application/json' }).end();
      };
    },
    'it is cut at once': (server: LeaseServer) => {
      server.watch = (_, response) => {
        response.writeHead(200, { 'content-type': 'application/json' }).flushHeaders();
        setImmediate(() => response.destroy());
      };
    },
    'it says nothing': (server: LeaseServer) => {
      server.watch = (_, response) => {
        response.writeHead(200, { 'content-type': 'application/json' }).flushHeaders();
      };
    },
  };

  /** Milliseconds: its backoff, what a server asked for, and what a missing right costs. */
  const PAUSES = [800, 1600, 3200, 6400, 12_800, 5000, 30_000];

  test.each(Object.entries(troubles))(
    '%s: the looks go on, in silence, and no loop begins',
    async (trouble, make) => {
      const server = await LeaseServer.start(OTHER);
      make(server);
      const { elector, acquired } = await standby(server);
      // Sockets live by the machine's time: a watch has to be over before the clock moves, or it would seem a long one.
      const pass = async (ms: number) => {
        await until(() => server.clock.awaits(ms), `a wait of ${ms} ms`);
        const rests = () => PAUSES.some((pause) => server.clock.awaits(pause));
        if (trouble !== 'it says nothing') await until(rests, 'the watch to wait');
        server.clock.advance(ms);
      };
      for (let i = 0; i < 7; i++) await pass(2000);
      await pass(1000);
      await acquired;
      expect(elector.wonAt).toBe(15_000);
      expect(server.errors).toEqual([]);
      // Backing off from 0.8 s on: at most five in as many seconds as it took.
      expect(server.watched.length).toBeLessThanOrEqual(6);
    },
  );

  test('is over when the right comes: the next watch is served', async () => {
    const server = await LeaseServer.start(OTHER);
    await standby(server);
    server.watch = server.live;
    for (let i = 0; i < 20 && server.watched.length < 2; i++) {
      await until(() => server.clock.awaits(2000));
      server.write(OTHER);
      server.clock.advance(2000);
    }
    await until(() => server.watched.length === 2);
  });

  test('that comes after a second costs no wait: it is opened again at once, from what was read last', async () => {
    const server = await LeaseServer.start(OTHER);
    const cuts: (() => void)[] = [];
    server.watch = (seen, response) => {
      cuts.push(() => response.destroy());
      server.live(seen, response);
    };
    await standby(server);
    server.write(OTHER);
    await until(() => server.clock.awaits(100));
    server.clock.advance(100);
    await until(() => server.asked.length === 2 && server.clock.awaits(2000));
    server.clock.advance(1000);
    cuts[0]?.();
    await until(() => server.watched.length === 2);
    expect(server.watched[1]?.query.get('resourceVersion')).toBe('v2');
  });
});
