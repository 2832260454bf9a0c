import { type Clock, sleep } from '../model/clock.ts';
import { isRemote, RemoteError, toError } from '../model/errors.ts';
import type { JsonObject } from '../model/json.ts';
import type { KubeClient } from './client.ts';
import { heldLease, newLease, type ObservedLease, observedLease, releasedLease } from './lease-record.ts';
import { LeaseWatch } from './lease-watch.ts';
import { resourcePath } from './object.ts';
import { misshapen } from './status.ts';
import { Trouble } from './trouble.ts';

export interface LeaseOptions {
  readonly client: Pick<KubeClient, 'get' | 'create' | 'replace'>;
  /** For a standby's watch of the Lease. */
  readonly watches: Pick<KubeClient, 'watch'>;
  readonly namespace: string;
  readonly name: string;
  /** Ours alone among all processes that ever run: host name and a UUID. */
  readonly identity: string;
  readonly clock: Clock;
  /** In [0, 1). */
  readonly random: () => number;
  /** For logs; a lasting failure is told once a minute. */
  readonly failed: (error: Error) => void;
}

interface Limits {
  readonly deadlineMs: number;
  readonly signal?: AbortSignal;
}

const LEASES_API = '/apis/coordination.k8s.io/v1';
const LEASE_MS = 15_000;
const RENEW_DEADLINE_MS = 10_000;
const RETRY_MS = 2000;
const ACQUIRE_JITTER = 1.2;
/** Several standbys see the same lease expire. */
const EXPIRY_JITTER_MS = 300;
const REQUEST_MS = 5000;

/**
 * Leader election over one Lease, by our own monotonic clock alone.
 *
 * Guarantee: `assertHeld()` passes only while no other replica that keeps these rules can have taken the lease. A renewal counts
 * from the moment its request was sent, and for 10 s; others wait 15 s from the moment they saw it. A standby tries when the Lease
 * changes, when it is due to expire, and every 2 to 4.4 s, should nobody tell it of a change.
 */
export class LeaseElector {
  readonly #options: LeaseOptions;
  readonly #path: string;
  readonly #trouble: Trouble;
  readonly #lost = Promise.withResolvers<void>();
  readonly #released = new AbortController();
  #observed: ObservedLease | undefined;
  /** When the last successful write was sent. */
  #renewedAt = Number.NEGATIVE_INFINITY;
  #wonAt: number | undefined;
  #leading = false;
  /** A write of ours was sent whose outcome may be that we hold the lease. */
  #mayHold = false;
  #renewing: Promise<void> = Promise.resolve();

  constructor(options: LeaseOptions) {
    this.#options = options;
    this.#trouble = new Trouble(options.failed, options.clock);
    this.#path = resourcePath(LEASES_API, options.namespace, 'leases', options.name);
  }

  /** Resolves once, when the lease was held and is no more, except by `release()`. */
  get lost(): Promise<void> {
    return this.#lost.promise;
  }

  get isLeader(): boolean {
    return this.#leading && this.#fresh();
  }

  /** Monotonic milliseconds at which the lease was won; `undefined` before. */
  get wonAt(): number | undefined {
    return this.#wonAt;
  }

  /** Milliseconds for which we have held for ours what may be another's; nothing but a fault of this process makes it grow. */
  get overdueMs(): number {
    return this.#leading ? Math.max(0, -this.#remaining()) : 0;
  }

  /** Throws `aborted` when the lease could have been lost by now; called right before every effect. */
  assertHeld(): void {
    if (!this.isLeader) throw new RemoteError('hold lease', { code: 'aborted', outcome: 'none' });
  }

  /**
   * Resolves when the lease is ours; from then on it is renewed until lost or released. Rejects only when `signal` aborts or it is
   * released meanwhile.
   */
  async acquire(signal: AbortSignal): Promise<void> {
    const enough = AbortSignal.any([signal, this.#released.signal]);
    const changes = this.#changes();
    const won = new AbortController();
    let watching: Promise<void> | undefined;
    try {
      while (!(await this.#try(enough))) {
        watching ??= changes.run(AbortSignal.any([enough, won.signal]));
        await changes.rest(this.#pause(), enough);
      }
    } finally {
      won.abort();
      await watching;
    }
    enough.throwIfAborted();
    this.#leading = true;
    this.#wonAt = this.#options.clock.monotonic();
    this.#renewing = this.#renew();
  }

  /**
   * Gives the lease up so that a standby need not wait for it to expire; to be called when no work of ours is under way any
   * more. Never rejects: what cannot be released expires.
   */
  async release(): Promise<void> {
    this.#leading = false;
    this.#released.abort();
    await this.#renewing;
    // A write that was cut off may still bump the version: the second try reads anew.
    for (let tries = 0; this.#mayHold && tries < 3; tries++) {
      try {
        const lease = await this.#read();
        if (lease?.holder === this.#options.identity) {
          await this.#replace(releasedLease(lease, this.#options.clock.now()), this.#limits());
        }
        this.#mayHold = false;
      } catch (error) {
        if (!isRemote(error, 'conflict')) return;
      }
    }
  }

  #changes(): LeaseWatch {
    const { watches, namespace, name, clock, random } = this.#options;
    const path = resourcePath(LEASES_API, namespace, 'leases');
    const version = () => this.#observed?.resourceVersion;
    return new LeaseWatch({ client: watches, path, name, version, clock, random });
  }

  async #try(signal: AbortSignal): Promise<boolean> {
    signal.throwIfAborted();
    try {
      return await this.#tryAcquire(signal);
    } catch (error) {
      if (!signal.aborted && !isRemote(error, 'conflict')) this.#trouble.report(toError(error));
      return false;
    }
  }

  /** Milliseconds until it is worth another try: no longer than until another's lease expires. */
  #pause(): number {
    const { random } = this.#options;
    const usual = RETRY_MS * (1 + random() * ACQUIRE_JITTER);
    const left = this.#expiresIn();
    return left > 0 ? Math.min(usual, left + random() * EXPIRY_JITTER_MS) : usual;
  }

  /** Milliseconds for which another's lease must be believed; not above 0 where there is none, or it has expired. */
  #expiresIn(): number {
    const last = this.#observed;
    if (last === undefined || last.holder === '' || last.holder === this.#options.identity) return 0;
    return last.seenAt + last.durationMs - this.#options.clock.monotonic();
  }

  #fresh(): boolean {
    return this.#remaining() > 0;
  }

