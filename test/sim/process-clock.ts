import type { Clock } from '../../src/model/clock.ts';
import type { DrivenClock } from './clock.ts';

/**
 * The clock of one process, which can be stopped and goes on by SIGCONT: its timers wait meanwhile, time does not. Its wall clock can be
 * wrong, and be set.
 */
export class ProcessClock implements Clock {
  readonly #world: DrivenClock;
  #due: (() => void)[] = [];
  #running = Promise.withResolvers<void>();
  #isStopped = false;
  #wrongBy = 0;

  constructor(world: DrivenClock) {
    this.#world = world;
    this.#running.resolve();
  }

  get isStopped(): boolean {
    return this.#isStopped;
  }

  now(): number {
    return this.#world.now() + this.#wrongBy;
  }

  monotonic(): number {
    return this.#world.monotonic();
  }

  after(ms: number, fn: () => void): () => void {
    let isCancelled = false;
    const fire = () => {
      if (isCancelled) return;
      if (this.#isStopped) this.#due.push(fire);
      else fn();
    };
    const cancel = this.#world.after(ms, fire);
    return () => {
      isCancelled = true;
      cancel();
    };
  }

  /** Somebody sets the wall clock. */
  step(ms: number): void {
    this.#wrongBy += ms;
  }

  stop(): void {
    if (this.#isStopped) return;
    this.#isStopped = true;
    this.#running = Promise.withResolvers();
  }

  /** What fell due meanwhile comes first, as in an event loop. */
  resume(): void {
    if (!this.#isStopped) return;
    this.#isStopped = false;
    for (const fire of this.#due.splice(0)) fire();
    this.#running.resolve();
  }

  /** Resolves as soon as the process runs. */
  running(): Promise<void> {
    return this.#running.promise;
  }
}
