import { expect, test } from 'vitest';
import { realClock, until } from './clocks.ts';
import { held, LeaseServer, signal } from './lease-server.ts';
import { sendStatus } from './raw-server.ts';

test('of two electors at most one ever holds, and the second takes over from a first that is cut off', async () => {
  const server = await LeaseServer.start(undefined, realClock);
  const first = server.elector('first');
  const second = server.elector('second');
  await first.acquire(signal());
  const lost = first.lost.then(() => {
    running -= 1;
  });
  const taken = second.acquire(signal());
  // The first's renewal, the second's rest, and the wait of its watch, to which it has no right.
  let running = 3;
  let cut = false;
  server.instead = (seen, response) => {
    if (!cut || !seen.body.includes('"holderIdentity":"first"')) return false;
    sendStatus(response, 503, 'x');
    return true;
  };
  while (!second.isLeader) {
    await until(() => second.isLeader || server.clock.waiting === running);
    if (second.isLeader) break;
    cut = server.clock.monotonic() >= 20_000;
    server.clock.advance(250);
    expect(held(first) && held(second)).toBe(false);
    expect(server.clock.monotonic()).toBeLessThan(60_000);
  }
  await Promise.all([lost, taken]);
  expect(held(first)).toBe(false);
  expect(held(second)).toBe(true);
  // The first's last renewal was before 20 s; nobody takes what could still be its own, and nobody waits for longer than that.
  expect(second.wonAt).toBeGreaterThanOrEqual(33_000);
  expect(second.wonAt).toBeLessThanOrEqual(37_000);
});
