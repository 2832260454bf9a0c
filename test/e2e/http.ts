import { Agent } from 'undici';
import type { JsonValue } from '../../src/model/json.ts';

export interface Answer {
  readonly status: number;
  readonly contentType: string;
  /** Parsed where it is JSON, else the text. */
  readonly body: JsonValue;
}

export interface Call {
  readonly method?: string;
  readonly headers?: Readonly<Record<string, string>>;
  /** Sent as JSON. */
  readonly json?: unknown;
}

/** A plain HTTP client for looking at servers from outside; `ca` for HTTPS. Redirects are answers. */
export class Http {
  readonly #agent: Agent;
  readonly #base: string;
  readonly #headers: Readonly<Record<string, string>>;

  constructor(base: string, options: { readonly ca?: string; readonly token?: string } = {}) {
    this.#base = base;
    this.#agent = new Agent({
      allowH2: false,
      connections: 16,
      ...(options.ca !== undefined && { connect: { ca: options.ca } }),
    });
    this.#headers = options.token === undefined ? {} : { authorization: `Bearer ${options.token}` };
  }

  async call(path: string, { method = 'GET', headers = {}, json }: Call = {}): Promise<Answer> {
    const url = new URL(path, this.#base);
    const answer = await this.#agent.request({
      origin: url.origin,
      path: url.pathname + url.search,
      method,
      headers: { 'content-type': 'application/json', ...this.#headers, ...headers },
      ...(json !== undefined && { body: JSON.stringify(json) }),
      headersTimeout: 30_000,
    });
    const text = await answer.body.text();
    const contentType = String(answer.headers['content-type'] ?? '');
    const isJson = contentType.startsWith('application/json') && text !== '';
    return { status: answer.statusCode, contentType, body: isJson ? (JSON.parse(text) as JsonValue) : text };
  }

  close(): Promise<void> {
    return this.#agent.close();
  }
}

/** Thrown where only success is of use. */
export class Refused extends Error {
  readonly status: number;

  constructor(what: string, answer: Answer) {
    super(`${what}: ${answer.status} ${JSON.stringify(answer.body).slice(0, 500)}`);
    this.status = answer.status;
  }
}
