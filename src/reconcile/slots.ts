/** Passes that may stand aside at once: as many as one request for many takes along. */
const MOST_ASIDE = 100;

/**
 * How many passes may be at work at once. One that waits for others to share a request with stands aside meanwhile, so that a request for
 * many can gather more of them than may be at work; when its answer is there it goes on before any that has not begun.
 */
export class Slots {
  readonly #most: number;
  readonly #returning: (() => void)[] = [];
  readonly #onChange: (() => void)[] = [];
  #busy = 0;
  #aside = 0;

  /** @param most at work at once, at least one */
  constructor(most: number) {
    this.#most = most;
  }

  /** The most passes that can have begun and not ended. */
  get capacity(): number {
    return this.#most + MOST_ASIDE;
  }

  /** Resolves as soon as another pass may begin; rejects when the signal aborts. */
  async room(signal: AbortSignal): Promise<void> {
    while (this.#busy >= this.#most || this.#aside >= MOST_ASIDE) {
      signal.throwIfAborted();
      await this.#changed(signal);
    }
  }

  /** One pass, at work from now until it ends. */
  async work<T>(pass: () => Promise<T>): Promise<T> {
    this.#busy += 1;
    try {
      return await pass();
    } finally {
      this.#leave();
    }
  }

  /** For a pass at work: stands aside until `shared` settles, and is at work again afterwards. */
  async aside<T>(shared: () => Promise<T>): Promise<T> {
    this.#aside += 1;
    this.#leave();
    try {
      return await shared();
    } finally {
      await this.#comeBack();
    }
  }

  #leave(): void {
    this.#busy -= 1;
    const next = this.#busy < this.#most ? this.#returning.shift() : undefined;
    next?.();
    for (const wake of this.#onChange.splice(0)) wake();
  }

  async #comeBack(): Promise<void> {
    if (this.#busy >= this.#most) {
      // Whoever leaves takes the count over for the one that it lets in.
      await new Promise<void>((resolve) => {
        this.#returning.push(() => {
          this.#busy += 1;
          resolve();
        });
      });
    } else this.#busy += 1;
    this.#aside -= 1;
  }

  #changed(signal: AbortSignal): Promise<void> {
    return new Promise((resolve, reject) => {
      const onAbort = () => reject(signal.reason);
      signal.addEventListener('abort', onAbort, { once: true });
      this.#onChange.push(() => {
        signal.removeEventListener('abort', onAbort);
        resolve();
      });
    });
  }
}
