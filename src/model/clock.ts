/** The one seam for time. `now` is the wall clock, for times that people and servers read; `monotonic` is for durations and leases. */
export interface Clock {
  /** Milliseconds since the epoch. */
  now(): number;
  /** Milliseconds since an arbitrary moment; never steps back. */
  monotonic(): number;
  /** Calls `fn` once after `ms` (clamped to what the platform can hold); the answer cancels it. */
  after(ms: number, fn: () => void): () => void;
}

/** One instant on both clocks. */
export interface Instant {
  readonly wall: number;
  readonly mono: number;
}

export function instant(clock: Clock): Instant {
  return { wall: clock.now(), mono: clock.monotonic() };
}

/** Resolves after `ms`, or rejects with the signal's reason as soon as it aborts. */
export function sleep(clock: Clock, ms: number, signal?: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    if (signal?.aborted) return reject(signal.reason);
    const onAbort = () => {
      cancel();
      reject(signal?.reason);
    };
    const cancel = clock.after(ms, () => {
      signal?.removeEventListener('abort', onAbort);
      resolve();
    });
    signal?.addEventListener('abort', onAbort, { once: true });
  });
}
