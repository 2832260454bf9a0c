import type { ConnectionOptions } from 'node:tls';
import { Pool } from 'undici';

/** What may be said about TLS: trust, client certificate, the name to verify. */
export type TlsOptions = Pick<
  ConnectionOptions,
  'ca' | 'cert' | 'key' | 'passphrase' | 'servername' | 'rejectUnauthorized'
>;

/** Fixed options, or a source asked before every request: another object than last time means another pool (a rotated CA or certificate). */
export type TlsSource = TlsOptions | (() => Promise<TlsOptions>);

interface PoolOptions {
  readonly origin: string;
  readonly connections: number | null;
  readonly connectTimeoutMs: number;
  readonly idleMs: number;
  readonly tls?: TlsSource;
}

const NO_TLS: TlsOptions = {};
const KEEP_ALIVE_MS = 30_000;
const TCP_KEEP_ALIVE_MS = 15_000;

/** One undici pool at a time, replaced when the TLS material changes; requests under way end on the pool they began on. */
export class Pools {
  readonly #options: PoolOptions;
  readonly #open = new Set<Pool>();
  #current: Pool | undefined;
  #material: TlsOptions | undefined;
  #destroyed = false;

  constructor(options: PoolOptions) {
    this.#options = options;
  }

  /** Calls `send` with the pool of the moment, without a gap in which that pool could be retired. */
  async use<T>(send: (pool: Pool) => T): Promise<Awaited<T>> {
    const { tls } = this.#options;
    const material = typeof tls === 'function' ? await tls() : (tls ?? NO_TLS);
    if (this.#destroyed) throw new Error('closed');
    return await send(this.#poolOf(material));
  }

  /** Ends every connection; requests under way fail. */
  async destroy(): Promise<void> {
    this.#destroyed = true;
    await Promise.all([...this.#open].map((pool) => pool.destroy()));
  }

  get destroyed(): boolean {
    return this.#destroyed;
  }

  #poolOf(material: TlsOptions): Pool {
    if (this.#current && material === this.#material) return this.#current;
    if (this.#current) this.#retire(this.#current);
    this.#material = material;
    this.#current = this.#build(material);
    this.#open.add(this.#current);
    return this.#current;
  }

  #build(material: TlsOptions): Pool {
    return new Pool(this.#options.origin, {
      connections: this.#options.connections,
      pipelining: 1,
      // With HTTP/2 a GOAWAY beside an open stream leaves later requests hanging for ever.
      allowH2: false,
      connect: {
        minVersion: 'TLSv1.2',
        ...material,
        timeout: this.#options.connectTimeoutMs,
        keepAlive: true,
        keepAliveInitialDelay: TCP_KEEP_ALIVE_MS,
      },
      // Every request has a deadline of its own, which covers the wait for headers.
      headersTimeout: 0,
      bodyTimeout: this.#options.idleMs,
      keepAliveTimeout: KEEP_ALIVE_MS,
    });
  }

  #retire(pool: Pool): void {
    const forget = () => this.#open.delete(pool);
    pool.close().then(forget, forget);
  }
}
