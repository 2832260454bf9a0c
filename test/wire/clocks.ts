import type { Clock } from '../../src/model/clock.ts';

/** The machine's own time. */
export const realClock: Clock = {
  now: () => Date.now(),
  monotonic: () => performance.now(),
  after(ms, fn) {
    const timer = setTimeout(fn, ms);
    return () => clearTimeout(timer);
  },
};

/** Time that stands still until a test moves it. */
export class HandClock implements Clock {
  #elapsed = 0;
  readonly #timers = new Set<{ readonly due: number; readonly ms: number; readonly fn: () => void }>();

  now(): number {
    return Date.UTC(2026, 0, 1) + this.#elapsed;
  }

  monotonic(): number {
    return this.#elapsed;
  }

  after(ms: number, fn: () => void): () => void {
    const timer = { due: this.#elapsed + ms, ms, fn };
    this.#timers.add(timer);
    return () => this.#timers.delete(timer);
  }

  advance(ms: number): void {
    const until = this.#elapsed + ms;
    for (;;) {
      const [next] = [...this.#timers].filter(({ due }) => due <= until).sort((a, b) => a.due - b.due);
      if (next === undefined) break;
      this.#timers.delete(next);
      this.#elapsed = Math.max(this.#elapsed, next.due);
      next.fn();
    }
    this.#elapsed = until;
  }

  /** How many timers there are. */
  get waiting(): number {
    return this.#timers.size;
  }

  /** True while something waits for exactly `ms`. */
  awaits(ms: number): boolean {
    return [...this.#timers].some((timer) => timer.ms === ms);
  }

  /** Lets `ms` pass, once something waits for exactly that long. */
  async elapse(ms: number): Promise<void> {
    await until(() => this.awaits(ms), `a wait of ${ms} ms`);
    this.advance(ms);
  }
}

/** Resolves as soon as `condition` holds; fails the test when it does not within ten seconds. */
export async function until(condition: () => boolean, what = condition.toString()): Promise<void> {
  const deadline = performance.now() + 10_000;
  while (!condition()) {
    if (performance.now() > deadline) throw new Error(`never came: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 1));
  }
}
