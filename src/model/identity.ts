import type { JsonObject, JsonValue } from './json.ts';

export type IdentityState = 'active' | 'inactive';

export interface VerifiableAddress {
  readonly value: string;
  readonly via: string;
  readonly verified: boolean;
  readonly status: string;
}

export interface RecoveryAddress {
  readonly value: string;
  readonly via: string;
}

/** An identity of Kratos, the same for every generation of the server. A field the server does not have is `undefined`. */
export interface Identity {
  readonly id: string;
  readonly schemaId: string;
  readonly traits: JsonObject;
  readonly state: IdentityState | undefined;
  readonly metadataPublic: JsonValue | undefined;
  readonly metadataAdmin: JsonValue | undefined;
  readonly externalId: string | undefined;
  readonly verifiableAddresses: readonly VerifiableAddress[];
  readonly recoveryAddresses: readonly RecoveryAddress[];
}

/** What to create. A field left `undefined` is not sent. */
export interface NewIdentity {
  readonly schemaId: string | undefined;
  readonly traits: JsonObject;
  readonly state: IdentityState | undefined;
  readonly metadataPublic: JsonObject | undefined;
  readonly metadataAdmin: JsonObject | undefined;
  readonly externalId: string | undefined;
}

/** One edit inside traits or metadata; `path` is the list of object keys from that field's root (`[]` is the root itself). */
export type Edit =
  | { readonly op: 'set'; readonly path: readonly string[]; readonly value: JsonValue }
  | { readonly op: 'remove'; readonly path: readonly string[] };

/** The least that makes an identity what it should be; what is absent stays as it is. */
export interface IdentityChange {
  readonly traits: readonly Edit[];
  readonly metadataPublic: readonly Edit[];
  readonly metadataAdmin: readonly Edit[];
  readonly schemaId?: string;
  readonly state?: IdentityState;
  readonly externalId?: string;
}

/** What this Kratos was proved to have. A feature is used only where its field here is true. */
export interface Capabilities {
  /** `classic`: v0.5 to v0.8, no `/admin` prefix; `modern`: v0.9 and later. */
  readonly dialect: 'classic' | 'modern';
  /** `state` on create and update (v0.8). */
  readonly state: boolean;
  /** `metadata_public` and `metadata_admin` (v0.10). */
  readonly metadata: boolean;
  /** JSON Patch on one identity, and lists that show `metadata_admin` (v0.11). */
  readonly patch: boolean;
  /** The batch route; with it JSON Patch that keeps what it does not name, and the `credentials_identifier` filter (v0.13). */
  readonly batch: boolean;
  /** The `ids` filter on lists (v1.1). */
  readonly ids: boolean;
  /** `external_id` and its look-up (v25.4). */
  readonly externalIds: boolean;
  /** Recovery codes: the route exists and the method is switched on. */
  readonly recoveryCode: boolean;
  /** Recovery links: the route exists and the method is switched on. */
  readonly recoveryLink: boolean;
}

/** How "our" identity is found when its id is unknown. */
export type ServerKind = 'externalIds' | 'metadata' | 'bare';

export function serverKind(has: Capabilities): ServerKind {
  if (has.externalIds) return 'externalIds';
  return has.metadata ? 'metadata' : 'bare';
}
