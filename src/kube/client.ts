import type { HttpAnswer } from '../http/answer.ts';
import { jsonBody } from '../http/answer.ts';
import type { HttpClient, HttpRequest, HttpStream } from '../http/client.ts';
import type { Clock } from '../model/clock.ts';
import { isObject, type JsonObject, type JsonValue } from '../model/json.ts';
import type { Credentials } from './credentials.ts';
import { type Asked, failure, misshapen } from './status.ts';

/** One request; `operation` names it in errors and metrics and holds no object's name. */
export interface Call {
  readonly operation: string;
  readonly path: string;
  readonly deadlineMs?: number;
  readonly signal?: AbortSignal;
}

export interface CallWithBody extends Call {
  readonly body: JsonValue;
}

export interface ListPage {
  readonly items: readonly JsonValue[];
  readonly resourceVersion: string;
  /** Where the next page begins, when there is one. */
  readonly continue: string | undefined;
}

export interface ListCall extends Call {
  /** Items of a page; absent is everything in one. */
  readonly limit?: number;
  readonly continue?: string | undefined;
}

const USER_AGENT = 'kratos-identity-operator';

/**
 * The API server's verbs over JSON. Every method rejects with a `RemoteError` only, retries nothing but a 401 (once, with fresh
 * credentials; such an answer proves that nothing was done), and answers an object, never checked beyond that.
 */
export class KubeClient {
  readonly #http: HttpClient;
  readonly #credentials: Pick<Credentials, 'refresh'>;
  readonly #clock: Clock;
  readonly #mayWrite: (() => void) | undefined;

  /** @param mayWrite throws where no write may be started any more; asked right before each goes to a socket, a second try too */
  constructor(
    http: HttpClient,
    credentials: Pick<Credentials, 'refresh'>,
    clock: Clock,
    mayWrite?: () => void,
  ) {
    this.#http = http;
    this.#credentials = credentials;
    this.#clock = clock;
    this.#mayWrite = mayWrite;
  }

  /** The same server by the same connections, with writes held to `mayWrite`. */
  fenced(mayWrite: () => void): KubeClient {
    return new KubeClient(this.#http, this.#credentials, this.#clock, mayWrite);
  }

  get(call: Call): Promise<JsonObject> {
    return this.#json(call, 'GET');
  }

  /** One page of a collection, accepted only if it is a list in every respect. */
  async list(call: ListCall): Promise<ListPage> {
    const query = new URLSearchParams();
    if (call.limit !== undefined) query.set('limit', String(call.limit));
    if (call.continue !== undefined) query.set('continue', call.continue);
    const list = await this.#json({ ...call, path: `${call.path}?${query.toString()}` }, 'GET');
    const page = listPage(list);
    if (page === undefined) throw misshapen({ operation: call.operation, mutation: false }, 200);
    return page;
  }

  create(call: CallWithBody): Promise<JsonObject> {
    return this.#json(call, 'POST', 'application/json');
  }

  replace(call: CallWithBody): Promise<JsonObject> {
    return this.#json(call, 'PUT', 'application/json');
  }

  mergePatch(call: CallWithBody): Promise<JsonObject> {
    return this.#json(call, 'PATCH', 'application/merge-patch+json');
  }

  /** Deletes the object only if it still has this uid, else rejects `conflict`. */
  async delete(call: Call, uid: string): Promise<void> {
    const body = { apiVersion: 'v1', kind: 'DeleteOptions', preconditions: { uid } };
    await this.#json({ ...call, body }, 'DELETE', 'application/json');
  }

  /** A watch whose headers say 200 and JSON; the body is lines, unread. */
  async watch(call: Call): Promise<HttpStream> {
    const request = this.#request(call, 'GET');
    const open = () => this.#http.stream(request);
    const stream = await this.#authorized(open, (refused) => refused.close());
    const asked = { operation: call.operation, mutation: false };
    if (stream.status === 200 && stream.headers['content-type']?.startsWith('application/json'))
      return stream;
    stream.close();
    if (stream.status === 200) throw misshapen(asked, 200);
    throw failure(asked, { ...stream, body: '' }, this.#clock.now());
  }

  async #json(
    call: Call & { readonly body?: JsonValue },
    method: HttpRequest['method'],
    contentType?: string,
  ): Promise<JsonObject> {
    const request = this.#request(call, method, contentType);
    const answer = await this.#authorized(() => this.#http.request(request));
    return this.#objectOf({ operation: call.operation, mutation: method !== 'GET' }, answer);
  }

  #request(
    call: Call & { readonly body?: JsonValue },
    method: HttpRequest['method'],
    contentType?: string,
  ): HttpRequest {
    const { operation, path, deadlineMs, signal } = call;
    return {
      operation,
      method,
      path,
      headers: {
        accept: 'application/json',
        'user-agent': USER_AGENT,
        ...(contentType === undefined ? {} : { 'content-type': contentType }),
      },
      ...(call.body === undefined ? {} : { body: JSON.stringify(call.body) }),
      ...(deadlineMs === undefined ? {} : { deadlineMs }),
      ...(signal === undefined ? {} : { signal }),
      ...(this.#mayWrite === undefined || method === 'GET' ? {} : { mayStart: this.#mayWrite }),
    };
  }

  async #authorized<T extends { readonly status: number }>(
    send: () => Promise<T>,
    discard?: (refused: T) => void,
  ): Promise<T> {
    const answer = await send();
    if (answer.status !== 401) return answer;
    discard?.(answer);
    this.#credentials.refresh();
    return send();
  }

  #objectOf(asked: Asked, answer: HttpAnswer): JsonObject {
    if (answer.status < 200 || answer.status > 299) throw failure(asked, answer, this.#clock.now());
    const value = jsonBody(answer);
    if (!isObject(value)) throw misshapen(asked, answer.status);
    return value;
  }
}

function listPage(list: JsonObject): ListPage | undefined {
  const { kind, items, metadata } = list;
  if (typeof kind !== 'string' || !kind.endsWith('List') || !Array.isArray(items) || !isObject(metadata)) {
    return undefined;
  }
  const { resourceVersion, continue: next } = metadata;
  if (typeof resourceVersion !== 'string' || resourceVersion === '') return undefined;
  return { items, resourceVersion, continue: typeof next === 'string' && next !== '' ? next : undefined };
}
