import { createServer, type Server, type Socket } from 'node:net';
import { afterEach } from 'vitest';
import { HttpClient, type HttpOptions, type HttpRequest } from '../../src/http/client.ts';
import { realClock } from './clocks.ts';
import { type Answer, RawServer } from './raw-server.ts';

const open: { close(): Promise<void> }[] = [];

afterEach(async () => {
  await Promise.all(open.splice(0).map((each) => each.close()));
});

export async function serve(answer: Answer): Promise<RawServer> {
  const server = await RawServer.start(answer);
  open.push(server);
  return server;
}

export function client(baseUrl: string, options: Partial<HttpOptions> = {}): HttpClient {
  const made = new HttpClient({
    baseUrl,
    connections: 4,
    deadlineMs: 10_000,
    maxBytes: 1024 * 1024,
    connectTimeoutMs: 5000,
    idleMs: 5000,
    clock: realClock,
    ...options,
  });
  open.push(made);
  return made;
}

export const GET: HttpRequest = { operation: 'GET thing', method: 'GET', path: '/thing' };
export const POST: HttpRequest = { operation: 'POST thing', method: 'POST', path: '/thing', body: '{}' };

/** A server that accepts connections and never says a word. */
export async function silentServer(): Promise<{ readonly port: number; close(): Promise<void> }> {
  const sockets = new Set<Socket>();
  const server: Server = createServer((socket) => {
    sockets.add(socket);
    socket.on('error', () => {});
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  const port = typeof address === 'object' && address !== null ? address.port : 0;
  const close = async () => {
    for (const socket of sockets) socket.destroy();
    await new Promise((resolve) => server.close(resolve));
  };
  const made = { port, close };
  open.push(made);
  return made;
}
