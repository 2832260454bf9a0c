import { type Clock, sleep } from '../model/clock.ts';
import { isRemote, toError } from '../model/errors.ts';
import { Backoff } from './backoff.ts';
import type { KubeClient } from './client.ts';
import { inScope, listAll } from './lister.ts';
import { type KubeObject, objectKey, resourcePath } from './object.ts';
import type { ReflectorMetrics } from './reflector-metrics.ts';
import { eventFailure } from './status.ts';
import type { Store } from './store.ts';
import { Trouble } from './trouble.ts';
import { relistReason, resultOf, ShortWatch } from './watch-end.ts';
import { CorruptLine, lines, parseEvent, type WatchEvent } from './watch-stream.ts';

export interface ReflectorOptions<T extends KubeObject> {
  /** Lists go here. */
  readonly requests: KubeClient;
  /** Watches go here; its idle limit ends a silent one. */
  readonly watches: KubeClient;
  /** `/apis/<group>/<version>`. */
  readonly api: string;
  readonly plural: string;
  /** One namespace, or all of them. */
  readonly namespace: string | undefined;
  readonly store: Store<T>;
  readonly clock: Clock;
  /** In [0, 1). */
  readonly random: () => number;
  readonly metrics: ReflectorMetrics;
}

const SHORT_WATCH_MS = 1000;
/** The smallest buffer that an API server has for a watcher: one that it cut for being slow has been sent as many. */
const BUSY_WATCH_EVENTS = 10;
/** Within this time after a version was gone, another one that is gone is a failure. */
const EXPIRED_AGAIN_MS = 120_000;
/** For an answer to begin (of a watch) or to be whole (a page of a list); doubled while it is too short, as for one that queues. */
const FIRST_DEADLINE_MS = 10_000;
const LAST_DEADLINE_MS = 60_000;
/** Whatever an event asks for, as of a header. */
const LONGEST_ASKED_MS = 10 * 60_000;

/**
 * Keeps a store equal to a collection of the API server: list, then watch from that list's resourceVersion, for ever.
 *
 * Guarantees: no error changes the store, least of all an answer that is not a list; every event after the last applied one is
 * seen or leads to a new list; a watch resumes where it was cut, at once if it had lived for a second or told of much; silence
 * beyond the watch pool's idle limit opens a new watch; no failure ends it, and none makes it loop without delay; after `stop()`
 * was called the store does not change.
 */
export class Reflector<T extends KubeObject> {
  readonly #options: ReflectorOptions<T>;
  readonly #path: string;
  readonly #backoff: Backoff;
  readonly #trouble: Trouble;
  readonly #stopped = new AbortController();
  readonly #synced = Promise.withResolvers<void>();
  /** Where to watch from; absent asks for a list. */
  #version: string | undefined;
  #versionAt: number;
  #connected = false;
  /** Failures of the watch since it last made progress. */
  #failures = 0;
  #expiredAt = Number.NEGATIVE_INFINITY;
  #deadlineMs = FIRST_DEADLINE_MS;
  #lastActivity: number;
  /** When the list in the store was begun (monotonic milliseconds), and when one has to be at the earliest. */
  #listedAt = Number.NEGATIVE_INFINITY;
  #wantedSince = Number.NEGATIVE_INFINITY;
  #counted = Promise.withResolvers<void>();
  #watching = new AbortController();
  #running: Promise<void> | undefined;

  constructor(options: ReflectorOptions<T>) {
    this.#options = options;
    this.#path = resourcePath(options.api, options.namespace, options.plural);
    this.#backoff = new Backoff(options.clock, options.random);
    this.#trouble = new Trouble((error) => options.metrics.failed(error), options.clock);
    this.#lastActivity = options.clock.monotonic();
    this.#versionAt = this.#lastActivity;
  }

  /** Resolves when the store holds a first complete list; stays pending if stopped before. */
  get synced(): Promise<void> {
    return this.#synced.promise;
  }

  /** Monotonic milliseconds of the last byte or answer; after an attempt that failed, of when the next one is due. */
  get lastActivity(): number {
    return this.#lastActivity;
  }

  /** True while a watch is open, as far as can be told. */
  get connected(): boolean {
    return this.#connected;
  }

  /** Monotonic milliseconds of when the server last told its version: by a list, an event or a bookmark. */
  get versionAt(): number {
    return this.#versionAt;
  }

