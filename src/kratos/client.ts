import { isRedirect } from '../http/answer.ts';
import { HttpClient, type HttpOptions, type HttpSeen } from '../http/client.ts';
import type { Clock } from '../model/clock.ts';
import { isRemote } from '../model/errors.ts';
import type { Capabilities, Identity, IdentityChange, NewIdentity } from '../model/identity.ts';
import type { JsonObject } from '../model/json.ts';
import type { Sensitive } from '../model/sensitive.ts';
import { Api, type Call, NOTHING, unexpected } from './api.ts';
import { Auth, type ReadFile } from './auth.ts';
import { pathsOf, schemaPath } from './dialect.ts';
import type { Asked } from './errors.ts';
import { keysetPages, linksOf, numberedPages, type Page } from './pages.ts';
import { jsonPatchOf, putBodyOf } from './patch.ts';
import { probe } from './probe.ts';
import {
  readCode,
  readHealth,
  readIdentities,
  readIdentity,
  readLink,
  readObject,
  writeIdentity,
} from './wire.ts';

const DEADLINE_MS = 10_000;
/** Asked when something else did not answer: what takes longer is not ready. */
const READY_MS = 3_000;
const CONNECT_TIMEOUT_MS = 3_000;
const MAX_BYTES = 8 * 1024 * 1024;
const MAX_PAGE_BYTES = 64 * 1024 * 1024;
/** Walks and schemas have connections of their own, so that they never hold up an effect. */
const SIDE_CONNECTIONS = 2;

export interface KratosOptions {
  readonly adminUrl: string;
  /** Where modern servers serve identity schemas. */
  readonly publicUrl?: string | undefined;
  /** Bearer token for the admin API. */
  readonly tokenFile?: string | undefined;
  readonly caFile?: string | undefined;
  readonly connections: number;
  readonly clock: Clock;
  /** Milliseconds for each request in all; 10 s, unless a test has less time. */
  readonly deadlineMs?: number;
  readonly readFile?: ReadFile;
  /** Told of every answer of the admin API that provably is Kratos' own. */
  readonly onAnswer?: () => void;
  readonly observe?: (seen: HttpSeen) => void;
}

/**
 * Kratos' admin API, classic and modern. Every method rejects with a `RemoteError` only, sends what it sends once, and ends
 * within the deadline (a walk: each of its pages). Nothing is taken for an answer of Kratos that is not of its shape.
 */
export class KratosClient {
  readonly #admin: Api;
  readonly #lists: Api;
  readonly #public: Api | undefined;

  constructor(options: KratosOptions) {
    const { clock, adminUrl, publicUrl, connections, observe, onAnswer = () => {} } = options;
    const auth = new Auth(options);
    const authorization = () => auth.authorization();
    const common = {
      tls: () => auth.tls(),
      deadlineMs: options.deadlineMs ?? DEADLINE_MS,
      idleMs: options.deadlineMs ?? DEADLINE_MS,
      connectTimeoutMs: CONNECT_TIMEOUT_MS,
      maxBytes: MAX_BYTES,
      connections: SIDE_CONNECTIONS,
      clock,
      ...(observe === undefined ? {} : { observe }),
    };
    const admin: HttpOptions = { ...common, baseUrl: adminUrl, authorization, connections };
    const lists: HttpOptions = { ...common, baseUrl: adminUrl, authorization, maxBytes: MAX_PAGE_BYTES };
    this.#admin = new Api(new HttpClient(admin), clock, onAnswer);
    this.#lists = new Api(new HttpClient(lists), clock, onAnswer);
    // The token is for the admin API alone.
    this.#public =
      publicUrl === undefined
        ? undefined
        : new Api(new HttpClient({ ...common, baseUrl: publicUrl }), clock, () => {});
  }

