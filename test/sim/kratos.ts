import { sha256 } from '../../src/model/canonical.ts';
import { RemoteError, type RemoteErrorDetail } from '../../src/model/errors.ts';
import type { Capabilities, Edit, Identity, IdentityChange, NewIdentity } from '../../src/model/identity.ts';
import { isObject, type JsonObject, type JsonValue } from '../../src/model/json.ts';
import { Sensitive } from '../../src/model/sensitive.ts';
import type { MintedCode, MintedLink } from '../../src/reconcile/ports.ts';
import type { DrivenClock } from './clock.ts';

const NONE: Capabilities = {
  dialect: 'classic',
  state: false,
  metadata: false,
  patch: false,
  batch: false,
  ids: false,
  externalIds: false,
  recoveryCode: false,
  recoveryLink: true,
};

/** The kinds of server that an identity is found on in different ways. */
export const SERVERS = {
  bare: NONE,
  /** v0.8 and v0.9: nothing to keep an owner in either. */
  stateful: { ...NONE, state: true },
  metadata: {
    ...NONE,
    dialect: 'modern',
    state: true,
    metadata: true,
    patch: true,
    batch: true,
    ids: true,
    recoveryCode: true,
  },
  /** v0.10: keeps `metadata_admin`, but its lists do not show it. */
  unlisted: { ...NONE, dialect: 'modern', state: true, metadata: true },
  externalIds: {
    ...NONE,
    dialect: 'modern',
    state: true,
    metadata: true,
    patch: true,
    batch: true,
    ids: true,
    externalIds: true,
    recoveryCode: true,
  },
} as const satisfies Record<string, Capabilities>;

export const PERSON_SCHEMA: JsonObject = {
  properties: {
    traits: {
      type: 'object',
      properties: {
        email: { type: 'string', 'ory.sh/kratos': { credentials: { password: { identifier: true } } } },
      },
    },
  },
};

/** A Kratos in memory: unique e-mails and external ids, nothing else of its own mind. */
export class SimKratos {
  readonly identities = new Map<string, Identity>();
  readonly has: Capabilities;
  readonly #clock: DrivenClock;
  /** Sessions by identity id. */
  readonly sessions = new Map<string, number>();
  writes = 0;
  mints = 0;
  walks = 0;
  /** The most identities there ever were at once. */
  most = 0;
  /** What the server does to traits before it stores them. */
  normalise: (traits: JsonObject) => JsonObject = (traits) => traits;

  #made: number;
  /** Requests that a frozen server took in and has not looked at. */
  #buffered: (() => unknown)[] | undefined;

  /** @param made so many identities were made elsewhere, whose ids do not come again here */
  constructor(has: Capabilities, clock: DrivenClock, made = 0) {
    this.#made = made;
    this.has = has;
    this.#clock = clock;
  }

  get isFrozen(): boolean {
    return this.#buffered !== undefined;
  }

  /** From now on nothing is answered. */
  freeze(): void {
    this.#buffered = [];
  }

  /** Answers again; what was sent meanwhile is carried out so much later. */
  thaw(afterMs: number): void {
    const buffered = this.#buffered ?? [];
    this.#buffered = undefined;
    for (const request of buffered) this.#clock.after(afterMs, () => carryOut(request));
  }

