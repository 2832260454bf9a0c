import type { Clock } from '../model/clock.ts';

const FIRST_MS = 800;
const CAP_MS = 30_000;
const FORGET_AFTER_MS = 120_000;

/** client-go's reflector backoff: 800 ms doubling to 30 s, jittered to [d, 2d), forgotten after two minutes without a failure. */
export class Backoff {
  readonly #clock: Clock;
  readonly #random: () => number;
  #failures = 0;
  #failedAt = Number.NEGATIVE_INFINITY;

  constructor(clock: Clock, random: () => number) {
    this.#clock = clock;
    this.#random = random;
  }

  /** Milliseconds to wait after this failure. */
  next(): number {
    const now = this.#clock.monotonic();
    if (now - this.#failedAt >= FORGET_AFTER_MS) this.#failures = 0;
    this.#failedAt = now;
    const delay = Math.min(FIRST_MS * 2 ** this.#failures, CAP_MS);
    this.#failures++;
    return delay * (1 + this.#random());
  }

  /** The longest of these delays, for what no quick retry will mend. */
  longest(): number {
    return CAP_MS * (1 + this.#random());
  }
}