  /** Milliseconds until a standby must be assumed to be on its way. */
  #remaining(): number {
    return this.#renewedAt + RENEW_DEADLINE_MS - this.#options.clock.monotonic();
  }

  /** False when the lease is another's; rejects when that cannot be told. */
  async #tryAcquire(signal: AbortSignal): Promise<boolean> {
    const lease = await this.#read(signal);
    // A Lease that was deleted does not tell its holder to stop: what we saw of it still counts.
    if (this.#expiresIn() > 0) return false;
    await this.#claim(lease, signal);
    return true;
  }

  async #renew(): Promise<void> {
    const { clock } = this.#options;
    const { signal } = this.#released;
    for (;;) {
      const pause = Math.min(RETRY_MS, Math.max(this.#remaining(), 0));
      await sleep(clock, pause, signal).catch(() => {});
      const kept = signal.aborted || (this.#fresh() && (await this.#renewOnce(signal)));
      if (signal.aborted) return;
      if (kept) continue;
      this.#leading = false;
      return this.#lost.resolve();
    }
  }

  /** False when another holds the lease; a request that fails leaves that open until the deadline. */
  async #renewOnce(signal: AbortSignal): Promise<boolean> {
    const { identity } = this.#options;
    try {
      const known = this.#observed;
      if (known?.holder === identity) {
        const renewed = await this.#claim(known, signal).then(
          () => true,
          () => false,
        );
        if (renewed) return true;
      }
      // Someone wrote or deleted it, perhaps our own request that was cut off: look before the next write.
      const lease = await this.#read(signal);
      if (lease !== undefined && lease.holder !== identity) return false;
      await this.#claim(lease, signal);
    } catch (error) {
      this.#trouble.report(toError(error));
    }
    return true;
  }

  /** Writes us as the holder of `lease`, or makes it. Resolves when we are; the time of sending is what counts. */
  async #claim(lease: ObservedLease | undefined, signal: AbortSignal): Promise<void> {
    const { client, clock, identity, namespace, name } = this.#options;
    const sentAt = clock.monotonic();
    const limits = this.#limits(signal);
    this.#mayHold = true;
    let held: ObservedLease;
    if (lease === undefined) {
      const body = newLease(namespace, name, identity, LEASE_MS, clock.now());
      const call = { operation: 'POST leases', path: resourcePath(LEASES_API, namespace, 'leases'), body };
      held = this.#observe(await client.create({ ...call, ...limits }), 'POST leases');
    } else {
      const body = heldLease(lease, identity, LEASE_MS, clock.now());
      held = this.#observe(await this.#replace(body, limits), 'PUT leases');
    }
    if (held.holder !== identity) throw misshapen({ operation: 'PUT leases', mutation: true }, 200);
    this.#renewedAt = sentAt;
  }

  #replace(body: JsonObject, limits: Limits): Promise<JsonObject> {
    return this.#options.client.replace({ operation: 'PUT leases', path: this.#path, body, ...limits });
  }

  /** `undefined`: there is no such Lease. */
  async #read(signal?: AbortSignal): Promise<ObservedLease | undefined> {
    const operation = 'GET leases';
    try {
      const call = { operation, path: this.#path, ...this.#limits(signal) };
      return this.#observe(await this.#options.client.get(call), operation);
    } catch (error) {
      if (isRemote(error, 'notFound')) return undefined;
      throw error;
    }
  }

  #observe(answer: JsonObject, operation: string): ObservedLease {
    const now = this.#options.clock.monotonic();
    const lease = observedLease(answer, this.#observed, now, LEASE_MS);
    if (lease === undefined) throw misshapen({ operation, mutation: operation !== 'GET leases' }, 200);
    this.#observed = lease;
    return lease;
  }

  /** While we lead, no request outlives the lease it is to renew. */
  #limits(signal?: AbortSignal): Limits {
    const deadlineMs = this.#leading ? Math.min(REQUEST_MS, Math.max(this.#remaining(), 0)) : REQUEST_MS;
    return { deadlineMs, ...(signal === undefined ? {} : { signal }) };
  }
}
