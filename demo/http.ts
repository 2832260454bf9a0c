import { Agent, type Dispatcher } from 'undici';
import type { TlsOptions } from '../src/http/client.ts';
import { isObject, type JsonObject, type JsonValue } from '../src/model/json.ts';
import { messageOf } from './fields.ts';

const TIMEOUT_MS = 10_000;

export interface Answer {
  readonly status: number;
  /** A text where it is not JSON. */
  readonly body: JsonValue;
}

export interface Sent {
  readonly body?: JsonValue;
  readonly contentType?: string;
  readonly accept?: string;
}

export interface HttpOptions {
  readonly tls?: TlsOptions;
  /** The value of `Authorization`, asked for before each request. */
  readonly authorization?: () => Promise<string | undefined>;
}

/** JSON over HTTP to one server, as `curl` would do it. */
export class Http {
  readonly url: string;
  readonly #agent: Agent;
  readonly #authorization: () => Promise<string | undefined>;

  constructor(url: string, { tls = {}, authorization = async () => undefined }: HttpOptions = {}) {
    this.url = url.replace(/\/+$/, '');
    this.#authorization = authorization;
    this.#agent = new Agent({
      allowH2: false,
      connect: { ...tls, timeout: TIMEOUT_MS },
      headersTimeout: TIMEOUT_MS,
      bodyTimeout: TIMEOUT_MS,
    });
  }

  /** Rejects only where there is no answer; every status is one. */
  async send(method: Dispatcher.HttpMethod, path: string, sent: Sent = {}): Promise<Answer> {
    const { statusCode, body } = await this.#request(method, path, sent);
    return { status: statusCode, body: parse(await body.text()) };
  }

  /** The objects of a body that has one in each line, as they come. */
  async *lines(path: string, signal: AbortSignal): AsyncGenerator<JsonObject> {
    const { body } = await this.#request('GET', path, {}, { signal, bodyTimeout: 0 });
    let rest = '';
    for await (const chunk of body.setEncoding('utf8')) {
      const texts = `${rest}${chunk}`.split('\n');
      rest = texts.pop() ?? '';
      for (const value of texts.map(parse)) if (isObject(value)) yield value;
    }
  }

  close(): Promise<void> {
    return this.#agent.destroy();
  }

  async #request(
    method: Dispatcher.HttpMethod,
    path: string,
    sent: Sent,
    more: { signal?: AbortSignal; bodyTimeout?: number } = {},
  ): Promise<Dispatcher.ResponseData> {
    const { origin, pathname } = new URL(this.url);
    const authorization = await this.#authorization();
    const asked = this.#agent.request({
      origin,
      path: `${pathname.replace(/\/$/, '')}${path}`,
      method,
      headers: {
        accept: sent.accept ?? 'application/json',
        ...(sent.body !== undefined && { 'content-type': sent.contentType ?? 'application/json' }),
        ...(authorization !== undefined && { authorization }),
      },
      ...(sent.body !== undefined && { body: JSON.stringify(sent.body) }),
      ...more,
    });
    return asked.catch((error: unknown) => {
      throw new Error(`no answer from ${this.url}: ${messageOf(error)}`);
    });
  }
}

function parse(text: string): JsonValue {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}
