import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';

import type { JsonObject, JsonValue } from '../../../src/model/json.ts';
import { type Answer, type Api, type ApiRequest, isWatch } from './api.ts';
import { drip } from './drip.ts';
import type { Fault, Faults } from './faults.ts';
import type { LoggedRequest, RequestLog } from './requests.ts';
import { ApiError, failure } from './status.ts';
import type { WatchRequest } from './watch.ts';
import type { Watches } from './watches.ts';

export interface ServerParts {
  readonly api: Api;
  readonly faults: Faults;
  readonly requests: RequestLog;
  readonly watches: Watches;
}

/** The sockets: reads requests, lets faults strike, writes answers. */
export class KubeServer {
  readonly #parts: ServerParts;
  readonly #server: Server;
  readonly #connections = new WeakMap<Socket, number>();
  #connected = 0;

  constructor(parts: ServerParts) {
    this.#parts = parts;
    // Idle connections stay, so that no test meets a close that it did not order.
    this.#server = createServer({ keepAliveTimeout: 0, requestTimeout: 0, headersTimeout: 0 });
    this.#server.on('connection', (socket) => {
      this.#connected += 1;
      this.#connections.set(socket, this.#connected);
    });
    this.#server.on('request', (request, response) => {
      // A client that goes away ends its own request, nothing else.
      response.on('error', () => {});
      this.#serve(request, response).catch(() => response.destroy());
    });
  }

  /** Resolves with the port. */
  listen(port: number): Promise<number> {
    return new Promise((resolve, reject) => {
      this.#server.once('error', reject);
      this.#server.listen(port, '127.0.0.1', () => resolve((this.#server.address() as AddressInfo).port));
    });
  }

  close(): Promise<void> {
    return new Promise((resolve) => {
      this.#server.close(() => resolve());
      this.#server.closeAllConnections();
    });
  }

  async #serve(incoming: IncomingMessage, response: ServerResponse): Promise<void> {
    const request = await readRequest(incoming);
    const logged: LoggedRequest = {
      method: request.method,
      path: request.path,
      watch: isWatch(request.query),
      query: request.query,
      headers: incoming.headers,
      body: tryParse(request.body),
      connection: this.#connections.get(incoming.socket) ?? 0,
    };
    const fault = this.#parts.faults.strike(logged);
    this.#parts.requests.add(logged);
    if (fault?.kind === 'hold') await fault.until;
    if (fault?.kind === 'answer') return writeRefusal(response, logged, fault);
    if ((fault?.kind === 'hang' || fault?.kind === 'destroy') && fault.commit !== true) {
      return withhold(response, fault.kind);
    }
    const answer = this.#answer(request);
    if (fault?.kind === 'hang' || fault?.kind === 'destroy') return withhold(response, fault.kind);
    // The client of a held request may be gone; what it asked for is done all the same.
    if (response.destroyed) return;
    if ('filter' in answer) {
      logged.status = 200;
      this.#parts.watches.open(answer, response, fault);
      return;
    }
    logged.status = answer.status;
    await writeAnswer(response, answer, fault);
  }

  #answer(request: ApiRequest): Answer | WatchRequest {
    try {
      return this.#parts.api.handle(request);
    } catch (error) {
      if (error instanceof ApiError) return { status: error.status, body: error.body };
      return { status: 500, body: { ...failure(500), message: toError(error).stack ?? '' } };
    }
  }
}

async function readRequest(incoming: IncomingMessage): Promise<ApiRequest> {
  const chunks: Buffer[] = [];
  for await (const chunk of incoming) chunks.push(chunk);
  const url = new URL(incoming.url ?? '/', 'http://127.0.0.1');
  return {
    method: incoming.method ?? '',
    path: url.pathname,
    query: url.searchParams,
    authorization: incoming.headers.authorization,
    impersonate: incoming.headersDistinct['impersonate-user']?.[0],
    accept: incoming.headers.accept,
    contentType: (incoming.headers['content-type'] ?? '').split(';')[0]?.trim() ?? '',
    body: Buffer.concat(chunks).toString(),
  };
}

function withhold(response: ServerResponse, how: 'hang' | 'destroy'): void {
  if (how === 'destroy') response.socket?.resetAndDestroy();
}

function writeRefusal(
  response: ServerResponse,
  logged: LoggedRequest,
  fault: Extract<Fault, { kind: 'answer' }>,
): void {
  const { status, headers, body = failure(status) } = fault;
  logged.status = status;
  const text = typeof body === 'string' ? body : JSON.stringify(body);
  response.writeHead(status, { 'content-type': 'application/json', ...headers });
  response.end(text);
}

async function writeAnswer(
  response: ServerResponse,
  answer: Answer,
  fault: Fault | undefined,
): Promise<void> {
  const [type, text] = encode(answer.body);
  const bytes = Buffer.from(text);
  response.setHeader('content-type', type);
  response.setHeader('content-length', bytes.length);
  response.setHeader('cache-control', 'no-cache, private');
  for (const warning of answer.warnings ?? []) {
    response.appendHeader('warning', `299 - ${JSON.stringify(warning)}`);
  }
  response.writeHead(answer.status);
  if (fault?.kind === 'cut') {
    response.write(bytes.subarray(0, bytes.length / 2), () => response.socket?.resetAndDestroy());
    return;
  }
  if (fault?.kind === 'drip') await drip(response, bytes);
  else response.write(bytes);
  response.end();
}

function encode(body: JsonObject | string): [type: string, text: string] {
  return typeof body === 'string'
    ? ['text/plain; charset=utf-8', body]
    : ['application/json', JSON.stringify(body)];
}

function tryParse(text: string): JsonValue | undefined {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function toError(thrown: unknown): Error {
  return thrown instanceof Error ? thrown : new Error(String(thrown));
}