  /** Finds out what this server is and has; changes nothing. */
  probe(): Promise<Capabilities> {
    return probe(this.#admin);
  }

  /** Resolves when `health/ready` says so, whichever generation the server is of. */
  async ready(): Promise<void> {
    const call = {
      operation: 'GET ready',
      method: 'GET',
      expect: 200,
      read: readHealth,
      deadlineMs: READY_MS,
    } as const;
    try {
      await this.#admin.ask({ ...call, path: pathsOf('modern').ready });
    } catch (error) {
      if (!isRemote(error, 'unsupported')) throw error;
      await this.#admin.ask({ ...call, path: pathsOf('classic').ready });
    }
  }

  createIdentity(has: Capabilities, wanted: NewIdentity): Promise<Identity> {
    return this.#admin.ask({
      operation: 'POST identity',
      method: 'POST',
      path: pathsOf(has.dialect).identities,
      body: writeIdentity(wanted),
      expect: 201,
      read: readIdentity,
    });
  }

  /** Rejects `notFound` only for Kratos' own JSON 404. */
  getIdentity(has: Capabilities, id: string): Promise<Identity> {
    const path = pathsOf(has.dialect).identity(id);
    return this.#admin.ask({ ...identityCall('GET', path), read: readThat('id', id) });
  }

  getIdentityByExternalId(has: Capabilities, externalId: string): Promise<Identity> {
    const path = pathsOf(has.dialect).externalId(externalId);
    return this.#admin.ask({ ...identityCall('GET', path), read: readThat('externalId', externalId) });
  }

  /** Exact match of a login identifier; only where `has.batch`: other servers ignore the filter and answer every identity. */
  findByIdentifier(has: Capabilities, identifier: string): Promise<readonly Identity[]> {
    return this.#admin.ask({
      ...LIST,
      operation: 'GET identities by identifier',
      path: `${pathsOf(has.dialect).identities}?credentials_identifier=${encodeURIComponent(identifier)}`,
      read: readIdentities,
    });
  }

  /** Every identity once, a page at a time; not a snapshot: what comes or goes during the walk may be missed. */
  listIdentities(has: Capabilities): AsyncIterable<readonly Identity[]> {
    const read = (query: string): Promise<Page> =>
      this.#lists.ask({
        ...LIST,
        path: `${pathsOf(has.dialect).identities}?${query}`,
        read: (body, { headers }) => {
          const identities = readIdentities(body);
          return identities && { identities, ...linksOf(headers) };
        },
      });
    // The `ids` filter and keyset paging came in the same release.
    return has.ids ? keysetPages(read, lost) : numberedPages(read, lost);
  }

  /** Carries out `change` on `current`: JSON Patch where `has.batch`, else a PUT of `current` with only those edits. */
  updateIdentity(has: Capabilities, current: Identity, change: IdentityChange): Promise<Identity> {
    const call = has.batch
      ? { method: 'PATCH' as const, body: jsonPatchOf(change) }
      : { method: 'PUT' as const, body: putBodyOf(has, current, change) };
    const path = pathsOf(has.dialect).identity(current.id);
    return this.#admin.ask({
      ...identityCall(call.method, path),
      body: call.body,
      read: readThat('id', current.id),
    });
  }

  /** Rejects `notFound` where there is none. */
  async deleteIdentity(has: Capabilities, id: string): Promise<void> {
    await this.#admin.ask({ ...identityCall('DELETE', pathsOf(has.dialect).identity(id)), ...NOTHING });
  }

  /** Ends every session of an identity. Having none is success, and so is a server that cannot end them (before v0.8). */
  async endSessions(has: Capabilities, id: string): Promise<void> {
    const path = pathsOf(has.dialect).sessions(id);
    const call = { operation: 'DELETE sessions', method: 'DELETE', path, about: 'one', ...NOTHING } as const;
    try {
      await this.#admin.ask(call);
    } catch (error) {
      if (has.dialect === 'classic' && isRemote(error, 'unsupported')) return;
      if (!isRemote(error, 'notFound')) throw error;
    }
  }

  /** Each call mints another link. Rejects `notFound` without the identity, `methodDisabled` where links are switched off. */
  createRecoveryLink(has: Capabilities, id: string, expiresInSeconds: number): Promise<MintedLink> {
    const path = pathsOf(has.dialect).recoveryLink;
    return this.#admin.ask({
      ...mintCall('POST recovery link', path, id, expiresInSeconds),
      expect: 200,
      read: readLink,
    });
  }

  /** Each call mints another code. Rejects as `createRecoveryLink` does. */
  createRecoveryCode(has: Capabilities, id: string, expiresInSeconds: number): Promise<MintedCode> {
    const path = pathsOf(has.dialect).recoveryCode;
    return this.#admin.ask({
      ...mintCall('POST recovery code', path, id, expiresInSeconds),
      expect: 201,
      read: readCode,
    });
  }

  /**
   * The JSON Schema of that id; `undefined` where there is none, or where it cannot be read from here: without the public URL
   * only v0.5 and v0.6 serve it, later admin ports redirect to a public address that may not be reachable.
   */
  async getSchema(has: Capabilities, schemaId: string): Promise<JsonObject | undefined> {
    const api = this.#public ?? (has.dialect === 'classic' ? this.#admin : undefined);
    try {
      return await api?.ask({
        operation: 'GET schema',
        method: 'GET',
        about: 'one',
        path: schemaPath(schemaId),
        expect: 200,
        read: readObject,
      });
    } catch (error) {
      if (isRemote(error, 'notFound')) return undefined;
      if (isRemote(error, 'unexpected') && isRedirect(error.status ?? 0)) return undefined;
      throw error;
    }
  }

  /** Ends every connection; requests under way reject `aborted`. */
  async close(): Promise<void> {
    await Promise.all([this.#admin.close(), this.#lists.close(), this.#public?.close()]);
  }
}

interface MintedLink {
  readonly link: Sensitive;
  readonly expiresAt: number | undefined;
}

interface MintedCode extends MintedLink {
  readonly code: Sensitive;
}

const LIST = { operation: 'GET identities', method: 'GET', expect: 200 } as const;
const lost = () => unexpected(LIST);

function identityCall(method: Asked['method'], path: string) {
  return { operation: `${method} identity`, method, path, about: 'one', expect: 200 } as const;
}

function mintCall(operation: string, path: string, id: string, expiresInSeconds: number) {
  const body = { identity_id: id, expires_in: `${expiresInSeconds}s` };
  return { operation, method: 'POST', path, about: 'one', body } as const;
}

/** Reads the identity that was asked for; another one is no answer to the question. */
function readThat(key: 'id' | 'externalId', value: string): Call<Identity>['read'] {
  return (body) => {
    const identity = readIdentity(body);
    return identity?.[key] === value ? identity : undefined;
  };
}
