import type { Clock } from '../../model/clock.ts';
import { isRemote } from '../../model/errors.ts';
import type { AdminApi } from '../admin-api.ts';
import type { IdentityRecord } from '../record.ts';
import { Lane } from './lane.ts';
import type { Ticket } from './ticket.ts';

/** 41 bytes each in a query: well within 8 kB. */
const MOST_IDS = 100;
const REQUESTS = 4;
const UUID = /^[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}$/;

type ReadTicket = Ticket<string, IdentityRecord>;
type ReadApi = Pick<AdminApi, 'getIdentity' | 'listIdentities'>;

/**
 * Reads of one identity each that become lists of those ids where many come together; only for servers that were proved to have the `ids`
 * filter. What a list shows lacks `credentials`.
 *
 * An id that is missing from a list is read alone: only Kratos' own 404 to that means that it is gone. So are all of them where the list
 * fails for one that cannot be shown (an identity whose schema vanished makes the whole list a 500).
 */
export class CoalescedReads {
  readonly #api: ReadApi;
  readonly #lane: Lane<string, IdentityRecord>;

  constructor(api: ReadApi, clock: Clock, deadlineMs: number) {
    this.#api = api;
    this.#lane = new Lane({
      operation: 'GET identity',
      lost: 'none',
      clock,
      deadlineMs,
      requests: REQUESTS,
      fitting: () => MOST_IDS,
      alone: (ticket) => this.#alone(ticket),
      together: (tickets, signal) => this.#together(tickets, signal),
    });
  }

  getIdentity(id: string, signal?: AbortSignal): Promise<IdentityRecord> {
    // One that is no UUID would make the whole list a 400.
    return UUID.test(id) ? this.#lane.submit(id, { signal }) : this.#api.getIdentity(id, { signal });
  }

  async #together(tickets: readonly ReadTicket[], signal: AbortSignal): Promise<void> {
    const found = await this.#list([...new Set(tickets.map(({ call }) => call))], signal);
    const missing = tickets.filter((ticket) => {
      const identity = found.get(ticket.call);
      if (identity !== undefined) ticket.resolve(identity);
      return identity === undefined;
    });
    await Promise.all(missing.map((ticket) => ticket.settleBy(this.#alone(ticket))));
  }

  async #list(ids: readonly string[], signal: AbortSignal): Promise<ReadonlyMap<string, IdentityRecord>> {
    try {
      const { items } = await this.#api.listIdentities({ ids, pageSize: ids.length, signal });
      return new Map(items.map((identity) => [identity.id, identity]));
    } catch (error) {
      if (isOfOne(error)) return new Map();
      throw error;
    }
  }

  #alone({ call, signal }: ReadTicket): Promise<IdentityRecord> {
    return this.#api.getIdentity(call, { signal });
  }
}

/** One of the identities may be the cause; what says that the server is in trouble is everybody's. */
function isOfOne(error: unknown): boolean {
  if (isRemote(error, 'invalid', 'tooLarge', 'unsupported')) return true;
  return (
    (isRemote(error, 'unavailable') && error.status === 500) ||
    (isRemote(error, 'unexpected') && error.status === 200)
  );
}
