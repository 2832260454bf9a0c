import { afterEach, describe, expect, test } from 'vitest';
import { LeaseElector } from '../../src/kube/lease.ts';
import type { Clock } from '../../src/model/clock.ts';
import { isRemote } from '../../src/model/errors.ts';
import { HandClock, realClock, until } from './clocks.ts';
import { KubeSetup } from './kube-support.ts';
import { type Answer, type Seen, sendJson, sendStatus } from './raw-server.ts';

interface Spec {
  holderIdentity?: string;
  leaseDurationSeconds?: number;
  acquireTime?: string;
  renewTime?: string;
  leaseTransitions?: number;
  strategy?: string;
}

interface Stored {
  readonly version: number;
  readonly spec: Spec;
}

const PATH = '/apis/coordination.k8s.io/v1/namespaces/ops/leases';
const open: { close(): Promise<void> }[] = [];

afterEach(async () => {
  for (const each of open.splice(0).reverse()) await each.close();
});

/** One Lease with optimistic locking, as the API server keeps it. */
class LeaseServer {
  readonly clock = new HandClock();
  readonly errors: string[] = [];
  stored: Stored | undefined;
  /** Answers in place of the server where it returns true. */
  instead: (...args: Parameters<Answer>) => boolean = () => false;
  #setup: KubeSetup | undefined;

  /** Requests may live by another clock than the electors do. */
  static async start(spec?: Spec, requests?: Clock): Promise<LeaseServer> {
    const made = new LeaseServer();
    made.stored = spec && { version: 1, spec };
    made.#setup = await KubeSetup.start(
      (seen, response) => made.#answer(seen, response),
      requests ?? made.clock,
    );
    open.push(made.#setup);
    return made;
  }

  elector(identity: string): LeaseElector {
    const client = this.#setup?.api.leases;
    if (client === undefined) throw new Error('not started');
    const elector = new LeaseElector({
      client,
      namespace: 'ops',
      name: 'operator',
      identity,
      clock: this.clock,
      random: () => 0,
      failed: (error) => this.errors.push(error.message),
    });
    open.push({
      close: () => {
        this.instead = () => false;
        return elector.release();
      },
    });
    return elector;
  }

  get seen(): readonly Seen[] {
    return this.#setup?.server.seen ?? [];
  }

  get asked(): string[] {
    return this.seen.map(({ method }) => method);
  }

  /** Someone else writes the Lease. */
  write(spec: Spec): void {
    this.stored = { version: (this.stored?.version ?? 0) + 1, spec };
  }

  show(response: Parameters<Answer>[1], status = 200): void {
    sendJson(response, status, this.#lease());
  }

  #answer(seen: Seen, response: Parameters<Answer>[1]): void {
    if (this.instead(seen, response)) return;
    const refusal = this.#refusal(seen);
    if (refusal) {
      sendStatus(response, ...refusal);
      return;
    }
    if (seen.method !== 'GET') this.write(JSON.parse(seen.body).spec);
    this.show(response, seen.method === 'POST' ? 201 : 200);
  }

  #refusal(seen: Seen): [number, string] | undefined {
    if (seen.method === 'POST') return this.stored ? [409, 'AlreadyExists'] : undefined;
    if (!this.stored) return [404, 'NotFound'];
    if (seen.method === 'GET') return undefined;
    const { resourceVersion } = JSON.parse(seen.body).metadata;
    return resourceVersion === `v${this.stored.version}` ? undefined : [409, 'Conflict'];
  }

  #lease() {
    return {
      apiVersion: 'coordination.k8s.io/v1',
      kind: 'Lease',
      metadata: {
        name: 'operator',
        namespace: 'ops',
        uid: 'lease-uid',
        resourceVersion: `v${this.stored?.version}`,
        labels: { team: 'ops' },
      },
      spec: this.stored?.spec,
    };
  }
}

const signal = () => new AbortController().signal;
const held = (elector: LeaseElector): boolean => {
  try {
    elector.assertHeld();
    return true;
  } catch (error) {
    expect(isRemote(error, 'aborted')).toBe(true);
    return false;
  }
};

