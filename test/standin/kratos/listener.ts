import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { type Clock, sleep } from '../../../src/model/clock.ts';
import type { Answer } from './answer.ts';
import type { Fault, Faults } from './faults.ts';
import type { LoggedRequest, RequestLog } from './requests.ts';
import type { Call } from './world.ts';

export interface ListenerOptions {
  readonly name: 'admin' | 'public';
  /** 0 takes a free one; taking it up again after `close` keeps it. */
  readonly port: number;
  readonly answer: (call: Call) => Answer;
  readonly faults: Faults;
  readonly requests: RequestLog;
  readonly clock: Clock;
}

/** One port of the stand-in on 127.0.0.1. */
export class Listener {
  readonly #options: ListenerOptions;
  readonly #server: Server;
  #port: number;

  constructor(options: ListenerOptions) {
    this.#options = options;
    this.#port = options.port;
    this.#server = createServer((request, response) => void this.#serve(request, response));
    this.#server.keepAliveTimeout = 0;
  }

  get url(): string {
    return `http://127.0.0.1:${this.#port}`;
  }

  async open(): Promise<void> {
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    this.#server.once('error', reject);
    this.#server.listen(this.#port, '127.0.0.1', resolve);
    await promise;
    this.#server.off('error', reject);
    this.#port = (this.#server.address() as AddressInfo).port;
  }

  /** Refuses new connections and cuts those there are. */
  async close(): Promise<void> {
    if (!this.#server.listening) return;
    const closed = new Promise<void>((resolve) => this.#server.close(() => resolve()));
    this.#server.closeAllConnections();
    await closed;
  }

  async #serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { faults, requests, name } = this.#options;
    const body = await bodyOf(request);
    if (body === undefined) return;
    const seen: Omit<LoggedRequest, 'status'> = {
      port: name,
      method: request.method ?? '',
      path: request.url ?? '',
      headers: flat(request),
      body,
    };
    const note = requests.note(seen);
    const fault = faults.take(seen);
    await faults.throughGate(() => this.#handle(seen, fault, response, note));
  }

  async #handle(
    seen: Omit<LoggedRequest, 'status'>,
    fault: Fault | undefined,
    response: ServerResponse,
    note: (status: number) => void,
  ): Promise<void> {
    if (fault?.kind === 'hang') return;
    if (fault?.kind === 'destroy') {
      response.destroy();
      return;
    }
    if (fault?.kind === 'delay') await sleep(this.#options.clock, fault.ms);
    const answer = fault?.kind === 'answer' ? answerOf(fault) : this.#options.answer(callOf(seen));
    if (fault?.kind === 'commitThenDestroy') {
      response.destroy();
      return;
    }
    note(answer.status);
    response.writeHead(answer.status, answer.headers).end(answer.body);
  }
}

function answerOf(fault: Extract<Fault, { kind: 'answer' }>): Answer {
  return { status: fault.status, headers: fault.headers ?? {}, body: fault.body ?? '' };
}

function callOf(seen: Omit<LoggedRequest, 'status'>): Call {
  const [path = '', search] = seen.path.split(/\?(.*)/s);
  return {
    method: seen.method,
    path,
    search: search === undefined ? '' : `?${search}`,
    query: new URLSearchParams(search),
    headers: seen.headers,
    body: seen.body,
  };
}

function flat(request: IncomingMessage): Record<string, string> {
  const headers: Record<string, string> = {};
  for (const [name, value] of Object.entries(request.headers)) headers[name] = String(value);
  return headers;
}

/** The whole body, `undefined` where the client went away while sending it. */
async function bodyOf(request: IncomingMessage): Promise<string | undefined> {
  try {
    const chunks: Uint8Array[] = [];
    for await (const chunk of request) chunks.push(chunk as Uint8Array);
    return Buffer.concat(chunks).toString();
  } catch {
    return undefined;
  }
}
