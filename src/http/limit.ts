import type { Clock } from '../model/clock.ts';

/** Why a request was ended from this side. */
export type Cause = 'deadline' | 'aborted';

/**
 * Ends one request at its deadline or when its caller aborts, whichever comes first. undici heeds neither while a request
 * is queued or connecting, so the caller races against this instead of trusting the pool to reject.
 */
export class Limit {
  readonly #controller = new AbortController();
  readonly #ended: Promise<never>;
  readonly #release: () => void;
  #cause: Cause | undefined;

  constructor(clock: Clock, deadlineMs: number, caller?: AbortSignal) {
    this.#ended = new Promise((_, reject) => {
      this.signal.addEventListener('abort', () => reject(this.signal.reason), { once: true });
    });
    this.#ended.catch(() => {});
    const onAbort = () => this.#end('aborted');
    const cancel = clock.after(deadlineMs, () => this.#end('deadline'));
    caller?.addEventListener('abort', onAbort, { once: true });
    this.#release = () => {
      cancel();
      caller?.removeEventListener('abort', onAbort);
    };
    if (caller?.aborted) onAbort();
  }

  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  get cause(): Cause | undefined {
    return this.#cause;
  }

  /** Settles as `work` does, or rejects as soon as the limit is reached; what `work` does later is ignored. */
  race<T>(work: Promise<T>): Promise<T> {
    return Promise.race([work, this.#ended]);
  }

  /** Forgets the deadline and the caller; the signal never fires afterwards. */
  release(): void {
    this.#release();
  }

  #end(cause: Cause): void {
    this.#cause ??= cause;
    this.#release();
    this.#controller.abort(Object.assign(new Error(cause), { code: cause.toUpperCase() }));
  }
}
