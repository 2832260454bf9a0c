import { once } from 'node:events';
import { createServer, type IncomingMessage, request, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

/** What stands between the operator and Kratos, and how it behaves. */
export type Behaviour =
  | 'pass'
  | 'html'
  | 'html 404'
  | 'html 503'
  | 'redirect'
  | 'denied'
  | 'busy for 2 s'
  | 'busy until a date';

export interface Seen {
  readonly method: string;
  readonly path: string;
}

/** A reverse proxy that remembers every request and can answer in Kratos' place, as gateways do. */
export class ReverseProxy {
  behaviour: Behaviour = 'pass';
  readonly seen: Seen[] = [];
  /** May be changed: then another server is at this URL. */
  target: string;
  readonly #server: Server;

  constructor(target: string) {
    this.target = target;
    this.#server = createServer((asked, answer) => this.#serve(asked, answer));
  }

  static async start(target: string): Promise<ReverseProxy> {
    const proxy = new ReverseProxy(target);
    proxy.#server.listen(0, '127.0.0.1');
    await once(proxy.#server, 'listening');
    return proxy;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  /** The requests so far that may change something. */
  get writes(): readonly Seen[] {
    return this.seen.filter(({ method }) => method !== 'GET' && method !== 'HEAD');
  }

  async stop(): Promise<void> {
    this.#server.close();
    this.#server.closeAllConnections();
    await once(this.#server, 'close');
  }

  #serve(asked: IncomingMessage, answer: ServerResponse): void {
    this.seen.push({ method: asked.method ?? '', path: asked.url ?? '' });
    if (this.behaviour === 'pass') {
      this.#forward(asked, answer);
      return;
    }
    asked.resume();
    switch (this.behaviour) {
      case 'html':
        page(answer, 200);
        return;
      case 'html 404':
        page(answer, 404);
        return;
      case 'html 503':
        page(answer, 503);
        return;
      case 'busy for 2 s':
        busy(answer, '2');
        return;
      case 'busy until a date':
        // Such a date has no fraction of a second.
        busy(answer, new Date(Date.now() + 3_000).toUTCString());
        return;
      case 'redirect':
        answer.writeHead(302, { location: `${this.target}${asked.url}` }).end();
        return;
      case 'denied':
        answer
          .writeHead(401, { 'content-type': 'application/json' })
          .end('{"error":{"code":401,"message":"no"}}');
        return;
    }
  }

  #forward(asked: IncomingMessage, answer: ServerResponse): void {
    const { method, headers } = asked;
    const onward = request(this.target + asked.url, { method, headers, agent: false }, (reply) => {
      answer.writeHead(reply.statusCode ?? 502, reply.headers);
      reply.pipe(answer);
      reply.on('error', () => answer.destroy());
    });
    // What the target does not answer, nobody does.
    onward.on('error', () => answer.destroy());
    asked.pipe(onward);
  }
}

function page(answer: ServerResponse, status: number): void {
  answer.writeHead(status, { 'content-type': 'text/html' }).end('<html><body>Please sign in</body></html>');
}

function busy(answer: ServerResponse, retryAfter: string): void {
  answer
    .writeHead(429, { 'content-type': 'application/json', 'retry-after': retryAfter })
    .end('{"error":{"code":429,"message":"too many"}}');
}
