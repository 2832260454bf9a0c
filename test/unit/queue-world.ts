import { expect } from 'vitest';
import type { Clock } from '../../src/model/clock.ts';
import { Queue } from '../../src/queue/queue.ts';
import { HandClock } from '../wire/clocks.ts';

const MAX_TIMER_MS = 2_147_483_647;

/** A queue without jitter, on a clock that a test moves, with everything it tells. */
export function world() {
  const clock = new HandClock();
  const told = {
    added: 0,
    retried: 0,
    waited: [] as number[],
    worked: [] as number[],
    depth: [0, 0],
    timers: 0,
  };
  /** As Node does, it fires at once what is to wait longer than it can hold. */
  const timers: Clock = {
    now: () => clock.now(),
    monotonic: () => clock.monotonic(),
    after: (ms, fn) => {
      told.timers += 1;
      return clock.after(ms > MAX_TIMER_MS ? 1 : ms, fn);
    },
  };
  const queue = new Queue({
    clock: timers,
    random: () => 0.5,
    observer: {
      added: () => (told.added += 1),
      retried: () => (told.retried += 1),
      started: (seconds) => told.waited.push(seconds),
      finished: (seconds) => told.worked.push(seconds),
      depth: (normal, low) => {
        told.depth = [normal, low];
      },
    },
  });
  /** Takes what is queued by now. */
  const take = async (): Promise<string> => {
    expect(queue.length).toBeGreaterThan(0);
    return queue.get(AbortSignal.any([]));
  };
  /** Takes and finishes everything that is queued by now. */
  const drain = async (): Promise<string[]> => {
    const keys: string[] = [];
    while (queue.length > 0) {
      const key = await take();
      keys.push(key);
      queue.done(key);
    }
    return keys;
  };
  return { clock, queue, told, take, drain };
}
