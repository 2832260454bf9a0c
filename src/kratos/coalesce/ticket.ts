import { Limit } from '../../http/limit.ts';
import type { Clock } from '../../model/clock.ts';
import { RemoteError, type RemoteErrorDetail, toError } from '../../model/errors.ts';

export interface TicketOptions<C> {
  readonly call: C;
  /** Names the call in errors. */
  readonly operation: string;
  /** What is not known of a call that was cut off after it was sent: nothing for a read. */
  readonly lost: RemoteErrorDetail['outcome'];
  readonly clock: Clock;
  readonly deadlineMs: number;
  readonly signal: AbortSignal | undefined;
  /** Throws where the call may no longer be started; asked right before it is sent. */
  readonly mayStart: (() => void) | undefined;
}

/** One call on its way: it has its own deadline, its own cancellation and its own answer, whoever it travels with. */
export class Ticket<C, R> {
  readonly call: C;
  readonly #limit: Limit;
  readonly #answer = Promise.withResolvers<R>();
  readonly #mayStart: (() => void) | undefined;
  #sent = false;
  #open = true;

  constructor(options: TicketOptions<C>) {
    const { call, operation, clock, deadlineMs, signal, lost } = options;
    this.call = call;
    this.#mayStart = options.mayStart;
    this.#limit = new Limit(clock, deadlineMs, signal);
    const cutOff = () => {
      const why =
        this.#limit.cause === 'aborted'
          ? ({ code: 'aborted' } as const)
          : ({ code: 'unavailable', trouble: 'DEADLINE' } as const);
      this.reject(new RemoteError(operation, { ...why, outcome: this.#sent ? lost : 'none' }));
    };
    this.#limit.onEnd(cutOff);
  }

  get answer(): Promise<R> {
    return this.#answer.promise;
  }

  get isOpen(): boolean {
    return this.#open;
  }

  /** Fires when the caller is no longer waiting. */
  get signal(): AbortSignal {
    return this.#limit.signal;
  }

  /** To be called right before it is sent; false where it must not be, and then it has rejected. */
  start(): boolean {
    if (!this.#open) return false;
    try {
      this.#mayStart?.();
    } catch (thrown) {
      this.reject(toError(thrown));
      return false;
    }
    this.#sent = true;
    return true;
  }

  /** Settles as `work` does. */
  async settleBy(work: Promise<R>): Promise<void> {
    await work.then(
      (value) => this.resolve(value),
      (thrown: unknown) => this.reject(toError(thrown)),
    );
  }

  resolve(value: R): void {
    this.#close();
    this.#answer.resolve(value);
  }

  reject(error: Error): void {
    this.#close();
    this.#answer.reject(error);
  }

  #close(): void {
    this.#open = false;
    this.#limit.release();
  }
}