  /** One request as it comes in. */
  handle<T>(isEffect: boolean, request: () => T): T {
    if (this.#buffered === undefined) return request();
    if (isEffect) this.#buffered.push(request);
    throw fail('unavailable', undefined, isEffect ? 'unknown' : 'none');
  }

  create(wanted: NewIdentity): Identity {
    const identity: Identity = {
      id: this.#newId(),
      schemaId: wanted.schemaId ?? 'default',
      traits: this.normalise(wanted.traits),
      state: this.has.state ? (wanted.state ?? 'active') : undefined,
      metadataPublic: this.has.metadata ? (wanted.metadataPublic ?? null) : undefined,
      metadataAdmin: wanted.metadataAdmin,
      externalId: wanted.externalId,
      verifiableAddresses: [],
      recoveryAddresses: [],
    };
    this.#unique(identity);
    this.writes += 1;
    this.identities.set(identity.id, identity);
    this.most = Math.max(this.most, this.identities.size);
    return identity;
  }

  get(id: string): Identity {
    const identity = this.identities.get(id);
    if (identity === undefined) throw fail('notFound', 404);
    return identity;
  }

  byExternalId(externalId: string): Identity {
    const found = [...this.identities.values()].find((identity) => identity.externalId === externalId);
    if (found === undefined) throw fail('notFound', 404);
    return found;
  }

  byIdentifier(value: string): Identity[] {
    return [...this.identities.values()].filter((identity) => emailOf(identity) === value.toLowerCase());
  }

  update(current: Identity, change: IdentityChange): Identity {
    const now = this.get(current.id);
    const identity: Identity = {
      ...now,
      traits: this.normalise(edited(now.traits, change.traits) as JsonObject),
      metadataPublic: edited(now.metadataPublic ?? null, change.metadataPublic),
      metadataAdmin: this.has.metadata ? edited(now.metadataAdmin ?? null, change.metadataAdmin) : undefined,
      schemaId: change.schemaId ?? now.schemaId,
      state: change.state ?? now.state,
      externalId: change.externalId ?? now.externalId,
    };
    this.#unique(identity);
    this.writes += 1;
    this.identities.set(identity.id, identity);
    return identity;
  }

  /** Somebody else's change of an identity: an administrator's PUT, or its owner's self-service. */
  edit(id: string, change: Partial<Identity>): void {
    this.identities.set(id, { ...this.get(id), ...change });
  }

  list(): Identity[] {
    const all = [...this.identities.values()];
    if (this.has.patch) return all;
    return all.map((identity) => ({ ...identity, metadataAdmin: undefined }));
  }

  delete(id: string): void {
    this.get(id);
    this.writes += 1;
    this.identities.delete(id);
  }

  endSessions(id: string): void {
    if ((this.sessions.get(id) ?? 0) > 0) this.writes += 1;
    this.sessions.delete(id);
  }

  mintLink(id: string, seconds: number): MintedLink {
    this.get(id);
    this.mints += 1;
    const link = new Sensitive(`https://id.example/recovery?flow=${this.mints}&token=CANARY`);
    return { link, expiresAt: this.#clock.now() + seconds * 1000 };
  }

  mintCode(id: string, seconds: number): MintedCode {
    this.get(id);
    this.mints += 1;
    const link = new Sensitive(`https://id.example/recovery?flow=${this.mints}`);
    return {
      link,
      code: new Sensitive(`CANARY${this.mints}`),
      expiresAt: this.#clock.now() + seconds * 1000,
    };
  }

  /** In no order, and the same in every run of a seed. */
  #newId(): string {
    this.#made += 1;
    return sha256(`identity ${this.#made}`).replace(
      /^(.{8})(.{4}).(.{3}).(.{3})(.{12}).*$/,
      '$1-$2-4$3-8$4-$5',
    );
  }

  #unique(wanted: Identity): void {
    for (const other of this.identities.values()) {
      if (other.id === wanted.id) continue;
      const sameEmail = emailOf(other) !== undefined && emailOf(other) === emailOf(wanted);
      const sameKey = other.externalId !== undefined && other.externalId === wanted.externalId;
      if (!sameEmail && !sameKey) continue;
      // Its own words quote what was sent.
      const words = new Sensitive(JSON.stringify(wanted));
      throw new RemoteError('kratos', { code: 'conflict', outcome: 'none', status: 409, words });
    }
  }
}

/** Carries out what nobody waits for any more; a refusal goes unheard. */
export function carryOut(request: () => unknown): void {
  try {
    request();
  } catch (error) {
    if (!(error instanceof RemoteError)) throw error;
  }
}

export function fail(code: RemoteErrorDetail['code'], status?: number, outcome: 'none' | 'unknown' = 'none') {
  return new RemoteError('kratos', { code, outcome, ...(status !== undefined && { status }) });
}

function emailOf(identity: Identity): string | undefined {
  const email = identity.traits.email;
  return typeof email === 'string' ? email.toLowerCase() : undefined;
}

/** A value with those edits carried out. */
export function edited(root: JsonValue, edits: readonly Edit[]): JsonValue {
  return edits.reduce<JsonValue>((value, edit) => editedAt(value, edit.path, edit), root);
}

function editedAt(value: JsonValue, path: readonly string[], edit: Edit): JsonValue {
  const [key, ...rest] = path;
  if (key === undefined) return edit.op === 'set' ? edit.value : null;
  // A map, because a key may be `__proto__`.
  const members = new Map(isObject(value) ? Object.entries(value) : []);
  if (edit.op === 'remove' && rest.length === 0) members.delete(key);
  else members.set(key, editedAt(members.get(key) ?? null, rest, edit));
  return Object.fromEntries(members);
}
