import type { Socket } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { jsonAnswer } from './kratos-malformed-case.ts';
import { WireServer } from './kratos-malformed-server.ts';
import { ID, WIRE } from './kratos-operations.ts';
import { clientOf, MODERN } from './kratos-server.ts';

let server: WireServer;
beforeAll(async () => {
  server = await WireServer.start();
});
afterAll(() => server.close());

const RIGHT = jsonAnswer(200, WIRE);
const ABSENCE = jsonAnswer(404, { error: { code: 404, message: 'Unable to locate the resource' } });
/** The right body, told to be shorter than it is by the blanks at its end. */
const LONG = Buffer.concat([RIGHT, Buffer.from('  ')]);

describe('what follows an answer', () => {
  it.each<[string, Buffer]>([
    ['an absence that nobody asked about', Buffer.concat([RIGHT, ABSENCE])],
    ['the rest of a body', LONG],
    ['a page', Buffer.concat([RIGHT, Buffer.from('<html>')])],
  ])('is never taken for the answer to the next request: %s', async (_, strange) => {
    server.reset((socket) => void socket.write(server.heard.length === 1 ? strange : RIGHT));
    await using client = clientOf(server.url);
    expect(await client.kratos.getIdentity(MODERN, ID)).toMatchObject({ id: ID });
    // The client ends what it cannot make sense of.
    await server.idle();
    expect(await client.kratos.getIdentity(MODERN, ID)).toMatchObject({ id: ID });
    expect(server.connections).toBe(2);
  });

  it('is never taken for it either where it comes while nothing is asked', async () => {
    const sockets: Socket[] = [];
    server.reset((socket) => {
      sockets.push(socket);
      socket.write(RIGHT);
    });
    await using client = clientOf(server.url);
    await client.kratos.getIdentity(MODERN, ID);
    sockets[0]?.write(ABSENCE);
    await server.idle();
    expect(await client.kratos.getIdentity(MODERN, ID)).toMatchObject({ id: ID });
    expect(server.connections).toBe(2);
  });
});
