import { setTimeout as sleep } from 'node:timers/promises';

const LOOK_EVERY_MS = 25;

/** Something that should have been seen was not. The message says what, and what was there instead. */
export class NotSeen extends Error {
  override readonly name = 'NotSeen';
}

export interface Patience {
  readonly withinMs: number;
  /** Ends the wait with its reason. */
  readonly signal: AbortSignal;
  /** What there is at the moment, for the message. */
  readonly seen: () => string;
}

/**
 * Looks until there is something, and answers it. Rejects with `NotSeen` after `withinMs`, or with whatever `look` throws.
 * `what` completes the sentence "within 20 s there was no …".
 */
export async function until<T>(
  what: string,
  look: () => T | undefined | Promise<T | undefined>,
  { withinMs, signal, seen }: Patience,
): Promise<T> {
  const deadline = performance.now() + withinMs;
  for (;;) {
    const found = await look();
    if (found !== undefined) return found;
    if (performance.now() >= deadline)
      throw new NotSeen(`within ${withinMs / 1000} s there was no ${what}; seen: ${seen()}`);
    await pause(LOOK_EVERY_MS, signal);
  }
}

/** Resolves after `ms`, or rejects with the signal's reason. */
export async function pause(ms: number, signal: AbortSignal): Promise<void> {
  await sleep(ms, undefined, { signal }).catch(() => {});
  signal.throwIfAborted();
}
