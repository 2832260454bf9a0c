import { describe, expect, test } from 'vitest';
import { until } from './clocks.ts';
import { held, LeaseServer, signal } from './lease-server.ts';
import { sendJson, sendStatus } from './raw-server.ts';

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
