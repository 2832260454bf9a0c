import { isRemote } from '../model/errors.ts';
import type { Capabilities, Identity, IdentityChange, NewIdentity } from '../model/identity.ts';
import type { JsonObject } from '../model/json.ts';
import { type AdminApi, adminApi } from './admin-api.ts';
import { createBodyOf, jsonPatchOf, putBodyOf } from './bodies.ts';
import { CoalescedCreates } from './coalesce/creates.ts';
import { CoalescedReads } from './coalesce/reads.ts';
import { Connection, DEADLINE_MS, type KratosOptions } from './connection.ts';
import { pathsOf } from './dialect.ts';
import { Explainer } from './explain.ts';
import type { MintedCode, MintedLink } from './minted.ts';
import { probe } from './probe.ts';
import type { IdentityRecord } from './record.ts';
import { Server } from './server.ts';
import type { CreateIdentityBody } from './types/identity.ts';
import { readHealthStatus } from './types/service.ts';

/** Asked when something else did not answer: what takes longer is not ready. */
const READY_MS = 3_000;

export interface KratosClientOptions extends KratosOptions {
  /** Throws where no effect may be started any more; asked right before each goes to a socket, however long it waited for one. */
  readonly mayStart?: () => void;
}

/** The API of a server of which certain things were proved, and the lanes of what it can do for many at once. */
interface Bound {
  readonly has: Capabilities;
  readonly api: AdminApi;
  readonly reads: CoalescedReads | undefined;
  readonly creates: CoalescedCreates | undefined;
}

/**
 * Kratos as the operator needs it: on top of the admin API, told with every call what this server was proved to have, with reads and
 * creations that travel together, and with a repetition of what is done already being success.
 */
export class KratosClient {
  readonly #options: KratosClientOptions;
  readonly #connection: Connection;
  readonly #explainer = new Explainer();
  #bound: Bound | undefined;

  constructor(options: KratosClientOptions) {
    this.#options = options;
    this.#connection = new Connection(options);
  }

