import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { CANARY, expectNoCanary } from './kratos-malformed-canary.ts';
import { jsonAnswer, page, says } from './kratos-malformed-case.ts';
import { OPERATIONS } from './kratos-malformed-operations.ts';
import { WireServer } from './kratos-malformed-server.ts';
import { CURRENT, ID, WIRE } from './kratos-operations.ts';
import { clientOf, MODERN, stoppedClock, testClock } from './kratos-server.ts';
import { refusal } from './refusal.ts';

let server: WireServer;
beforeAll(async () => {
  server = await WireServer.start();
});
afterAll(() => server.close());

function tokens(): readonly string[] {
  return server.heard.map(({ text }) => /^authorization: (.*)\r$/im.exec(text)?.[1] ?? '');
}

describe('a token that is no header', () => {
  const cases = OPERATIONS.filter(({ port }) => port === 'admin').flatMap(({ name, run }) =>
    [
      ['of two lines', `${CANARY.token}\r\nx-injected: yes`],
      ['with a zero', `${CANARY.token}\u0000`],
      ['beyond latin-1', `${CANARY.token}\u20ac`],
    ].map(([how = '', token = '']) => [name, how, token, run] as const),
  );

  it.each(cases)('keeps %s from being sent: %s', async (_name, _how, token, run) => {
    server.reset((socket) => void socket.destroy());
    const call = run({
      adminUrl: server.url,
      connections: 1,
      clock: stoppedClock(),
      tokenFile: 'token',
      readFile: async () => token,
    });
    const error = await refusal(call.result);
    await call.close();
    expect(error).toMatchObject({ code: 'unavailable', outcome: 'none' });
    expectNoCanary(error);
    expect(server.heard).toEqual([]);
  });
});

describe('a token', () => {
  it('goes with lists and effects alike, and is another one once its file is', async () => {
    let token = 'one';
    const clock = testClock();
    server.reset(() => {});
    server.answer = (socket) => {
      const isList = server.heard.at(-1)?.line.includes('credentials_identifier') ?? false;
      socket.write(jsonAnswer(200, isList ? [] : WIRE));
    };
    await using client = clientOf(server.url, { clock, tokenFile: 'token', readFile: async () => token });
    const ask = async () => {
      await client.kratos.findByIdentifier(MODERN, 'a');
      await client.kratos.updateIdentity(MODERN, CURRENT, {
        traits: [],
        metadataPublic: [],
        metadataAdmin: [],
      });
    };
    await ask();
    token = 'two';
    clock.skip(60_000);
    await ask();
    expect(tokens()).toEqual(['Bearer one', 'Bearer one', 'Bearer two', 'Bearer two']);
  });

  it('that is denied is not sent anew by the client', async () => {
    server.reset((socket) => says(page(401))(socket, () => {}));
    await using client = clientOf(server.url, { tokenFile: 'token', readFile: async () => CANARY.token });
    expectNoCanary(await refusal(client.kratos.getIdentity(MODERN, ID)));
    expect(tokens()).toEqual([`Bearer ${CANARY.token}`]);
  });
});
