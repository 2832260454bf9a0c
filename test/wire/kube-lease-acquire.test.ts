import { describe, expect, test } from 'vitest';
import { until } from './clocks.ts';
import { held, LeaseServer, PATH, signal } from './lease-server.ts';
import { type Answer, sendStatus } from './raw-server.ts';

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
    // Not a blind wait: to the moment at which what was seen expires.
    await server.clock.elapse(1000);
    await acquired;
    expect(elector.wonAt).toBe(15_000);
    expect(server.stored?.spec).toMatchObject({ holderIdentity: 'me', leaseTransitions: 1 });
  });

  test('starts waiting anew whenever the holder renews', async () => {
    const server = await LeaseServer.start({ holderIdentity: 'other', leaseDurationSeconds: 15 });
    const elector = server.elector('me');
    const acquired = elector.acquire(signal());
    for (let i = 0; i < 6; i++) await server.clock.elapse(2000);
    await until(() => server.clock.awaits(2000));
    server.write({ holderIdentity: 'other', leaseDurationSeconds: 15 });
    // Seen at 14 s, it expires at 29 s.
    for (let i = 0; i < 8; i++) await server.clock.elapse(2000);
    await until(() => server.clock.awaits(1000));
    expect(server.asked).not.toContain('PUT');
    await server.clock.elapse(1000);
    await acquired;
    expect(elector.wonAt).toBe(29_000);
  });

  test('does not believe that a deleted Lease has no holder any more', async () => {
    const server = await LeaseServer.start({ holderIdentity: 'other', leaseDurationSeconds: 15 });
    const acquired = server.elector('me').acquire(signal());
    await until(() => server.clock.awaits(2000));
    server.stored = undefined;
    for (let i = 0; i < 7; i++) await server.clock.elapse(2000);
    await until(() => server.clock.awaits(1000));
    expect(server.asked).not.toContain('POST');
    await server.clock.elapse(1000);
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