  /** Finds out what this server is and has; changes nothing. */
  probe(): Promise<Capabilities> {
    return probe(this.#connection.admin);
  }

  /** Resolves when `health/ready` says so, whichever generation the server is of. */
  async ready(): Promise<void> {
    const call = {
      operation: 'GET ready',
      method: 'GET',
      expect: 200,
      read: readHealthStatus,
      deadlineMs: READY_MS,
    } as const;
    const { admin } = this.#connection;
    try {
      await admin.ask({ ...call, path: pathsOf('modern').ready });
    } catch (error) {
      if (!isRemote(error, 'unsupported')) throw error;
      await admin.ask({ ...call, path: pathsOf('classic').ready });
    }
  }

  /** @param mayStart throws where no effect may be started any more; asked right before the request goes out */
  async createIdentity(
    has: Capabilities,
    wanted: NewIdentity,
    mayStart: () => void,
  ): Promise<IdentityRecord> {
    const { api, creates } = this.#for(has);
    const body = createBodyOf(wanted);
    try {
      if (creates !== undefined) return await creates.createIdentity(body, { mayStart });
      mayStart();
      return await api.createIdentity(body);
    } catch (error) {
      throw await this.#explained(has, error, body);
    }
  }

  /** Rejects `notFound` only for Kratos' own JSON 404. */
  getIdentity(has: Capabilities, id: string): Promise<IdentityRecord> {
    const { api, reads } = this.#for(has);
    return (reads ?? api).getIdentity(id);
  }

  getIdentityByExternalId(has: Capabilities, externalId: string): Promise<IdentityRecord> {
    return this.#for(has).api.getIdentityByExternalId(externalId);
  }

  /** Exact match of a login identifier; only where `has.batch`. */
  async findByIdentifier(has: Capabilities, identifier: string): Promise<readonly IdentityRecord[]> {
    const { items } = await this.#for(has).api.listIdentities({ credentialsIdentifier: identifier });
    return items;
  }

  /** Every identity once, a page at a time; not a snapshot. */
  listIdentities(has: Capabilities): AsyncIterable<readonly IdentityRecord[]> {
    return this.#for(has).api.walkIdentities();
  }

  /** Carries out `change` on `current`: JSON Patch where `has.batch`, else a PUT of `current` with only those edits. */
  async updateIdentity(
    has: Capabilities,
    current: Identity,
    change: IdentityChange,
  ): Promise<IdentityRecord> {
    const { api } = this.#for(has);
    try {
      if (has.batch) return await api.patchIdentity(current.id, jsonPatchOf(change));
      return await api.updateIdentity(current.id, putBodyOf(has, current, change));
    } catch (error) {
      throw await this.#explained(has, error, putBodyOf(has, current, change));
    }
  }

  /** Rejects `notFound` where there is none. */
  deleteIdentity(has: Capabilities, id: string): Promise<void> {
    return this.#for(has).api.deleteIdentity(id);
  }

  /** Ends every session of an identity. Having none is success, and so is a server that cannot end them (before v0.8). */
  async endSessions(has: Capabilities, id: string): Promise<void> {
    try {
      await this.#for(has).api.deleteIdentitySessions(id);
    } catch (error) {
      if (has.dialect === 'classic' && isRemote(error, 'unsupported')) return;
      if (!isRemote(error, 'notFound')) throw error;
    }
  }

  createRecoveryLink(has: Capabilities, id: string, expiresInSeconds: number): Promise<MintedLink> {
    return this.#for(has).api.createRecoveryLink(mintBody(id, expiresInSeconds));
  }

  createRecoveryCode(has: Capabilities, id: string, expiresInSeconds: number): Promise<MintedCode> {
    return this.#for(has).api.createRecoveryCode(mintBody(id, expiresInSeconds));
  }

  /** The JSON Schema of that id; `undefined` where there is none, or where it cannot be read from here. */
  async getSchema(has: Capabilities, schemaId: string): Promise<JsonObject | undefined> {
    try {
      return await this.#for(has).api.getSchema(schemaId);
    } catch (error) {
      if (isRemote(error, 'notFound') || (isRemote(error, 'unsupported') && error.status === undefined)) {
        return undefined;
      }
      throw error;
    }
  }

  /** Ends every connection; requests under way reject `aborted`. */
  close(): Promise<void> {
    return this.#connection.close();
  }

  /** A refusal of traits with what their schema asks for; any other failure as it is. */
  async #explained(has: Capabilities, error: unknown, body: CreateIdentityBody): Promise<unknown> {
    const { schema_id: schemaId, traits } = body;
    // Which schema is the server's default is not told.
    if (!isRemote(error, 'invalid') || error.refusal !== 'traits' || schemaId === undefined) return error;
    return this.#explainer.explain(error, schemaId, traits, (id) => this.getSchema(has, id));
  }

  /** Calls travel together only with calls that know the same of the server. */
  #for(has: Capabilities): Bound {
    if (this.#bound?.has !== has) this.#bound = this.#bind(has);
    return this.#bound;
  }

  #bind(has: Capabilities): Bound {
    const { clock, deadlineMs = DEADLINE_MS, mayStart } = this.#options;
    const { admin, lists, public: open } = this.#connection;
    // Probes are effects of nobody and are asked by a standby, too: those do not go this way.
    const fenced = mayStart === undefined ? admin : admin.fenced(mayStart);
    const api = adminApi(new Server({ admin: fenced, lists, public: open }, has));
    const reads = has.ids ? new CoalescedReads(api, clock, deadlineMs) : undefined;
    const creates = has.batch && reads ? new CoalescedCreates(api, reads, clock, deadlineMs) : undefined;
    return { has, api, reads, creates };
  }
}

function mintBody(id: string, expiresInSeconds: number) {
  return { identity_id: id, expires_in: `${expiresInSeconds}s` };
}
