import type { Clock } from '../../model/clock.ts';
import { isRemote, RemoteError, toError } from '../../model/errors.ts';
import type { AdminApi } from '../admin-api.ts';
import type { BatchOutcome } from '../batch-outcome.ts';
import type { IdentityRecord } from '../record.ts';
import type { CreateIdentityBody } from '../types/identity.ts';
import { Lane, type SubmitOptions } from './lane.ts';
import type { CoalescedReads } from './reads.ts';
import type { Ticket } from './ticket.ts';

const MOST_BODIES = 100;
/** Servers take 5 MB from v1.2 on; one body alone may have up to that. */
const MOST_BYTES = 1024 * 1024;
const REQUESTS = 4;
const OPERATION = 'POST identity';

type CreateTicket = Ticket<CreateIdentityBody, IdentityRecord>;
type CreateApi = Pick<AdminApi, 'createIdentity' | 'batchCreateIdentities'>;

/**
 * Creations of one identity each that become batches where many come together; only for servers that were proved to have the batch route
 * and the `ids` filter: a batch answers ids, and what they hold is read in the next list.
 *
 * A refusal of a whole batch means that none was made, and a refused entry that it was not: those are sent again alone, for their own
 * reason. v1.3 answers ids for entries that it rolled back because of a refused one: of such a batch an id counts once it was read.
 */
export class CoalescedCreates {
  readonly #api: CreateApi;
  readonly #reads: CoalescedReads;
  readonly #lane: Lane<CreateIdentityBody, IdentityRecord>;

  constructor(api: CreateApi, reads: CoalescedReads, clock: Clock, deadlineMs: number) {
    this.#api = api;
    this.#reads = reads;
    this.#lane = new Lane({
      operation: OPERATION,
      lost: 'unknown',
      clock,
      deadlineMs,
      requests: REQUESTS,
      fitting,
      alone: (ticket) => this.#alone(ticket),
      together: (tickets, signal) => this.#together(tickets, signal),
    });
  }

  createIdentity(body: CreateIdentityBody, options: SubmitOptions = {}): Promise<IdentityRecord> {
    return this.#lane.submit(body, options);
  }

  async #together(tickets: readonly CreateTicket[], signal: AbortSignal): Promise<void> {
    const outcomes = await this.#batch(tickets, signal);
    const settled = outcomes?.every(({ kind }) => kind === 'created') ?? false;
    await Promise.all(
      tickets.map((ticket, index) => {
        const outcome = outcomes?.[index];
        return outcome?.kind === 'created' ? this.#made(ticket, outcome.id, settled) : this.#again(ticket);
      }),
    );
  }

  /** `undefined`: the whole batch was refused. */
  async #batch(
    tickets: readonly CreateTicket[],
    signal: AbortSignal,
  ): Promise<readonly BatchOutcome[] | undefined> {
    try {
      return await this.#api.batchCreateIdentities(
        tickets.map(({ call }) => call),
        { signal },
      );
    } catch (error) {
      if (isRemote(error, 'invalid', 'conflict', 'tooLarge') && error.outcome === 'none') return undefined;
      throw error;
    }
  }

  /** @param settled nothing of the batch was refused, so that its ids are beyond doubt */
  async #made(ticket: CreateTicket, id: string, settled: boolean): Promise<void> {
    try {
      const identity = await this.#reads.getIdentity(id, ticket.signal);
      if (isOf(identity, ticket.call)) ticket.resolve(identity);
      else ticket.reject(new RemoteError(OPERATION, { code: 'unexpected', outcome: 'unknown' }));
    } catch (thrown) {
      if (isRemote(thrown, 'notFound') && !settled) return this.#again(ticket);
      ticket.reject(unread(thrown, settled ? id : undefined));
    }
  }

  /** Nothing was made of it; whether it may still be started is asked anew. */
  async #again(ticket: CreateTicket): Promise<void> {
    if (ticket.start()) await ticket.settleBy(this.#alone(ticket));
  }

  #alone({ call, signal }: CreateTicket): Promise<IdentityRecord> {
    return this.#api.createIdentity(call, { signal });
  }
}

/** An id in the wrong place of a batch's answer would give one caller another's identity. */
function isOf(identity: IdentityRecord, { schema_id, external_id }: CreateIdentityBody): boolean {
  return (
    (external_id === undefined || external_id === identity.externalId) &&
    (schema_id === undefined || schema_id === '' || schema_id === identity.schemaId)
  );
}

/** It was made, as far as the server said, and could not be read. */
function unread(thrown: unknown, madeId: string | undefined): Error {
  if (!isRemote(thrown)) return toError(thrown);
  // To the caller an absence would speak of its own call.
  if (thrown.code === 'notFound') return thrown.but({ code: 'unexpected', outcome: 'unknown' }, OPERATION);
  return thrown.but({ outcome: 'unknown', ...(madeId === undefined ? {} : { madeId }) }, OPERATION);
}

function fitting(bodies: Iterable<CreateIdentityBody>): number {
  let [count, bytes] = [0, 0];
  for (const body of bodies) {
    if (count === MOST_BODIES) break;
    bytes += Buffer.byteLength(JSON.stringify(body));
    if (count > 0 && bytes > MOST_BYTES) break;
    count += 1;
  }
  return count;
}
