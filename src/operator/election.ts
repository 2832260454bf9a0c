import { randomUUID } from 'node:crypto';
import type { KubeApi } from '../kube/api.ts';
import { LeaseElector } from '../kube/lease.ts';
import type { Clock } from '../model/clock.ts';
import type { Log } from '../ops/log.ts';
import type { Metrics } from '../ops/metrics.ts';
import type { Leadership } from '../reconcile/ports.ts';

const LEASE_NAME = 'kratos-identity-operator-leader';

/** Another replica may lead by now: whatever is under way must not be waited for. */
export class LeaseLost extends Error {
  constructor() {
    super('the lease was lost');
  }
}

interface ElectionParts {
  readonly kube: KubeApi;
  readonly namespace: string;
  readonly hostname: string;
  readonly clock: Clock;
  readonly log: Log;
  readonly metrics: Metrics;
  /** Uniform in [0, 1). */
  readonly random: () => number;
}

/** One among replicas leads, and whoever is about to have an effect asks here. */
export class Election implements Leadership {
  readonly #parts: ElectionParts;
  readonly #elector: LeaseElector;

  constructor(parts: ElectionParts) {
    const { kube, namespace, hostname, clock, random, log, metrics } = parts;
    this.#parts = parts;
    this.#elector = new LeaseElector({
      client: kube.leases,
      watches: kube.watches,
      namespace,
      name: LEASE_NAME,
      identity: `${hostname}_${randomUUID()}`,
      clock,
      random,
      failed: (error) => log.warn({ err: error }, 'leader election is in trouble'),
    });
    metrics.setLeader(LEASE_NAME, false);
  }

  /** Resolves when we lead. Rejects only when the signal aborts. */
  async win(signal: AbortSignal): Promise<void> {
    const { log, metrics, namespace } = this.#parts;
    log.info({ lease: LEASE_NAME, namespace }, 'waiting for leadership');
    await this.#elector.acquire(signal);
    metrics.setLeader(LEASE_NAME, true);
    log.info('leading');
  }

  /** Monotonic milliseconds since when we lead; `undefined` before. */
  get wonAt(): number | undefined {
    return this.#elector.wonAt;
  }

  /** Milliseconds for which we have held for ours what may be another's. */
  get overdueMs(): number {
    return this.#elector.overdueMs;
  }

  assertHeld(): void {
    this.#elector.assertHeld();
  }

  /** Rejects when the lease is lost; never resolves. */
  async loss(): Promise<never> {
    await this.#elector.lost;
    this.#parts.metrics.setLeader(LEASE_NAME, false);
    throw new LeaseLost();
  }

  /** Lets a standby in at once. */
  release(): Promise<void> {
    return this.#elector.release();
  }
}

/** Without election this process leads for as long as it runs; whether it does so alone is for whoever chose that. */
export const ALONE: Leadership = { assertHeld: () => {} };
