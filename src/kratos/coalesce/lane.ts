import type { Clock } from '../../model/clock.ts';
import { type RemoteErrorDetail, toError } from '../../model/errors.ts';
import { Ticket } from './ticket.ts';

/** How long a call waits for company while others are under way; alone it never waits. */
const GATHER_MS = 1;

export interface LaneOptions<C, R> {
  /** Names a call in errors. */
  readonly operation: string;
  /** The outcome of a call that was cut off after it was sent. */
  readonly lost: RemoteErrorDetail['outcome'];
  readonly clock: Clock;
  /** Milliseconds for each call in all, the wait for its request included. */
  readonly deadlineMs: number;
  /** Requests at once. */
  readonly requests: number;
  /** How many of these calls, from the first on, fit into one request; at least one. */
  readonly fitting: (calls: Iterable<C>) => number;
  /** Carries out one call. */
  readonly alone: (ticket: Ticket<C, R>) => Promise<R>;
  /** Carries out several in one request, and settles each as soon as its own outcome is known; what it throws is that of the rest. */
  readonly together: (tickets: readonly Ticket<C, R>[], signal: AbortSignal) => Promise<void>;
}

export interface SubmitOptions {
  readonly signal?: AbortSignal | undefined;
  /** Throws where the call may no longer be started; asked right before it is sent. */
  readonly mayStart?: (() => void) | undefined;
}

/**
 * Gathers calls that come while others are under way into requests for many. A lone call goes at once; which calls travel together
 * changes nothing for any of them: answer, error, deadline and cancellation stay each call's own.
 */
export class Lane<C, R> {
  readonly #options: LaneOptions<C, R>;
  readonly #waiting = new Set<Ticket<C, R>>();
  #underWay = 0;
  #gathering = false;

  constructor(options: LaneOptions<C, R>) {
    this.#options = options;
  }

  submit(call: C, { signal, mayStart }: SubmitOptions = {}): Promise<R> {
    const { operation, lost, clock, deadlineMs } = this.#options;
    const ticket = new Ticket<C, R>({ call, operation, lost, clock, deadlineMs, signal, mayStart });
    if (!ticket.isOpen) return ticket.answer;
    this.#waiting.add(ticket);
    ticket.signal.addEventListener('abort', () => this.#waiting.delete(ticket), { once: true });
    if (this.#underWay === 0) this.#send();
    else this.#gather();
    return ticket.answer;
  }

  #gather(): void {
    if (this.#gathering) return;
    this.#gathering = true;
    this.#options.clock.after(GATHER_MS, () => {
      this.#gathering = false;
      this.#send();
    });
  }

  #send(): void {
    while (this.#underWay < this.#options.requests && this.#waiting.size > 0) {
      const tickets = this.#take();
      if (tickets.length > 0) void this.#carryOut(tickets);
    }
  }

  /** The next calls, in the order they came, that may be started. */
  #take(): readonly Ticket<C, R>[] {
    const calls = this.#waiting.values().map(({ call }) => call);
    const taken = [...this.#waiting.values().take(this.#options.fitting(calls))];
    for (const ticket of taken) this.#waiting.delete(ticket);
    return taken.filter((ticket) => ticket.start());
  }

  async #carryOut(tickets: readonly Ticket<C, R>[]): Promise<void> {
    this.#underWay += 1;
    try {
      const [first] = tickets;
      if (tickets.length === 1 && first !== undefined) await first.settleBy(this.#options.alone(first));
      else await this.#together(tickets);
    } finally {
      this.#underWay -= 1;
      this.#send();
    }
  }

  /** The request ends when nobody waits for it any more. */
  async #together(tickets: readonly Ticket<C, R>[]): Promise<void> {
    const unwanted = new AbortController();
    const onAbort = () => {
      if (!tickets.some(({ isOpen }) => isOpen)) unwanted.abort();
    };
    for (const { signal } of tickets) signal.addEventListener('abort', onAbort, { once: true });
    try {
      await this.#options.together(tickets, unwanted.signal);
    } catch (thrown) {
      for (const ticket of tickets) if (ticket.isOpen) ticket.reject(toError(thrown));
    }
  }
}
