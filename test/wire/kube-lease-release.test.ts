import { describe, expect, test } from 'vitest';
import { held, LeaseServer, signal } from './lease-server.ts';
import { sendStatus } from './raw-server.ts';

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
