import type { Clock } from '../model/clock.ts';

/** Why a request was ended from this side. */
export type Cause = 'deadline' | 'aborted';

/**
 * Ends one request at its deadline or when its caller aborts, whichever comes first. undici heeds neither while a request
 * is queued or connecting, so the caller races against this instead of trusting the pool to reject.
 */
export class Limit {
  readonly #release: () => void;
  readonly #onEnd: ((reason: Error) => void)[] = [];
  #signal: AbortController | undefined;
  #cause: Cause | undefined;

  constructor(clock: Clock, deadlineMs: number, caller?: AbortSignal) {
    const cancel = clock.after(deadlineMs, () => this.#end('deadline'));
    if (caller === undefined) {
      this.#release = cancel;
      return;
    }
    const onAbort = () => this.#end('aborted');
    caller.addEventListener('abort', onAbort, { once: true });
    this.#release = () => {
      cancel();
      caller.removeEventListener('abort', onAbort);
    };
    if (caller.aborted) onAbort();
  }

  /** For those who need one; most requests do not. */
  get signal(): AbortSignal {
    if (this.#signal === undefined) {
      const controller = new AbortController();
      this.#signal = controller;
      this.onEnd((reason) => controller.abort(reason));
    }
    return this.#signal.signal;
  }

  get cause(): Cause | undefined {
    return this.#cause;
  }

  /** Calls `fn` when the limit is reached, at once if it was. */
  onEnd(fn: (reason: Error) => void): void {
    if (this.#cause === undefined) this.#onEnd.push(fn);
    else fn(reasonOf(this.#cause));
  }

  /** Settles as `work` does, or rejects as soon as the limit is reached; what `work` does later is ignored. */
  race<T>(work: Promise<T>): Promise<T> {
    return new Promise((resolve, reject) => {
      this.onEnd(reject);
      work.then(resolve, reject);
    });
  }

  /** Forgets the deadline and the caller; nobody is told of an end afterwards. */
  release(): void {
    this.#release();
  }

  #end(cause: Cause): void {
    if (this.#cause !== undefined) return;
    this.#cause = cause;
    this.#release();
    for (const fn of this.#onEnd) fn(reasonOf(cause));
  }
}

function reasonOf(cause: Cause): Error {
  return Object.assign(new Error(cause), { code: cause.toUpperCase() });
}
