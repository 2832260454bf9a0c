import { isRemote } from '../model/errors.ts';
import type { RelistReason, WatchResult } from './reflector-metrics.ts';
import { CorruptLine } from './watch-stream.ts';

const CORRUPT_BEFORE_RELIST = 3;
const FAILURES_BEFORE_RELIST = 5;

/** A watch that ended within a second with hardly an event: not wrong by itself, but a loop of them would hammer the server. */
export class ShortWatch extends Error {
  constructor() {
    super('watch ended within a second');
  }
}

export function resultOf(error: Error): WatchResult {
  if (error instanceof CorruptLine) return 'corrupt';
  return isRemote(error, 'expired') ? 'expired' : 'error';
}

/**
 * Why resuming is pointless after so many failures in a row, this one included: the server refuses to, or it has failed again and
 * again at this very version, as one does whose history was set back (an etcd restored). `undefined` where it is not: what the server
 * does not even look at (no rights, too many requests) a list does not mend.
 */
export function relistReason(error: Error, failures: number): RelistReason | undefined {
  if (error instanceof CorruptLine) return failures >= CORRUPT_BEFORE_RELIST ? 'corrupt' : undefined;
  if (isRemote(error, 'expired')) return 'expired';
  if (isRemote(error, 'invalid')) return 'refused';
  if (isRemote(error, 'unexpected') && error.status !== 200) return 'refused';
  const failed = isRemote(error) && error.status !== undefined && error.status >= 500;
  return failed && failures >= FAILURES_BEFORE_RELIST ? 'failing' : undefined;
}
