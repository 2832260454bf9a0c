import type { ServerResponse } from 'node:http';

import type { Clock } from '../../../src/model/clock.ts';
import type { Fault } from './faults.ts';
import type { Storage } from './storage.ts';
import { LineStream } from './stream.ts';
import { serveWatch, type WatchRequest } from './watch.ts';

/** The watches that are open now, and what tests do to them. */
export class Watches {
  /** Every event of every watch is this much late. */
  lagMs = 0;
  readonly #storage: Storage;
  readonly #clock: Clock;
  readonly #bookmarkMs: number;
  readonly #open = new Map<LineStream, WatchRequest>();

  constructor(storage: Storage, clock: Clock, bookmarkMs: number) {
    this.#storage = storage;
    this.#clock = clock;
    this.#bookmarkMs = bookmarkMs;
  }

  /** How many are open, of one resource or of all. */
  count(plural?: string): number {
    return this.#of(plural).length;
  }

  /** Ends them as a server does that closes a stream, or with a TCP reset. */
  drop(how: 'end' | 'reset', plural?: string): void {
    for (const stream of this.#of(plural)) {
      if (how === 'end') stream.end();
      else stream.reset();
    }
  }

  /** Silences them for good: the connections stay, nothing comes any more. */
  freeze(plural?: string): void {
    for (const stream of this.#of(plural)) stream.freeze();
  }

  open(request: WatchRequest, response: ServerResponse, fault: Fault | undefined): void {
    const stream = new LineStream(response, this.#clock, fault);
    this.#open.set(stream, request);
    const stop = serveWatch(request, stream, {
      storage: this.#storage,
      clock: this.#clock,
      bookmarkMs: this.#bookmarkMs,
      lagMs: () => this.lagMs,
    });
    response.once('close', () => {
      stop();
      this.#open.delete(stream);
    });
  }

  #of(plural: string | undefined): readonly LineStream[] {
    return [...this.#open].flatMap(([stream, { resource }]) =>
      plural === undefined || plural === resource.plural ? [stream] : [],
    );
  }
}
