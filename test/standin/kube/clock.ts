import { performance } from 'node:perf_hooks';

import type { Clock } from '../../../src/model/clock.ts';

/** The machine's own time; its timers keep no process alive. */
export const systemClock: Clock = {
  now: () => Date.now(),
  monotonic: () => performance.now(),
  after(ms, fn) {
    const timer = setTimeout(fn, ms);
    timer.unref();
    return () => clearTimeout(timer);
  },
};
