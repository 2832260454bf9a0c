import { randomUUID } from 'node:crypto';
import type { JsonObject } from '../../../src/model/json.ts';
import type { IdentityRecord } from './identity.ts';
import { SESSION_MS, type SessionRecord } from './session.ts';

/** A write that a unique key forbids; `constraint` names it as the database does. */
export class UniqueViolation extends Error {
  override readonly name = 'UniqueViolation';
  readonly constraint: string;

  constructor(constraint: string) {
    super(`UNIQUE constraint failed: ${constraint}`);
    this.constraint = constraint;
  }
}

/** An error that a browser was sent away with. */
export interface KeptError {
  readonly error: JsonObject;
  /** When it was kept. */
  readonly at: string;
}

/** The database: identities under their unique keys, sessions, and errors of self-service. It outlives a stand-in that is taken down or upgraded. */
export class Store {
  readonly #identities = new Map<string, IdentityRecord>();
  readonly #owners = new Map<string, string>();
  readonly #sessions = new Map<string, SessionRecord>();
  readonly #errors = new Map<string, KeptError>();

  /** Every identity, by ascending id. */
  identities(): readonly IdentityRecord[] {
    return [...this.#identities.values()].sort((left, right) => (left.id < right.id ? -1 : 1));
  }

  find(id: string): IdentityRecord | undefined {
    return this.#identities.get(id);
  }

  /** Inserts all or nothing. Throws `UniqueViolation`. */
  insert(...records: readonly IdentityRecord[]): void {
    const done: IdentityRecord[] = [];
    try {
      for (const record of records) {
        this.#claim(record);
        this.#identities.set(record.id, record);
        done.push(record);
      }
    } catch (error) {
      for (const record of done) this.remove(record.id);
      throw error;
    }
  }

  /** Replaces the identity of that id. Throws `UniqueViolation` and leaves the old one. */
  replace(record: IdentityRecord): void {
    const old = this.#identities.get(record.id);
    if (old !== undefined) this.#release(old);
    try {
      this.#claim(record);
    } catch (error) {
      if (old !== undefined) this.#claim(old);
      throw error;
    }
    this.#identities.set(record.id, record);
  }

  /** Removes an identity and its sessions; false where there is none. */
  remove(id: string): boolean {
    const record = this.#identities.get(id);
    if (record === undefined) return false;
    this.#release(record);
    this.#identities.delete(id);
    this.endSessions(id);
    return true;
  }

  findByExternalId(externalId: string): IdentityRecord | undefined {
    return this.find(this.#owners.get(`external_id ${externalId}`) ?? '');
  }

  /** Opens a session, as a login does at `now` (epoch milliseconds), and answers its id. */
  openSession(identityId: string, now: number = Date.now()): string {
    const [id, deviceId] = [randomUUID(), randomUUID()];
    const expiresAt = now + SESSION_MS;
    this.keepSession({ id, identityId, deviceId, enabled: true, issuedAt: now, expiresAt });
    return id;
  }

  keepSession(session: SessionRecord): void {
    this.#sessions.set(session.id, session);
  }

  findSession(id: string): SessionRecord | undefined {
    return this.#sessions.get(id);
  }

  sessions(): readonly SessionRecord[] {
    return [...this.#sessions.values()];
  }

  sessionsOf(identityId: string): readonly SessionRecord[] {
    return this.sessions().filter((session) => session.identityId === identityId);
  }

  /** Ends every session of an identity and answers how many there were. */
  endSessions(identityId: string): number {
    const ended = this.sessionsOf(identityId);
    for (const { id } of ended) this.#sessions.delete(id);
    return ended.length;
  }

  /** Keeps an error for a browser and answers its id. */
  keepError(kept: KeptError): string {
    const id = randomUUID();
    this.#errors.set(id, kept);
    return id;
  }

  findError(id: string): KeptError | undefined {
    return this.#errors.get(id);
  }

  #claim(record: IdentityRecord): void {
    const keys = uniqueKeys(record);
    const taken = keys.find(({ key }) => this.#owners.has(key));
    if (taken !== undefined) throw new UniqueViolation(taken.constraint);
    for (const { key } of keys) this.#owners.set(key, record.id);
  }

  #release(record: IdentityRecord): void {
    for (const { key } of uniqueKeys(record)) this.#owners.delete(key);
  }
}

function uniqueKeys(record: IdentityRecord): { readonly key: string; readonly constraint: string }[] {
  const keys =
    record.externalId === ''
      ? []
      : [{ key: `external_id ${record.externalId}`, constraint: 'identities.external_id' }];
  for (const [table, addresses] of [
    ['identity_verifiable_addresses', record.verifiable],
    ['identity_recovery_addresses', record.recovery],
  ] as const) {
    for (const { via, value } of addresses) {
      keys.push({ key: `${table} ${via} ${value}`, constraint: `${table}.via, ${table}.value` });
    }
  }
  for (const [type, { identifiers }] of record.credentials) {
    for (const identifier of identifiers) {
      keys.push({ key: `${type} ${identifier}`, constraint: 'identity_credential_identifiers.identifier' });
    }
  }
  return keys;
}
