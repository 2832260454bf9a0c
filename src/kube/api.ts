import { HttpClient, type HttpSeen } from '../http/client.ts';
import type { Clock } from '../model/clock.ts';
import { KubeClient } from './client.ts';
import type { Credentials } from './credentials.ts';

export interface KubeApiOptions {
  readonly credentials: Credentials;
  readonly clock: Clock;
  /** How many passes run at once; sizes the pool of ordinary requests. */
  readonly concurrency: number;
  readonly observe?: (seen: HttpSeen) => void;
  /** Silence after which a watch is opened anew; API servers send a bookmark about once a minute. */
  readonly watchIdleMs?: number;
}

const MIB = 1024 * 1024;
export const WATCH_IDLE_MS = 100_000;

/** The API server by three pools, so that neither a long watch nor a burst of writes can keep the lease from being renewed. */
export class KubeApi {
  readonly requests: KubeClient;
  readonly watches: KubeClient;
  readonly leases: KubeClient;
  readonly #pools: readonly HttpClient[];

  constructor(options: KubeApiOptions) {
    const { credentials, clock } = options;
    const common = {
      baseUrl: credentials.baseUrl,
      tls: () => credentials.tls(),
      authorization: () => credentials.authorization(),
      clock,
      ...(options.observe === undefined ? {} : { observe: options.observe }),
    };
    const requests = new HttpClient({
      ...common,
      connections: Math.max(8, options.concurrency * 2),
      deadlineMs: 30_000,
      connectTimeoutMs: 5000,
      idleMs: 30_000,
      maxBytes: 256 * MIB,
    });
    const watches = new HttpClient({
      ...common,
      connections: null,
      deadlineMs: 30_000,
      connectTimeoutMs: 5000,
      idleMs: options.watchIdleMs ?? WATCH_IDLE_MS,
      maxBytes: MIB,
    });
    const leases = new HttpClient({
      ...common,
      connections: 2,
      deadlineMs: 5000,
      connectTimeoutMs: 2000,
      idleMs: 5000,
      maxBytes: MIB,
    });
    this.#pools = [requests, watches, leases];
    this.requests = new KubeClient(requests, credentials, clock);
    this.watches = new KubeClient(watches, credentials, clock);
    this.leases = new KubeClient(leases, credentials, clock);
  }

  /** Ends every connection; requests under way reject `aborted`. */
  async close(): Promise<void> {
    await Promise.all(this.#pools.map((pool) => pool.close()));
  }
}
