import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { isIPv6 } from 'node:net';

export interface OpsServerOptions {
  readonly address: { readonly host: string | undefined; readonly port: number };
  /** What is not ready yet; `undefined` when all is. */
  readonly notReady: () => string | undefined;
  /** What is wrong with the process itself; `undefined` when it is well. A server elsewhere that is down is not. */
  readonly unwell: () => string | undefined;
  readonly metrics: { readonly contentType: string; text(): Promise<string> };
}

/** Milliseconds; nobody who asks here is slow, and Node looks for slow ones only so often. */
const TIMEOUTS = { requestTimeout: 5_000, headersTimeout: 5_000, connectionsCheckingInterval: 1_000 };

interface Answer {
  readonly status: number;
  readonly type: string;
  readonly body: string;
  readonly allow?: string;
}

/** `/healthz`, `/readyz` and `/metrics` for kubelet and Prometheus. */
export class OpsServer {
  readonly #options: OpsServerOptions;
  readonly #server: Server;

  constructor(options: OpsServerOptions) {
    this.#options = options;
    this.#server = createServer(TIMEOUTS, (request, response) => {
      this.#answer(request).then(
        (answer) => send(response, answer),
        () => send(response, plain(500, 'failed')),
      );
    });
  }

  /** Resolves with the port once it listens; rejects with what to change when it cannot. */
  start(): Promise<number> {
    const { host, port } = this.#options.address;
    return new Promise((resolve, reject) => {
      // Stays: an error of a later connection must not end the process.
      this.#server.on('error', (error: NodeJS.ErrnoException) => {
        const where = host !== undefined && isIPv6(host) ? `[${host}]` : (host ?? '');
        reject(
          new Error(
            `cannot listen on ${where}:${port} (${error.code}); set --listen-address (LISTEN_ADDRESS)`,
          ),
        );
      });
      this.#server.listen({ port, ...(host !== undefined && { host }) }, () => {
        const bound = this.#server.address();
        resolve(typeof bound === 'object' && bound !== null ? bound.port : port);
      });
    });
  }

  stop(): Promise<void> {
    this.#server.closeAllConnections();
    return new Promise((resolve) => this.#server.close(() => resolve()));
  }

  async #answer(request: IncomingMessage): Promise<Answer> {
    const path = (request.url ?? '').split('?')[0];
    const { metrics, notReady, unwell } = this.#options;
    if (path !== '/healthz' && path !== '/readyz' && path !== '/metrics') return plain(404, 'not found');
    if (request.method !== 'GET' && request.method !== 'HEAD') {
      return { ...plain(405, 'method not allowed'), allow: 'GET, HEAD' };
    }
    if (path === '/metrics') return { status: 200, type: metrics.contentType, body: await metrics.text() };
    const trouble = path === '/healthz' ? unwell() : notReady();
    return trouble === undefined ? plain(200, 'ok') : plain(503, trouble);
  }
}

function plain(status: number, text: string): Answer {
  return { status, type: 'text/plain; charset=utf-8', body: `${text}\n` };
}

function send(response: ServerResponse, { status, type, body, allow }: Answer): void {
  response.writeHead(status, {
    'content-type': type,
    'cache-control': 'no-store',
    ...(allow !== undefined && { allow }),
  });
  response.end(body);
}
