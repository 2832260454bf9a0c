import type { Clock } from '../model/clock.ts';

/** A moment after which Kratos' first answer is awaited. */
export interface Mark {
  /** Monotonic milliseconds; `undefined` until Kratos answered. */
  readonly firstAnswer: number | undefined;
}

/** Knows when Kratos first answered after a given moment: what was buffered in it before may be carried out until shortly after. */
export class Contact {
  readonly #clock: Clock;
  readonly #open = new Set<{ firstAnswer: number | undefined }>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  mark(): Mark {
    const mark: { firstAnswer: number | undefined } = { firstAnswer: undefined };
    this.#open.add(mark);
    return mark;
  }

  /** Any answer of Kratos, whatever it says. */
  answered(): void {
    const at = this.#clock.monotonic();
    for (const mark of this.#open) mark.firstAnswer = at;
    this.#open.clear();
  }
}
