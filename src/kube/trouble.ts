import type { Clock } from '../model/clock.ts';

const REPORT_EVERY_MS = 60_000;

/** Tells of failures, of a lasting one once a minute. */
export class Trouble {
  readonly #tell: (error: Error) => void;
  readonly #clock: Clock;
  #last: { readonly message: string; readonly at: number } | undefined;

  constructor(tell: (error: Error) => void, clock: Clock) {
    this.#tell = tell;
    this.#clock = clock;
  }

  report(error: Error): void {
    const now = this.#clock.monotonic();
    if (this.#last?.message === error.message && now - this.#last.at < REPORT_EVERY_MS) return;
    this.#last = { message: error.message, at: now };
    this.#tell(error);
  }
}
