import type { Dispatcher } from 'undici';
import type { Clock } from '../model/clock.ts';
import { isRemote, RemoteError, toError } from '../model/errors.ts';
import type { Sensitive } from '../model/sensitive.ts';
import type { HttpAnswer } from './answer.ts';
import { BodyTooLarge, Exchange, flatHeaders } from './exchange.ts';
import { Limit } from './limit.ts';
import { Pools, type TlsSource } from './pool.ts';

export type { TlsOptions } from './pool.ts';

export interface HttpRequest {
  /** Names the request in errors and metrics, e.g. `PATCH identity`; holds no id, no value. */
  readonly operation: string;
  readonly method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  /** Path and query below the base URL, beginning with `/`. */
  readonly path: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
  /** Milliseconds for the whole request (for a stream: until its headers); the client's own default otherwise. */
  readonly deadlineMs?: number;
  readonly signal?: AbortSignal;
  /** Throws where the request may no longer be started; asked, without a gap, right before it is written to a socket. Not for streams. */
  readonly mayStart?: () => void;
}

export interface HttpStream {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  /** Bytes as they come; throws `RemoteError` when cut, silent for too long, or closed. */
  readonly body: AsyncIterable<Uint8Array>;
  /** Ends the stream and frees its connection. */
  close(): void;
}

/** One request as seen from outside, for metrics. */
export interface HttpSeen {
  readonly operation: string;
  readonly method: string;
  readonly status: number | 'error';
  readonly seconds: number;
}

export interface HttpOptions {
  /** `http(s)://host[:port][/base]`. */
  readonly baseUrl: string;
  /** Sockets at most; `null` is no limit. */
  readonly connections: number | null;
  readonly tls?: TlsSource;
  /** Asked before every request; its value is the Authorization header. */
  readonly authorization?: () => Promise<Sensitive | undefined>;
  readonly deadlineMs: number;
  /** Cap of a buffered body. */
  readonly maxBytes: number;
  readonly connectTimeoutMs: number;
  /** Longest silence in a body. */
  readonly idleMs: number;
  readonly observe?: (seen: HttpSeen) => void;
  readonly clock: Clock;
}

/**
 * One server, HTTP/1.1, no redirects, no retries. Every request ends within its deadline, whether it waits in a queue, for a
 * connection, for headers or for a body.
 *
 * Rejects with `RemoteError` only: `unavailable` (no answer), `tooLarge` (body past the cap) or `aborted` (by the caller's
 * signal or `close`); and with what `mayStart` throws. The outcome of a mutation is `none` only where the request provably never reached a socket (refused, DNS,
 * connect timeout, still queued), else `unknown`.
 */
export class HttpClient {
  readonly #options: HttpOptions;
  readonly #base: string;
  readonly #pools: Pools;

  constructor(options: HttpOptions) {
    const url = new URL(options.baseUrl);
    this.#options = options;
    this.#base = url.pathname.replace(/\/+$/, '');
    this.#pools = new Pools({ ...options, origin: url.origin });
  }

  /** Any HTTP status is an answer. */
  async request(request: HttpRequest): Promise<HttpAnswer> {
    const exchange = new Exchange(this.#options.maxBytes, request.mayStart);
    return this.#bounded(request, exchange, async (limit) => {
      limit.onEnd((reason) => exchange.abort(reason));
      const options = await this.#dispatchOptions(request);
      await this.#pools.use((pool) => limit.cause === undefined && pool.dispatch(options, exchange));
      return await exchange.answer;
    });
  }

  /** For watches: resolves with status and headers, within the deadline; afterwards only silence or the signal ends the body. */
  async stream(request: HttpRequest): Promise<HttpStream> {
    const stop = new AbortController();
    const follow = () => stop.abort(request.signal?.reason);
    request.signal?.addEventListener('abort', follow, { once: true });
    const unfollow = () => request.signal?.removeEventListener('abort', follow);
    try {
      return await this.#bounded(request, { started: true }, async (limit) => {
        limit.onEnd((reason) => stop.abort(reason));
        const options = { ...(await this.#dispatchOptions(request)), signal: stop.signal };
        const { statusCode, headers, body } = await this.#pools.use((pool) => pool.request(options));
        body.once('close', unfollow).on('error', () => {});
        const guarded = this.#guardedBody(request, body, stop.signal);
        return {
          status: statusCode,
          headers: flatHeaders(headers),
          body: guarded,
          close: () => stop.abort(),
        };
      });
    } catch (error) {
      unfollow();
      throw error;
    }
  }

  /** Ends every connection; requests under way reject `aborted`. */
  async close(): Promise<void> {
    await this.#pools.destroy();
  }

  /** Runs one request under its limit, tells the observer, and turns whatever is thrown into a `RemoteError`. */
  async #bounded<T extends { readonly status: number }>(
    request: HttpRequest,
    progress: { readonly started: boolean },
    work: (limit: Limit) => Promise<T>,
  ): Promise<T> {
    const { clock, deadlineMs, observe } = this.#options;
    const begun = clock.monotonic();
    const limit = new Limit(clock, request.deadlineMs ?? deadlineMs, request.signal);
    let status: number | 'error' = 'error';
    try {
      const answer = await limit.race(work(limit));
      status = answer.status;
      return answer;
    } catch (thrown) {
      throw this.#failure(request, toError(thrown), progress.started, limit.cause === 'aborted');
    } finally {
      limit.release();
      const seconds = (clock.monotonic() - begun) / 1000;
      observe?.({ operation: request.operation, method: request.method, status, seconds });
    }
  }

  #failure(request: HttpRequest, error: Error, started: boolean, aborted: boolean): RemoteError {
    if (isRemote(error)) return error;
    const outcome = started && request.method !== 'GET' ? 'unknown' : 'none';
    if (error instanceof BodyTooLarge) {
      return new RemoteError(request.operation, { code: 'tooLarge', outcome, status: error.status });
    }
    const code = aborted || this.#pools.destroyed ? 'aborted' : 'unavailable';
    return new RemoteError(request.operation, { code, outcome, ...troubleOf(error) });
  }

  async #dispatchOptions(request: HttpRequest): Promise<Dispatcher.DispatchOptions> {
    const authorization = (await this.#options.authorization?.())?.reveal();
    return {
      method: request.method,
      path: this.#base + request.path,
      headers: { ...request.headers, ...(authorization === undefined ? {} : { authorization }) },
      body: request.body ?? null,
    };
  }

  async *#guardedBody(request: HttpRequest, body: AsyncIterable<Uint8Array>, stop: AbortSignal) {
    try {
      yield* body;
    } catch (thrown) {
      throw this.#failure(request, toError(thrown), true, stop.aborted);
    }
  }
}

/** The platform's own code for what went wrong: it tells a refused connection from a bad certificate, and holds nothing of anybody's. */
function troubleOf(error: unknown): { readonly trouble?: string } {
  if (!(error instanceof Error)) return {};
  const code = 'code' in error ? error.code : undefined;
  if (typeof code === 'string' && /^[A-Z][A-Z0-9_]+$/.test(code)) return { trouble: code };
  return troubleOf(error.cause);
}