  /** Resolves when the store holds a list that was begun at `at` (monotonic milliseconds) or later: makes one where the last is older. */
  listedSince(at: number): Promise<void> {
    if (this.#listedAt >= at) return Promise.resolve();
    if (this.#version !== undefined && !this.#isOutdated()) this.#options.metrics.relisted('asked');
    this.#wantedSince = Math.max(at, this.#wantedSince);
    this.#watching.abort();
    return this.#counted.promise;
  }

  start(): void {
    this.#running ??= this.#run();
  }

  /** Effective at once, whatever is under way; resolves when the loop has ended. */
  async stop(): Promise<void> {
    this.#stopped.abort();
    await this.#running;
  }

  async #run(): Promise<void> {
    const { signal } = this.#stopped;
    while (!signal.aborted) {
      try {
        if (this.#version === undefined || this.#isOutdated()) await this.#list(signal);
        if (!this.#isOutdated()) await this.#watchOn(signal);
      } catch (thrown) {
        if (signal.aborted) return;
        const delay = this.#recover(toError(thrown));
        // A wait that was decided on, or asked for, is no silence.
        this.#lastActivity = this.#options.clock.monotonic() + delay;
        await sleep(this.#options.clock, delay, signal).catch(() => {});
      }
    }
  }

  async #list(signal: AbortSignal): Promise<void> {
    const { requests, clock, namespace, store, metrics, plural } = this.#options;
    const operation = `LIST ${plural}`;
    const source = {
      client: requests,
      operation,
      path: this.#path,
      namespace,
      clock,
      pageMs: this.#deadlineMs,
    };
    const begun = clock.monotonic();
    const listing = await listAll<T>(source, signal);
    if (signal.aborted) return;
    this.#answered();
    store.replace(namespace, listing.objects);
    this.#reportHandlers();
    this.#reach(listing.resourceVersion);
    this.#failures = 0;
    metrics.listed();
    this.#listedAt = begun;
    this.#synced.resolve();
    if (this.#isOutdated()) return;
    this.#counted.resolve();
    this.#counted = Promise.withResolvers();
  }

  /** One watch, to its end or until a newer list is asked for. */
  async #watchOn(stopped: AbortSignal): Promise<void> {
    this.#watching = new AbortController();
    const { signal } = this.#watching;
    try {
      await this.#watch(AbortSignal.any([stopped, signal]));
    } catch (error) {
      if (!signal.aborted) throw error;
    }
  }

  async #watch(signal: AbortSignal): Promise<void> {
    const { watches, clock, metrics, plural } = this.#options;
    const begun = clock.monotonic();
    const call = {
      operation: `WATCH ${plural}`,
      path: this.#watchPath(),
      deadlineMs: this.#deadlineMs,
      signal,
    };
    const stream = await watches.watch(call);
    this.#answered();
    this.#connected = true;
    let news = 0;
    let result: 'ended' | 'cut' = 'ended';
    const onCut = () => {
      result = 'cut';
    };
    try {
      for await (const line of lines(this.#heard(stream.body, onCut))) {
        if (signal.aborted) return;
        if (this.#apply(parseEvent<T>(line))) news++;
      }
    } finally {
      this.#connected = false;
      stream.close();
    }
    if (signal.aborted) return;
    metrics.watched(result);
    const short = clock.monotonic() - begun < SHORT_WATCH_MS;
    if (short && news < BUSY_WATCH_EVENTS) throw new ShortWatch();
    this.#failures = 0;
  }

  #watchPath(): string {
    const query = new URLSearchParams({
      watch: '1',
      resourceVersion: this.#version ?? '',
      allowWatchBookmarks: 'true',
      timeoutSeconds: String(Math.floor(300 + this.#options.random() * 300)),
    });
    return `${this.#path}?${query.toString()}`;
  }

  /** A stream that is cut or silent simply ends: the next watch resumes after the last applied event. */
  async *#heard(body: AsyncIterable<Uint8Array>, onCut: () => void): AsyncGenerator<Uint8Array> {
    try {
      for await (const chunk of body) {
        this.#touch();
        yield chunk;
      }
    } catch {
      onCut();
    }
  }

  /** Answers whether the event was news to the store. */
  #apply(event: WatchEvent<T>): boolean {
    const { store, metrics, namespace, plural } = this.#options;
    metrics.event(event.type);
    if (event.type === 'ERROR') throw eventFailure(`WATCH ${plural}`, event.status);
    if (event.type === 'BOOKMARK') {
      this.#reach(event.resourceVersion);
      this.#failures = 0;
      return false;
    }
    if (!inScope(event.object, namespace)) throw new CorruptLine();
    this.#failures = 0;
    const key = objectKey(event.object);
    const before = store.get(key);
    if (event.type === 'DELETED') store.remove(key);
    else store.put(event.object);
    this.#reach(event.object.metadata.resourceVersion);
    this.#reportHandlers();
    return store.get(key) !== before;
  }

  #reach(version: string): void {
    this.#version = version;
    this.#versionAt = this.#options.clock.monotonic();
  }

  #answered(): void {
    this.#touch();
    this.#deadlineMs = FIRST_DEADLINE_MS;
  }

  #reportHandlers(): void {
    const failure = this.#options.store.takeHandlerFailure();
    if (failure !== undefined) this.#trouble.report(failure);
  }

  /** Decides where to go on from a failure; answers the milliseconds to wait before. */
  #recover(error: Error): number {
    const { metrics, clock } = this.#options;
    const watching = this.#version !== undefined && !this.#isOutdated();
    if (watching && !(error instanceof ShortWatch)) metrics.watched(resultOf(error));
    const reason = relistReason(error, ++this.#failures);
    if (reason !== undefined) this.#version = undefined;
    if (watching && reason !== undefined) metrics.relisted(reason);
    if (reason === 'expired') {
      const first = clock.monotonic() - this.#expiredAt >= EXPIRED_AGAIN_MS;
      this.#expiredAt = clock.monotonic();
      if (first) return 0;
    } else if (reason !== undefined) {
      this.#failures = 0;
    }
    if (!(error instanceof ShortWatch)) this.#trouble.report(error);
    if (!isRemote(error)) return this.#backoff.next();
    if (error.trouble === 'DEADLINE') this.#deadlineMs = Math.min(this.#deadlineMs * 2, LAST_DEADLINE_MS);
    // The CRD or the rights are missing: only people mend that.
    const hopeless = error.status === 403 || error.status === 404;
    const delay = hopeless ? this.#backoff.longest() : this.#backoff.next();
    return Math.max(delay, Math.min(error.retryAfterMs ?? 0, LONGEST_ASKED_MS));
  }

  #isOutdated(): boolean {
    return this.#listedAt < this.#wantedSince;
  }

  #touch(): void {
    this.#lastActivity = this.#options.clock.monotonic();
  }
}