describe('winning', () => {
  test('makes the Lease where there is none', async () => {
    const server = await LeaseServer.start();
    const elector = server.elector('me');
    expect(held(elector)).toBe(false);
    await elector.acquire(signal());
    expect(held(elector)).toBe(true);
    expect(elector.isLeader).toBe(true);
    expect(elector.wonAt).toBe(0);
    expect(server.seen).toMatchObject([
      { method: 'GET', path: `${PATH}/operator` },
      { method: 'POST', path: PATH },
    ]);
    expect(JSON.parse(server.seen[1]?.body ?? '')).toEqual({
      apiVersion: 'coordination.k8s.io/v1',
      kind: 'Lease',
      metadata: { namespace: 'ops', name: 'operator' },
      spec: {
        holderIdentity: 'me',
        leaseDurationSeconds: 15,
        acquireTime: '2026-01-01T00:00:00.000000Z',
        renewTime: '2026-01-01T00:00:00.000000Z',
        leaseTransitions: 0,
      },
    });
  });

  test('takes a Lease that nobody holds, keeps what others wrote there, and counts the transition', async () => {
    const server = await LeaseServer.start({
      holderIdentity: '',
      leaseTransitions: 4,
      strategy: 'OldestEmulationVersion',
    });
    await server.elector('me').acquire(signal());
    expect(server.asked).toEqual(['GET', 'PUT']);
    const body = JSON.parse(server.seen[1]?.body ?? '');
    expect(body.metadata).toMatchObject({ resourceVersion: 'v1', labels: { team: 'ops' } });
    expect(body.spec).toMatchObject({
      holderIdentity: 'me',
      leaseTransitions: 5,
      strategy: 'OldestEmulationVersion',
    });
  });

  test('waits for as long as the holder may be silent, by our own clock from when we saw it', async () => {
    // The holder's clock is years ahead: its times mean nothing here.
    const server = await LeaseServer.start({
      holderIdentity: 'other',
      leaseDurationSeconds: 15,
      renewTime: '2036-01-01T00:00:00.000000Z',
      leaseTransitions: 0,
    });
    const elector = server.elector('me');
    const acquired = elector.acquire(signal());
    for (let i = 0; i < 7; i++) await server.clock.elapse(2000);
    await until(() => server.asked.length === 8);
    expect(server.asked).toEqual(Array(8).fill('GET'));
    expect(elector.wonAt).toBeUndefined();
    await server.clock.elapse(2000);
    await acquired;
    expect(server.stored?.spec).toMatchObject({ holderIdentity: 'me', leaseTransitions: 1 });
  });

  test('starts waiting anew whenever the holder renews', async () => {
    const server = await LeaseServer.start({ holderIdentity: 'other', leaseDurationSeconds: 15 });
    const elector = server.elector('me');
    const acquired = elector.acquire(signal());
    for (let i = 0; i < 7; i++) await server.clock.elapse(2000);
    await until(() => server.clock.awaits(2000));
    server.write({ holderIdentity: 'other', leaseDurationSeconds: 15 });
    for (let i = 0; i < 8; i++) await server.clock.elapse(2000);
    await until(() => server.clock.awaits(2000));
    expect(server.asked).not.toContain('PUT');
    await server.clock.elapse(2000);
    await acquired;
  });

  test('does not believe that a deleted Lease has no holder any more', async () => {
    const server = await LeaseServer.start({ holderIdentity: 'other', leaseDurationSeconds: 15 });
    const acquired = server.elector('me').acquire(signal());
    await until(() => server.clock.awaits(2000));
    server.stored = undefined;
    for (let i = 0; i < 7; i++) await server.clock.elapse(2000);
    await until(() => server.clock.awaits(2000));
    expect(server.asked).not.toContain('POST');
    await server.clock.elapse(2000);
    await acquired;
  });

  test('goes on trying when it lost the race or the server is in trouble, and tells the latter', async () => {
    const server = await LeaseServer.start({ holderIdentity: '' });
    const answers = [
      () => false,
      (...[, response]: Parameters<Answer>) => {
        sendStatus(response, 409, 'Conflict');
        return true;
      },
      (...[, response]: Parameters<Answer>) => {
        sendStatus(response, 403, 'Forbidden');
        return true;
      },
    ];
    server.instead = (seen, response) => answers.shift()?.(seen, response) ?? false;
    const acquired = server.elector('me').acquire(signal());
    await server.clock.elapse(2000);
    await server.clock.elapse(2000);
    await acquired;
    expect(server.asked).toEqual(['GET', 'PUT', 'GET', 'GET', 'PUT']);
    expect(server.errors).toEqual(['GET leases: denied (403)']);
  });

  test('believes only an answer that names us', async () => {
    const server = await LeaseServer.start({ holderIdentity: '', leaseDurationSeconds: 15 });
    let puts = 0;
    server.instead = (seen, response) => {
      if (seen.method !== 'PUT' || ++puts > 1) return false;
      // What a cache on the way could do: the answer is the Lease as it was before.
      server.show(response);
      return true;
    };
    const elector = server.elector('me');
    const acquired = elector.acquire(signal());
    await until(() => server.errors.length === 1);
    expect(held(elector)).toBe(false);
    await server.clock.elapse(2000);
    await acquired;
    expect(held(elector)).toBe(true);
  });

  test('ends when it is called off', async () => {
    const server = await LeaseServer.start({ holderIdentity: 'other', leaseDurationSeconds: 15 });
    const abort = new AbortController();
    const elector = server.elector('me');
    const acquired = elector.acquire(abort.signal);
    await until(() => server.clock.awaits(2000));
    abort.abort(new Error('stop'));
    await expect(acquired).rejects.toThrow('stop');
    expect(held(elector)).toBe(false);
  });
});

