const FIRST_MS = 1_000;
const LONGEST_MS = 300_000;
const JITTER = 0.2;

/** Exponential delays by key: 1 s, doubled up to 5 min, each ±20 %, so that thousands of failing keys spread out. */
export class Backoff {
  readonly #failures = new Map<string, number>();
  readonly #random: () => number;

  /** `random` is uniform in [0, 1). */
  constructor(random: () => number) {
    this.#random = random;
  }

  /** Milliseconds until this key's next try; counts the failure. */
  next(key: string): number {
    const failures = this.#failures.get(key) ?? 0;
    this.#failures.set(key, failures + 1);
    const delay = Math.min(FIRST_MS * 2 ** Math.min(failures, 30), LONGEST_MS);
    return delay * (1 - JITTER + 2 * JITTER * this.#random());
  }

  forget(key: string): void {
    this.#failures.delete(key);
  }
}
