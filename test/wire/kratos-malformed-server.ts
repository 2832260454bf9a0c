import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { createServer, type Server, type Socket } from 'node:net';

/** One request as its bytes said it. */
interface Heard {
  readonly line: string;
  /** Line, headers and body. */
  readonly text: string;
}

/** What a server does once a request is whole. */
export type Talk = (socket: Socket) => void;

/**
 * A TCP server on loopback that hears HTTP requests and answers whatever bytes a test wants; `greet` instead talks as soon as a
 * connection is there, before anybody asked.
 */
export class WireServer {
  readonly heard: Heard[] = [];
  connections = 0;
  answer: Talk = (socket) => socket.destroy();
  greet: Talk | undefined;
  readonly #sockets = new Set<Socket>();
  readonly #server: Server = createServer((socket) => this.#accept(socket));

  static async start(): Promise<WireServer> {
    const server = new WireServer();
    server.#server.listen(0, '127.0.0.1');
    await once(server.#server, 'listening');
    return server;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  /** Resolves when no connection is open any more. */
  async idle(): Promise<void> {
    await Promise.all(
      [...this.#sockets].map((socket) => new Promise((resolve) => socket.once('close', resolve))),
    );
  }

  /** Forgets what it heard, and says nothing but what it is told from now on. */
  reset(answer: Talk, greet?: Talk): void {
    this.heard.length = 0;
    this.connections = 0;
    this.answer = answer;
    this.greet = greet;
  }

  async close(): Promise<void> {
    for (const socket of this.#sockets) socket.destroy();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  #accept(socket: Socket): void {
    this.connections += 1;
    this.#sockets.add(socket);
    socket.on('close', () => this.#sockets.delete(socket));
    socket.on('error', () => {});
    this.greet?.(socket);
    let text = '';
    socket.setEncoding('latin1').on('data', (chunk: string) => {
      text += chunk;
      const length = lengthOf(text);
      if (length === undefined || text.length < length) return;
      this.heard.push({ line: text.slice(0, text.indexOf('\r\n')), text: text.slice(0, length) });
      text = text.slice(length);
      this.answer(socket);
    });
  }
}

/** Characters of the request at the start of `text`, its body included; `undefined` while its head is not whole. */
function lengthOf(text: string): number | undefined {
  const end = text.indexOf('\r\n\r\n');
  if (end === -1) return undefined;
  const body = /^content-length: (\d+)$/im.exec(text.slice(0, end).replaceAll('\r', ''))?.[1] ?? '0';
  return end + 4 + Number(body);
}