describe('holding', () => {
  async function leading() {
    const server = await LeaseServer.start();
    const elector = server.elector('me');
    await elector.acquire(signal());
    await until(() => server.clock.awaits(2000));
    return { server, elector };
  }

  test('is renewed every two seconds by one conditional PUT', async () => {
    const { server, elector } = await leading();
    for (let i = 0; i < 10; i++) {
      await server.clock.elapse(2000);
      await until(() => server.asked.length === i + 3 && server.clock.awaits(2000));
    }
    expect(server.asked).toEqual(['GET', 'POST', ...Array(10).fill('PUT')]);
    expect(server.stored?.spec).toMatchObject({
      acquireTime: '2026-01-01T00:00:00.000000Z',
      renewTime: '2026-01-01T00:00:20.000000Z',
      leaseTransitions: 0,
    });
    expect(held(elector)).toBe(true);
  });

  test('ends ten seconds after the last renewal was sent, whether or not a timer could say so', async () => {
    const { server, elector } = await leading();
    server.instead = () => true;
    server.clock.advance(9999);
    expect(held(elector)).toBe(true);
    server.clock.advance(1);
    expect(held(elector)).toBe(false);
    await elector.lost;
    expect(elector.isLeader).toBe(false);
  });

  test('counts from when the renewal was sent, not from when it was answered', async () => {
    const { server, elector } = await leading();
    const answers: (() => void)[] = [];
    server.instead = (seen, response) => {
      if (seen.method !== 'PUT') return false;
      server.write(JSON.parse(seen.body).spec);
      const body = { ...JSON.parse(seen.body) };
      body.metadata.resourceVersion = `v${server.stored?.version}`;
      answers.push(() => sendJson(response, 200, body));
      return true;
    };
    await server.clock.elapse(2000);
    await until(() => answers.length === 1);
    server.clock.advance(4000);
    answers[0]?.();
    await until(() => server.clock.awaits(2000));
    server.instead = () => true;
    server.clock.advance(5999);
    expect(held(elector)).toBe(true);
    server.clock.advance(1);
    expect(held(elector)).toBe(false);
  });

  test('survives a renewal that was cut off and one that fails', async () => {
    const { server, elector } = await leading();
    let puts = 0;
    server.instead = (seen, response) => {
      if (seen.method !== 'PUT' || ++puts > 1) return false;
      // Carried out, but the answer is lost.
      server.write(JSON.parse(seen.body).spec);
      response.destroy();
      return true;
    };
    await server.clock.elapse(2000);
    await until(() => server.asked.length === 5 && server.clock.awaits(2000));
    expect(server.asked).toEqual(['GET', 'POST', 'PUT', 'GET', 'PUT']);
    server.instead = (_, response) => {
      sendStatus(response, 500, 'InternalError');
      return true;
    };
    await server.clock.elapse(2000);
    await until(() => server.errors.length === 1 && server.clock.awaits(2000));
    server.instead = () => false;
    await server.clock.elapse(2000);
    await until(() => server.clock.awaits(2000));
    server.clock.advance(0);
    expect(held(elector)).toBe(true);
    expect(server.stored?.spec).toMatchObject({ holderIdentity: 'me', leaseTransitions: 0 });
  });

  test('ends as soon as another holder is seen', async () => {
    const { server, elector } = await leading();
    server.write({ holderIdentity: 'other', leaseDurationSeconds: 15 });
    await server.clock.elapse(2000);
    await elector.lost;
    expect(held(elector)).toBe(false);
    expect(server.stored?.spec.holderIdentity).toBe('other');
  });

  test('makes the Lease again when someone deletes it', async () => {
    const { server, elector } = await leading();
    server.stored = undefined;
    await server.clock.elapse(2000);
    await until(() => server.asked.length === 5 && server.clock.awaits(2000));
    expect(server.asked).toEqual(['GET', 'POST', 'PUT', 'GET', 'POST']);
    expect(held(elector)).toBe(true);
  });
});

