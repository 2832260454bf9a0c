import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { page } from './kratos-malformed-case.ts';
import { WireServer } from './kratos-malformed-server.ts';
import { ID } from './kratos-operations.ts';
import { clientOf, MODERN, stoppedClock } from './kratos-server.ts';
import { refusal } from './refusal.ts';

let server: WireServer;
beforeAll(async () => {
  server = await WireServer.start();
});
afterAll(() => server.close());

/** The wait that a 503 with these headers asks for, at the beginning of 1970. */
async function waitAfter(value: string | readonly string[]): Promise<number | undefined> {
  const answer = page(503, { 'retry-after': value });
  server.reset((socket) => void socket.write(answer));
  await using client = clientOf(server.url, { clock: stoppedClock() });
  const error = await refusal(client.kratos.getIdentity(MODERN, ID));
  expect(error).toMatchObject({ code: 'unavailable', outcome: 'none' });
  return error.retryAfterMs;
}

describe('a Retry-After', () => {
  it.each([
    ['2', 2_000],
    ['0', 0],
    ['007', 7_000],
    ['Thu, 01 Jan 1970 00:00:05 GMT', 5_000],
    ['Thursday, 01-Jan-70 00:00:05 GMT', 5_000],
    ['Thu Jan  1 00:00:05 1970 GMT', 5_000],
    ['Wed, 31 Dec 1969 00:00:00 GMT', 0],
  ])('of %j is a wait', async (value, ms) => {
    expect(await waitAfter(value)).toBe(ms);
  });

  it.each(['9'.repeat(400), 'Fri, 31 Dec 9999 23:59:59 GMT'])('of %j is cut', async (value) => {
    expect(await waitAfter(value)).toBe(600_000);
  });

  // A wait of nothing would be "at once", which no server that is in trouble asks for.
  it.each([
    '-5',
    '+5',
    '1.5',
    '0x10',
    '1e3',
    '5s',
    '10 seconds',
    '5, 10',
    '1970-01-01T00:00:05Z',
    '1/1/70',
    'tomorrow',
    'Thursday',
    'Thu, 99 Xyz 1970',
    '',
  ])('of %j is none', async (value) => {
    expect(await waitAfter(value)).toBeUndefined();
  });

  it('that comes twice is none', async () => {
    expect(await waitAfter(['5', '10'])).toBeUndefined();
  });
});
