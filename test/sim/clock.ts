import type { Clock } from '../../src/model/clock.ts';

/** A clock that moves only when told to. */
export class DrivenClock implements Clock {
  #ms = 0;
  #epoch: number;
  #timers: { at: number; fn: () => void }[] = [];

  constructor(epoch = Date.UTC(2026, 0, 1)) {
    this.#epoch = epoch;
  }

  now(): number {
    return this.#epoch + this.#ms;
  }

  monotonic(): number {
    return this.#ms;
  }

  /** Somebody sets the wall clock so much on, or back. */
  stepWall(ms: number): void {
    this.#epoch += ms;
  }

  after(ms: number, fn: () => void): () => void {
    const timer = { at: this.#ms + Math.max(0, ms), fn };
    this.#timers.push(timer);
    return () => {
      this.#timers = this.#timers.filter((other) => other !== timer);
    };
  }

  /** Moves on, firing what falls due in order, and lets what it woke run. */
  async advance(ms: number): Promise<void> {
    const end = this.#ms + ms;
    for (;;) {
      await settle();
      const next = this.#timers.filter(({ at }) => at <= end).sort((a, b) => a.at - b.at)[0];
      if (next === undefined) break;
      this.#timers = this.#timers.filter((timer) => timer !== next);
      this.#ms = Math.max(this.#ms, next.at);
      next.fn();
    }
    this.#ms = end;
    await settle();
  }
}

/** Lets every promise that can go on go on. */
export async function settle(): Promise<void> {
  for (let turn = 0; turn < 4; turn += 1) await new Promise((resolve) => setImmediate(resolve));
}
