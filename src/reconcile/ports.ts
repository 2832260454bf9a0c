import type { KratosIdentity } from '../model/generated/kratosidentity.ts';
import type { Capabilities, Identity, IdentityChange, NewIdentity } from '../model/identity.ts';
import type { JsonObject } from '../model/json.ts';
import type { Sensitive } from '../model/sensitive.ts';

/** Every method rejects with a `RemoteError` only. None of them retries, and each ends within its own deadline. */

/** `namespace/name`. */
export type Key = string;

/** `normal` is a person's edit and what follows from it; `low`, such as a resync, can wait behind it. */
export type Priority = 'normal' | 'low';

/** Kratos' admin API as the loop needs it. */
export interface Kratos {
  /** Finds out what this server is and has; reads and provably ineffective requests only. */
  probe(): Promise<Capabilities>;
  /** Resolves when `health/ready` says so, else rejects. */
  ready(): Promise<void>;
  /** @param mayStart throws where no effect may be started any more; asked right before the request goes out */
  createIdentity(has: Capabilities, wanted: NewIdentity, mayStart: () => void): Promise<Identity>;
  /** Rejects `notFound` only for Kratos' own JSON 404. */
  getIdentity(has: Capabilities, id: string): Promise<Identity>;
  getIdentityByExternalId(has: Capabilities, externalId: string): Promise<Identity>;
  /** Exact match of a login identifier; only where `has.batch`. */
  findByIdentifier(has: Capabilities, identifier: string): Promise<readonly Identity[]>;
  /** Every identity once, a page at a time; not a snapshot. */
  listIdentities(has: Capabilities): AsyncIterable<readonly Identity[]>;
  /** Carries out `change` on `current`: JSON Patch where `has.batch`, else a PUT of `current` with only those edits. */
  updateIdentity(has: Capabilities, current: Identity, change: IdentityChange): Promise<Identity>;
  deleteIdentity(has: Capabilities, id: string): Promise<void>;
  /** Ends every session of an identity; having none is success. */
  endSessions(has: Capabilities, id: string): Promise<void>;
  createRecoveryLink(has: Capabilities, id: string, expiresInSeconds: number): Promise<MintedLink>;
  createRecoveryCode(has: Capabilities, id: string, expiresInSeconds: number): Promise<MintedCode>;
  /** The JSON Schema of that id, `undefined` where it cannot be read (modern servers without a public URL, or none of that id). */
  getSchema(has: Capabilities, schemaId: string): Promise<JsonObject | undefined>;
}

export interface MintedLink {
  readonly link: Sensitive;
  /** Epoch milliseconds, when the server told. */
  readonly expiresAt: number | undefined;
}

export interface MintedCode extends MintedLink {
  readonly code: Sensitive;
}

/** Reads and conditional writes of `KratosIdentity` resources. A precondition that fails rejects `conflict`. */
export interface Resources {
  /** Live, never from a cache. */
  read(key: Key): Promise<KratosIdentity>;
  /** Puts our finalizer there, or takes it away. Preconditions: uid and resourceVersion of `resource`. Answers the resource as it now is. */
  setFinalizer(resource: KratosIdentity, present: boolean): Promise<KratosIdentity>;
  /** Merge patch of `/status` with uid and resourceVersion as preconditions; `null` removes a field. */
  patchStatus(resource: KratosIdentity, status: JsonObject): Promise<KratosIdentity>;
}

/** A recovery Secret as its metadata and data say it. */
export interface SecretView {
  readonly uid: string;
  /** uids of its owner references. */
  readonly ownerUids: readonly string[];
  readonly annotations: Readonly<Record<string, string>>;
  /** The `link` entry. */
  readonly link: Sensitive | undefined;
}

export interface NewSecret {
  readonly namespace: string;
  readonly name: string;
  readonly owner: { readonly name: string; readonly uid: string };
  readonly annotations: Readonly<Record<string, string>>;
  readonly data: { readonly link: Sensitive; readonly code?: Sensitive };
}

export interface Secrets {
  /** `undefined`: the API server says there is none. */
  read(namespace: string, name: string): Promise<SecretView | undefined>;
  /** Rejects `conflict` where a Secret of that name exists. */
  create(secret: NewSecret): Promise<SecretView>;
  /** Precondition: uid. Absence is success; another uid rejects `conflict`. */
  delete(namespace: string, name: string, uid: string): Promise<void>;
}

export interface OperatorEvent {
  readonly regarding: KratosIdentity;
  readonly type: 'Normal' | 'Warning';
  readonly reason: string;
  /** Machine-readable verb, e.g. `Create`. */
  readonly action: string;
  /** At most 1024 characters. */
  readonly note: string;
}

/** Fire and forget: bounded, never blocks, never throws. */
export interface Events {
  publish(event: OperatorEvent): void;
}

/** The watch's cache: says where to look, never that an effect is due. */
export interface Cache {
  get(key: Key): KratosIdentity | undefined;
  keys(): Iterable<Key>;
  /** uids of the cached resources whose status holds this identity id. */
  holders(identityId: string): readonly string[];
}

/** Leadership by our own monotonic clock. */
export interface Leadership {
  /** Throws `aborted` when the lease could have been lost by now; called right before every effect. */
  assertHeld(): void;
}
