import { Pool } from 'undici';

import { isObject, type JsonObject } from '../../src/model/json.ts';

/** The API server that a suite is run against. */
export interface KubeTarget {
  readonly url: string;
  readonly token: string;
  /** PEM; left out for plain HTTP. */
  readonly ca?: string;
}

export interface KubeAnswer {
  readonly status: number;
  readonly contentType: string;
  readonly warnings: readonly string[];
  readonly text: string;
  /** The body where it is a JSON object, else an empty one. */
  readonly body: JsonObject;
}

export interface KubeRequest {
  readonly body?: JsonObject | readonly JsonObject[] | string;
  readonly headers?: Readonly<Record<string, string>>;
}

export const mergePatch = { 'content-type': 'application/merge-patch+json' };
export const jsonPatch = { 'content-type': 'application/json-patch+json' };

/** Plain requests, with nothing of a client library between the suite and the server. */
export class KubeClient {
  readonly #pool: Pool;
  readonly #token: string;

  constructor({ url, token, ca }: KubeTarget) {
    this.#pool = new Pool(url, { allowH2: false, ...(ca === undefined ? {} : { connect: { ca } }) });
    this.#token = token;
  }

  async send(method: string, path: string, { body, headers }: KubeRequest = {}): Promise<KubeAnswer> {
    const answer = await this.#pool.request({
      method: method as 'GET',
      path,
      headers: {
        authorization: `Bearer ${this.#token}`,
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
        ...headers,
      },
      ...(body === undefined ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) }),
    });
    const text = await answer.body.text();
    return {
      status: answer.statusCode,
      contentType: String(answer.headers['content-type']),
      warnings: [answer.headers.warning ?? []].flat(),
      text,
      body: parseObject(text),
    };
  }

  get(path: string, headers: Readonly<Record<string, string>> = {}): Promise<KubeAnswer> {
    return this.send('GET', path, { headers });
  }

  post(path: string, body: JsonObject | string): Promise<KubeAnswer> {
    return this.send('POST', path, { body });
  }

  put(path: string, body: JsonObject): Promise<KubeAnswer> {
    return this.send('PUT', path, { body });
  }

  patch(path: string, body: JsonObject | readonly JsonObject[], headers = mergePatch): Promise<KubeAnswer> {
    return this.send('PATCH', path, { body, headers });
  }

  delete(path: string, options?: JsonObject): Promise<KubeAnswer> {
    const body =
      options === undefined ? {} : { body: { kind: 'DeleteOptions', apiVersion: 'v1', ...options } };
    return this.send('DELETE', path, body);
  }

  /** The events of a watch until the server ends it, or until there are `count`. */
  async watch(path: string, count = Number.POSITIVE_INFINITY): Promise<readonly JsonObject[]> {
    const answer = await this.#pool.request({
      method: 'GET',
      path,
      headers: { authorization: `Bearer ${this.#token}` },
    });
    const events: JsonObject[] = [];
    let rest = '';
    for await (const chunk of answer.body) {
      const lines = (rest + String(chunk)).split('\n');
      rest = lines.pop() ?? '';
      events.push(...lines.map(parseObject));
      if (events.length >= count) break;
    }
    return events;
  }

  close(): Promise<void> {
    return this.#pool.destroy();
  }
}

function parseObject(text: string): JsonObject {
  try {
    const value: unknown = JSON.parse(text);
    return isObject(value) ? value : {};
  } catch {
    return {};
  }
}
