import type { Clock } from '../model/clock.ts';

interface Entry {
  readonly key: string;
  readonly at: number;
  readonly low: boolean;
}

/** Keys that are due later: at most one wake-up a key, the earliest, on one timer for the head of a binary heap. */
export class Schedule {
  readonly #clock: Clock;
  readonly #due: (key: string, low: boolean) => void;
  /** The valid entry of each key; entries of the heap that are not in here were replaced. */
  readonly #entries = new Map<string, Entry>();
  #heap: Entry[] = [];
  #cancel: (() => void) | undefined;
  #timerAt = Number.POSITIVE_INFINITY;

  constructor(clock: Clock, due: (key: string, low: boolean) => void) {
    this.#clock = clock;
    this.#due = due;
  }

  /** Keeps the earlier of two wake-ups. */
  set(key: string, ms: number, low: boolean): void {
    const at = this.#clock.monotonic() + ms;
    const known = this.#entries.get(key);
    if (known !== undefined && known.at <= at) return;
    const entry = { key, at, low };
    this.#entries.set(key, entry);
    this.#push(entry);
    this.#arm();
  }

  delete(key: string): void {
    this.#entries.delete(key);
    if (this.#heap.length > 64 && this.#heap.length > 2 * this.#entries.size) this.#compact();
  }

  #arm(): void {
    const head = this.#heap[0];
    if (head === undefined || head.at >= this.#timerAt) return;
    this.#cancel?.();
    this.#timerAt = head.at;
    this.#cancel = this.#clock.after(Math.max(0, head.at - this.#clock.monotonic()), () => this.#fire());
  }

  #fire(): void {
    this.#timerAt = Number.POSITIVE_INFINITY;
    const now = this.#clock.monotonic();
    for (let head = this.#heap[0]; head !== undefined && head.at <= now; head = this.#heap[0]) {
      this.#pop();
      if (this.#entries.get(head.key) !== head) continue;
      this.#entries.delete(head.key);
      this.#due(head.key, head.low);
    }
    this.#arm();
  }

  #compact(): void {
    this.#heap = [];
    for (const entry of this.#entries.values()) this.#push(entry);
  }

  #push(entry: Entry): void {
    const heap = this.#heap;
    let child = heap.push(entry) - 1;
    while (child > 0) {
      const parent = (child - 1) >> 1;
      if (this.#before(parent, child)) break;
      this.#swap(parent, child);
      child = parent;
    }
  }

  #pop(): void {
    const heap = this.#heap;
    this.#swap(0, heap.length - 1);
    heap.pop();
    let parent = 0;
    for (;;) {
      let least = parent;
      for (const child of [2 * parent + 1, 2 * parent + 2]) {
        if (child < heap.length && !this.#before(least, child)) least = child;
      }
      if (least === parent) return;
      this.#swap(parent, least);
      parent = least;
    }
  }

  #before(a: number, b: number): boolean {
    return (this.#heap[a]?.at ?? 0) <= (this.#heap[b]?.at ?? 0);
  }

  #swap(a: number, b: number): void {
    const [first, second] = [this.#heap[a], this.#heap[b]];
    if (first === undefined || second === undefined) return;
    this.#heap[a] = second;
    this.#heap[b] = first;
  }
}
