import type { Clock } from '../model/clock.ts';
import { Backoff } from './backoff.ts';
import { FairQueue } from './fair-queue.ts';
import { Schedule } from './schedule.ts';

export type Priority = 'normal' | 'low';

/** What the queue tells of itself. */
export interface QueueObserver {
  added(): void;
  retried(): void;
  /** Seconds that a key waited to be worked on. */
  started(waitedSeconds: number): void;
  finished(workedSeconds: number): void;
  depth(normal: number, low: number): void;
}

export interface QueueOptions {
  readonly clock: Clock;
  /** Uniform in [0, 1). */
  readonly random: () => number;
  readonly observer: QueueObserver;
}

/** A low key is served after so many normal ones that went before it, so that a stream of edits does not starve a resync. */
const LOW_EVERY = 8;

/**
 * Keys (`namespace/name`) to be worked on: deduplicating, delaying, with two priorities (client-go's dirty and processing sets), fair
 * between namespaces.
 *
 * Guarantees: a key is with at most one worker; a key added while it is worked on is queued once after `done`; of all that asked for a key
 * until a worker has it, the earliest moment and the highest priority count (as in controller-runtime); a low key goes before a waiting
 * normal one only after eight normal ones went before it; within a priority namespaces take turns; nothing is kept of a key after `drop`.
 */
export class Queue {
  readonly #options: QueueOptions;
  readonly #backoff: Backoff;
  readonly #schedule: Schedule;
  /** To be worked on, with the moment each was added: queued, or waiting for its worker's `done`. */
  readonly #dirty = new Map<string, { readonly since: number; readonly priority: Priority }>();
  readonly #processing = new Map<string, { readonly began: number; readonly priority: Priority }>();
  readonly #ready = { normal: new FairQueue(), low: new FairQueue() };
  #waiters: ((key: string) => void)[] = [];
  /** How many normal keys in a row went before the low ones that wait. */
  #overtaken = 0;

  constructor(options: QueueOptions) {
    this.#options = options;
    this.#backoff = new Backoff(options.random);
    this.#schedule = new Schedule(options.clock, (key, low) => this.add(key, low ? 'low' : 'normal'));
  }

  get length(): number {
    return this.#ready.normal.size + this.#ready.low.size;
  }

  /** Monotonic milliseconds at which each working worker got its key. */
  workSince(): readonly number[] {
    return [...this.#processing.values()].map(({ began }) => began);
  }

  add(key: string, asked: Priority = 'normal'): void {
    const priority = this.#schedule.delete(key) ? 'normal' : asked;
    const known = this.#dirty.get(key);
    if (known !== undefined && (known.priority === 'normal' || priority === 'low')) return;
    if (known === undefined) this.#options.observer.added();
    this.#dirty.set(key, { since: known?.since ?? this.#options.clock.monotonic(), priority });
    if (!this.#processing.has(key)) this.#enqueue(key, priority);
  }

  /** Adds the key after `ms`, or when an earlier wake-up is set. */
  addAfter(key: string, ms: number, priority: Priority = 'normal'): void {
    if (ms <= 0 || this.#dirty.has(key)) this.add(key, priority);
    else this.#schedule.set(key, ms, priority === 'low');
  }

  /**
   * Adds the key after its own backoff, and after `atLeastMs`, with the priority that the failed work had: failures of a resync stay
   * behind edits.
   */
  addRateLimited(key: string, atLeastMs = 0): void {
    this.#options.observer.retried();
    this.addAfter(key, Math.max(this.#backoff.next(key), atLeastMs), this.priorityOf(key));
  }

  /** What the key that is worked on was taken with; that of an edit for any other. */
  priorityOf(key: string): Priority {
    return this.#processing.get(key)?.priority ?? 'normal';
  }

  /** Ends the key's backoff. */
  forget(key: string): void {
    this.#backoff.forget(key);
  }

  /** The object is gone: nothing of the key is kept but what its worker, if any, still holds. */
  drop(key: string): void {
    this.#backoff.forget(key);
    this.#schedule.delete(key);
    this.#dirty.delete(key);
    this.#ready.normal.delete(key);
    this.#ready.low.delete(key);
    this.#tellDepth();
  }

  /** The next key; rejects with the signal's reason once it aborts. To be followed by `done`. */
  get(signal: AbortSignal): Promise<string> {
    return new Promise((resolve, reject) => {
      if (signal.aborted) return reject(signal.reason);
      const onAbort = () => {
        this.#waiters = this.#waiters.filter((other) => other !== waiter);
        reject(signal.reason);
      };
      const waiter = (key: string) => {
        signal.removeEventListener('abort', onAbort);
        resolve(key);
      };
      signal.addEventListener('abort', onAbort, { once: true });
      this.#waiters.push(waiter);
      this.#serve();
    });
  }

  done(key: string): void {
    const { clock, observer } = this.#options;
    const work = this.#processing.get(key);
    if (work === undefined) return;
    this.#processing.delete(key);
    observer.finished((clock.monotonic() - work.began) / 1000);
    const again = this.#dirty.get(key);
    if (again !== undefined) this.#enqueue(key, again.priority);
  }

  #enqueue(key: string, priority: Priority): void {
    this.#ready.low.delete(key);
    this.#ready[priority].add(key);
    this.#tellDepth();
    this.#serve();
  }

  #serve(): void {
    const { clock, observer } = this.#options;
    while (this.#waiters.length > 0 && this.length > 0) {
      const key = this.#take();
      const waiter = this.#waiters.shift();
      if (key === undefined || waiter === undefined) return;
      const began = clock.monotonic();
      const { since, priority } = this.#dirty.get(key) ?? { since: began, priority: 'normal' };
      observer.started((began - since) / 1000);
      this.#dirty.delete(key);
      this.#processing.set(key, { began, priority });
      this.#tellDepth();
      waiter(key);
    }
  }

  #take(): string | undefined {
    const { normal, low } = this.#ready;
    const lowsTurn = low.size > 0 && (normal.size === 0 || this.#overtaken >= LOW_EVERY);
    this.#overtaken = lowsTurn || low.size === 0 ? 0 : this.#overtaken + 1;
    return lowsTurn ? low.shift() : normal.shift();
  }

  #tellDepth(): void {
    this.#options.observer.depth(this.#ready.normal.size, this.#ready.low.size);
  }
}
