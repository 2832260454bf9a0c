import type { Clock } from '../model/clock.ts';

/** Node fires a timer that is to wait longer after 1 ms; this far ahead the schedule looks again instead. */
const LONGEST_TIMER_MS = 2_147_483_647;

interface Entry {
  readonly key: string;
  readonly at: number;
  readonly low: boolean;
  /** Its index in the heap. */
  index: number;
}

/**
 * Keys that are due later: at most one wake-up a key, the earliest, in a binary heap with one timer for its head.
 *
 * Guarantees: nothing is kept of a key that was deleted or fell due, and no timer while no key waits.
 */
export class Schedule {
  readonly #clock: Clock;
  readonly #due: (key: string, low: boolean) => void;
  readonly #entries = new Map<string, Entry>();
  readonly #heap: Entry[] = [];
  #cancel: (() => void) | undefined;
  /** When the timer is meant to fire; never later than the head is due. */
  #timerAt = Number.POSITIVE_INFINITY;

  constructor(clock: Clock, due: (key: string, low: boolean) => void) {
    this.#clock = clock;
    this.#due = due;
  }

  /** Of two wake-ups it keeps the earlier moment, and is low only if both are. */
  set(key: string, ms: number, low: boolean): void {
    const known = this.#entries.get(key);
    if (known !== undefined) this.#remove(known);
    const at = Math.min(this.#clock.monotonic() + ms, known?.at ?? Number.POSITIVE_INFINITY);
    const entry = { key, at, low: low && known?.low !== false, index: this.#heap.length };
    this.#entries.set(key, entry);
    this.#heap.push(entry);
    this.#up(entry);
    this.#arm();
  }

  /** Tells whether it called off a wake-up that was not low. */
  delete(key: string): boolean {
    const entry = this.#entries.get(key);
    if (entry === undefined) return false;
    this.#remove(entry);
    // A timer that is early for a later head finds nothing due and looks again; without a head nothing would end it.
    if (this.#heap.length === 0) this.#disarm();
    return !entry.low;
  }

  #arm(): void {
    const head = this.#heap[0];
    if (head === undefined || head.at >= this.#timerAt) return;
    this.#disarm();
    this.#timerAt = head.at;
    const ms = Math.max(0, head.at - this.#clock.monotonic());
    this.#cancel = this.#clock.after(Math.min(ms, LONGEST_TIMER_MS), () => this.#fire());
  }

  #disarm(): void {
    this.#cancel?.();
    this.#cancel = undefined;
    this.#timerAt = Number.POSITIVE_INFINITY;
  }

  #fire(): void {
    this.#cancel = undefined;
    this.#timerAt = Number.POSITIVE_INFINITY;
    const now = this.#clock.monotonic();
    for (let head = this.#heap[0]; head !== undefined && head.at <= now; head = this.#heap[0]) {
      this.#remove(head);
      this.#due(head.key, head.low);
    }
    this.#arm();
  }

  #remove(entry: Entry): void {
    this.#entries.delete(entry.key);
    const last = this.#heap.pop();
    if (last === undefined || last === entry) return;
    this.#put(last, entry.index);
    this.#up(last);
    this.#down(last);
  }

  #up(entry: Entry): void {
    while (entry.index > 0) {
      const parent = this.#heap[(entry.index - 1) >> 1];
      if (parent === undefined || parent.at <= entry.at) return;
      this.#swap(parent, entry);
    }
  }

  #down(entry: Entry): void {
    for (;;) {
      const left = this.#heap[2 * entry.index + 1];
      const right = this.#heap[2 * entry.index + 2];
      const least = left !== undefined && right !== undefined && right.at < left.at ? right : left;
      if (least === undefined || entry.at <= least.at) return;
      this.#swap(entry, least);
    }
  }

  #swap(a: Entry, b: Entry): void {
    const index = a.index;
    this.#put(a, b.index);
    this.#put(b, index);
  }

  #put(entry: Entry, index: number): void {
    this.#heap[index] = entry;
    entry.index = index;
  }
}