describe('releasing', () => {
  test('leaves the Lease to whoever comes next, at once', async () => {
    const server = await LeaseServer.start();
    const elector = server.elector('me');
    await elector.acquire(signal());
    server.clock.advance(1000);
    await elector.release();
    expect(held(elector)).toBe(false);
    expect(server.stored?.spec).toEqual({
      holderIdentity: '',
      leaseDurationSeconds: 1,
      acquireTime: '2026-01-01T00:00:01.000000Z',
      renewTime: '2026-01-01T00:00:01.000000Z',
      leaseTransitions: 0,
    });
    const next = server.elector('next');
    await next.acquire(signal());
    expect(server.stored?.spec).toMatchObject({ holderIdentity: 'next', leaseTransitions: 1 });
  });

  test('is not reported as a loss', async () => {
    const server = await LeaseServer.start();
    const elector = server.elector('me');
    await elector.acquire(signal());
    await elector.release();
    const first = await Promise.race([elector.lost.then(() => 'lost'), Promise.resolve('kept quiet')]);
    expect(first).toBe('kept quiet');
  });

  test('tries again when a late renewal came between', async () => {
    const server = await LeaseServer.start();
    const elector = server.elector('me');
    await elector.acquire(signal());
    let puts = 0;
    server.instead = (seen) => {
      if (seen.method === 'PUT' && ++puts === 1 && server.stored) server.write(server.stored.spec);
      return false;
    };
    await elector.release();
    expect(puts).toBe(2);
    expect(server.stored?.spec.holderIdentity).toBe('');
  });

  test('leaves another’s Lease alone, and a server in trouble too', async () => {
    const server = await LeaseServer.start();
    const elector = server.elector('me');
    await elector.acquire(signal());
    server.write({ holderIdentity: 'other', leaseDurationSeconds: 15 });
    await elector.release();
    expect(server.asked).toEqual(['GET', 'POST', 'GET']);
    expect(server.stored?.spec.holderIdentity).toBe('other');

    const second = await LeaseServer.start();
    const unlucky = second.elector('me');
    await unlucky.acquire(signal());
    second.instead = (_, response) => {
      sendStatus(response, 503, 'x');
      return true;
    };
    await unlucky.release();
    expect(second.asked).toEqual(['GET', 'POST', 'GET']);
  });

  test('without ever having tried asks nothing', async () => {
    const server = await LeaseServer.start();
    await server.elector('me').release();
    expect(server.asked).toEqual([]);
  });
});

test('of two electors at most one ever holds, and the second takes over from a first that is cut off', async () => {
  const server = await LeaseServer.start(undefined, realClock);
  const first = server.elector('first');
  const second = server.elector('second');
  await first.acquire(signal());
  const lost = first.lost.then(() => {
    running = 1;
  });
  const taken = second.acquire(signal());
  let running = 2;
  let cut = false;
  server.instead = (seen, response) => {
    if (!cut || !seen.body.includes('"holderIdentity":"first"')) return false;
    sendStatus(response, 503, 'x');
    return true;
  };
  while (!second.isLeader) {
    await until(() => server.clock.waiting === running);
    cut = server.clock.monotonic() >= 20_000;
    server.clock.advance(250);
    expect(held(first) && held(second)).toBe(false);
    expect(server.clock.monotonic()).toBeLessThan(60_000);
  }
  await Promise.all([lost, taken]);
  expect(held(first)).toBe(false);
  expect(held(second)).toBe(true);
  // The first's last renewal was at 20 s; nobody takes what could still be its own before 35 s.
  expect(second.wonAt).toBeGreaterThanOrEqual(35_000);
});
