import { type Clock, sleep } from '../model/clock.ts';
import { isRemote, toError } from '../model/errors.ts';
import { Backoff } from './backoff.ts';
import type { KubeClient } from './client.ts';
import { lines, parseEvent } from './watch-stream.ts';

export interface LeaseWatchOptions {
  /** Watches go here; its idle limit ends a silent one. */
  readonly client: Pick<KubeClient, 'watch'>;
  /** Of all Leases of the namespace. */
  readonly path: string;
  readonly name: string;
  /** The newest that was read; `undefined` while there is none. */
  readonly version: () => string | undefined;
  readonly clock: Clock;
  /** In [0, 1). */
  readonly random: () => number;
}

/** For an answer to begin. */
const DEADLINE_MS = 10_000;
/** Whatever a watch tells, and how often. */
const SHORTEST_REST_MS = 100;
const SHORT_WATCH_MS = 1000;
const UNREAD_MS = 2000;
/** Whatever an answer asks for. */
const LONGEST_ASKED_MS = 10 * 60_000;

/**
 * Tells a standby that the Lease changed, so that it need not wait for its next look. It says no more than that: whoever is woken
 * reads for itself. No trouble of it is told or ends it, and none makes it loop without delay: the looks go on without it.
 */
export class LeaseWatch {
  readonly #options: LeaseWatchOptions;
  readonly #backoff: Backoff;
  #hasChanged = false;
  #wake: () => void = () => {};

  constructor(options: LeaseWatchOptions) {
    this.#options = options;
    this.#backoff = new Backoff(options.clock, options.random);
  }

  /** Watches until the signal aborts. Never rejects. */
  async run(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      const delay = await this.#watch(signal);
      if (delay > 0) await sleep(this.#options.clock, delay, signal).catch(() => {});
    }
  }

  /** Resolves after `ms`, or soon after the Lease has changed since the last rest; rejects when the signal aborts. */
  async rest(ms: number, signal: AbortSignal): Promise<void> {
    const { clock } = this.#options;
    const least = clock.monotonic() + SHORTEST_REST_MS;
    const early = new AbortController();
    const end = () => early.abort();
    this.#wake = () => {
      this.#wake = () => {};
      clock.after(Math.max(0, least - clock.monotonic()), end);
    };
    if (this.#hasChanged) this.#wake();
    signal.addEventListener('abort', end, { once: true });
    await sleep(clock, ms, early.signal).catch(() => {});
    signal.removeEventListener('abort', end);
    this.#hasChanged = false;
    signal.throwIfAborted();
  }

  /** One watch, to its end; answers the milliseconds to wait before the next. */
  async #watch(signal: AbortSignal): Promise<number> {
    const { client, clock, version } = this.#options;
    const from = version();
    if (from === undefined) return UNREAD_MS;
    const call = { operation: 'WATCH leases', path: this.#path(from), deadlineMs: DEADLINE_MS, signal };
    const stream = await client.watch(call).catch(toError);
    if (stream instanceof Error) return this.#patience(stream);
    const begun = clock.monotonic();
    const wasGood = await this.#follow(stream.body);
    stream.close();
    return wasGood && clock.monotonic() - begun >= SHORT_WATCH_MS ? 0 : this.#backoff.next();
  }

  /** False where the watch told of an error, or of what is no event; one that was cut or silent was good. */
  async #follow(body: AsyncIterable<Uint8Array>): Promise<boolean> {
    try {
      for await (const line of lines(body)) {
        if (parseEvent(line).type === 'ERROR') return false;
        this.#changed();
      }
      return true;
    } catch (error) {
      return isRemote(error, 'unavailable');
    }
  }

  #patience(error: Error): number {
    // The right is missing: only people mend that.
    if (isRemote(error, 'denied')) return this.#backoff.longest();
    const asked = isRemote(error) ? Math.min(error.retryAfterMs ?? 0, LONGEST_ASKED_MS) : 0;
    return Math.max(this.#backoff.next(), asked);
  }

  #path(from: string): string {
    const query = new URLSearchParams({
      watch: '1',
      // What the rights of one name ask for.
      fieldSelector: `metadata.name=${this.#options.name}`,
      resourceVersion: from,
      timeoutSeconds: String(Math.floor(300 + this.#options.random() * 300)),
    });
    return `${this.#options.path}?${query.toString()}`;
  }

  #changed(): void {
    this.#hasChanged = true;
    this.#wake();
  }
}
