import { type Clock, sleep } from '../model/clock.ts';
import { isRemote } from '../model/errors.ts';
import { Bucket } from './bucket.ts';
import type { KubeClient } from './client.ts';
import { EventRecord, type OperatorEvent } from './event-record.ts';
import { resourcePath } from './object.ts';

export interface EventsOptions {
  readonly client: KubeClient;
  /** Names this process: `reportingInstance`. */
  readonly instance: string;
  readonly clock: Clock;
}

const SERIES_MS = 6 * 60_000;
const QUEUE_LENGTH = 1000;
const REMEMBERED = 4096;
const WORKERS = 4;
const BURST = 100;
const PER_SECOND = 5;

/**
 * Events, fire and forget. `publish` never throws, waits or reads an answer; what the buckets, the queue or the API server will
 * not take is lost. The same event again within six minutes becomes a series of the first one.
 */
export class KubeEvents {
  readonly #options: EventsOptions;
  readonly #buckets: Readonly<Record<OperatorEvent['type'], Bucket>>;
  /** By key, longest unseen first. */
  readonly #recent = new Map<string, { readonly record: EventRecord; readonly at: number }>();
  readonly #queue = new Set<EventRecord>();
  readonly #writing = new Set<EventRecord>();
  #idle = Promise.withResolvers<void>();

  constructor(options: EventsOptions) {
    this.#options = options;
    this.#buckets = {
      Normal: new Bucket(BURST, PER_SECOND, options.clock),
      Warning: new Bucket(BURST, PER_SECOND, options.clock),
    };
  }

  publish(event: OperatorEvent): void {
    const record = this.#recordOf(event);
    if (this.#queue.size >= QUEUE_LENGTH || !this.#buckets[event.type].take()) return;
    this.#queue.add(record);
    this.#pump();
  }

  /** Waits until everything published was offered to the API server, at most `deadlineMs`. */
  async flush(deadlineMs: number): Promise<void> {
    if (this.#queue.size === 0 && this.#writing.size === 0) return;
    const late = new AbortController();
    const deadline = sleep(this.#options.clock, deadlineMs, late.signal).catch(() => {});
    await Promise.race([this.#idle.promise, deadline]);
    late.abort();
  }

  /** The record of the same event within the last six minutes, counted up, or a new one. */
  #recordOf(event: OperatorEvent): EventRecord {
    const { clock } = this.#options;
    const now = clock.monotonic();
    for (const [key, { at }] of this.#recent) {
      if (now - at < SERIES_MS && this.#recent.size <= REMEMBERED) break;
      this.#recent.delete(key);
    }
    const key = EventRecord.key(event);
    const known = this.#recent.get(key)?.record;
    known?.seenAgain(clock.now());
    const record = known ?? new EventRecord(event, clock.now());
    this.#recent.delete(key);
    this.#recent.set(key, { record, at: now });
    return record;
  }

  #pump(): void {
    for (const record of this.#queue) {
      if (this.#writing.size >= WORKERS) return;
      if (this.#writing.has(record)) continue;
      this.#queue.delete(record);
      this.#writing.add(record);
      void this.#write(record).finally(() => this.#written(record));
    }
  }

  #written(record: EventRecord): void {
    this.#writing.delete(record);
    this.#pump();
    if (this.#queue.size > 0 || this.#writing.size > 0) return;
    this.#idle.resolve();
    this.#idle = Promise.withResolvers();
  }

  /** Never rejects: an Event that cannot be written (a terminating namespace refuses them) is nobody's trouble. */
  async #write(record: EventRecord): Promise<void> {
    const repeated = record.begin();
    try {
      if (repeated) await this.#patch(record);
      else await this.#create(record);
    } catch (error) {
      if (repeated && isRemote(error, 'notFound')) await this.#create(record).catch(() => {});
    }
  }

  async #create(record: EventRecord): Promise<void> {
    const body = record.manifest(this.#options.instance);
    await this.#options.client.create({ operation: 'POST events', path: eventPath(record.namespace), body });
  }

  async #patch(record: EventRecord): Promise<void> {
    const path = eventPath(record.namespace, record.name);
    await this.#options.client.mergePatch({ operation: 'PATCH events', path, body: record.series() });
  }
}

function eventPath(namespace: string, name?: string): string {
  return resourcePath('/apis/events.k8s.io/v1', namespace, 'events', name);
}
