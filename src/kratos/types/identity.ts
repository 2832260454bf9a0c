import type { JsonObject, JsonValue } from '../../model/json.ts';
import { type IdentityCredentialsMap, type ImportCredentials, isCredentialsMap } from './credential.ts';
import { type ErrorPayload, isErrorPayload } from './error-payload.ts';
import { either, isFlag, isId, isOpenObject, isText, listOf, objectOf, oneOf, orNull } from './shape.ts';

/**
 * Identities on the wire: as the server shows them, and the bodies that make and change them.
 *
 * Sources: ory/kratos identity/identity.go, identity/handler.go, identity/identity_verification.go,
 * identity/identity_recovery.go, spec/api.json.
 */

/** An identity as any version shows it. What an answer may lack is optional here. */
export type RawIdentity = {
  /** UUID, made by the server. */
  readonly id: string;
  /** Id of its schema, as configured. */
  readonly schema_id: string;
  /** Where the public port serves the schema; ends in the raw id up to v0.8, in base64url of it later. Up to v0.9 stale after a PUT. */
  readonly schema_url: string;
  /** As last written, keys in any order. `null` when the server stored none. */
  readonly traits: JsonObject | null;
  /** Since v0.7, then always there. `inactive` cannot log in. */
  readonly state?: 'active' | 'inactive';
  /** RFC 3339. Since v0.7; left out or `null` when it never changed. */
  readonly state_changed_at?: string | null;
  /** By kind. Since v0.7: in answers of one identity without `config`, in lists only when a filter or `include_credential` asks. */
  readonly credentials?: IdentityCredentialsMap;
  /** Addresses that the schema says to verify; left out when empty. In any order up to v0.11, by id since v0.13. */
  readonly verifiable_addresses?: readonly RawVerifiableAddress[];
  /** Addresses that the schema says to recover with; left out when empty. In any order up to v0.11, by id since v0.13. */
  readonly recovery_addresses?: readonly RawRecoveryAddress[];
  /** Any JSON. Since v0.10; `null` when unset, never left out. */
  readonly metadata_public?: JsonValue;
  /** Any JSON. Since v0.10; left out or `null` when unset. In lists since v0.11; never in sessions and flows. */
  readonly metadata_admin?: JsonValue;
  /** UUID. Since v1.1; `null` when none. */
  readonly organization_id?: string | null;
  /** At most 64 characters. Since v25.4; left out when empty. */
  readonly external_id?: string;
  /** RFC 3339. Since v0.7. */
  readonly created_at?: string;
  /** RFC 3339. Since v0.7. Moves with every write, even one that changes nothing. */
  readonly updated_at?: string;
};

export type RawVerifiableAddress = {
  /** UUID. The spec makes it optional from v0.11 on; the wire always has it. */
  readonly id?: string;
  /** The address. Since v0.9 trimmed and in lower case; as in the traits before. */
  readonly value: string;
  /** The server believes that it is the identity's. */
  readonly verified: boolean;
  /** `email`; `phone` from v0.9 to v1.0, `sms` since v1.1. */
  readonly via: string;
  /** `pending`, `sent` (a message is out; since v0.6.1) or `completed`. Not tied to `verified`. */
  readonly status: string;
  /** RFC 3339. `null` when unset up to v0.7; left out or `null` later. */
  readonly verified_at?: string | null;
  /** RFC 3339. Since v0.7. */
  readonly created_at?: string;
  /** RFC 3339. Since v0.7. */
  readonly updated_at?: string;
};

export type RawRecoveryAddress = {
  /** UUID. The spec makes it optional from v25.4 on; the wire always has it. */
  readonly id?: string;
  /** The address. Since v0.9 trimmed and in lower case; as in the traits before. */
  readonly value: string;
  /** `email`; `sms` since v25.4. */
  readonly via: string;
  /** RFC 3339. Since v0.7. */
  readonly created_at?: string;
  /** RFC 3339. Since v0.7. */
  readonly updated_at?: string;
};

/** `POST identities`. Read strictly by every version: a field that the server does not know is a 400. */
export type CreateIdentityBody = {
  /** The spec requires it. Absent or empty: the default schema. 400 for one that is not configured. */
  readonly schema_id?: string;
  /** Validated with the schema (400). Absent is a 500 up to v1.0, `{}` later. */
  readonly traits: JsonObject;
  /** Since v0.8; `active` when absent. */
  readonly state?: 'active' | 'inactive';
  /** Any JSON. Since v0.10. */
  readonly metadata_public?: JsonValue;
  /** Any JSON. Since v0.10. */
  readonly metadata_admin?: JsonValue;
  /** Since v0.9. Only what the schema derives from the traits too is kept: this then says whether it is verified (lost by v1.0). */
  readonly verifiable_addresses?: readonly NewVerifiableAddress[];
  /** Since v0.9. Only what the schema derives from the traits too is kept. */
  readonly recovery_addresses?: readonly NewRecoveryAddress[];
  /** What to import. Since v0.9. */
  readonly credentials?: ImportCredentials;
  /** UUID. Since v25.4. */
  readonly organization_id?: string | null;
  /** Unique, at most 64 characters (SQLite does not hold to it). Since v25.4. 409 when taken. */
  readonly external_id?: string;
};

export type NewVerifiableAddress = Pick<
  RawVerifiableAddress,
  'value' | 'verified' | 'via' | 'status' | 'verified_at'
>;

export type NewRecoveryAddress = Pick<RawRecoveryAddress, 'value' | 'via'>;

/**
 * `PUT identities/{id}`: replaces. What is left out is kept or cleared as each field says. A field that the server does not
 * know is a 500 up to v0.9 and dropped silently from v0.10 on.
 */
export type UpdateIdentityBody = {
  /** The spec requires it from v0.11 on. Absent or empty: kept. */
  readonly schema_id?: string;
  /** Absent would be a 500 up to v1.0, and `{}` later. */
  readonly traits: JsonObject;
  /** Since v0.7. The spec requires it from v0.11 on. Absent: kept. */
  readonly state?: 'active' | 'inactive';
  /** Any JSON. Since v0.10. Absent: cleared. */
  readonly metadata_public?: JsonValue;
  /** Any JSON. Since v0.10. Absent: cleared. */
  readonly metadata_admin?: JsonValue;
  /** What to import. Since v0.11; dropped silently by v0.10. Absent: all kept. */
  readonly credentials?: ImportCredentials;
  /** Since v25.4. Absent: cleared. */
  readonly external_id?: string;
};

/**
 * One operation of `PATCH identities/{id}`, since v0.11. Of RFC 6902 only these three: `test`, `move` and `copy` are 400.
 * `/id`, `/stateChangedAt` and `/credentials` are refused, whatever their case.
 */
export type JsonPatchOperation =
  | {
      /** `replace` of a path that is not there adds it, parents too; but not of a list's element. */
      readonly op: 'add' | 'replace';
      /** JSON Pointer from the identity's root, e.g. `/traits/name`. */
      readonly path: string;
      readonly value: JsonValue;
    }
  | {
      readonly op: 'remove';
      /** JSON Pointer from the identity's root. */
      readonly path: string;
    };

/** `PATCH identities`, since v0.13. Read strictly: a field that the server does not know is a 400. */
export type BatchCreateBody = {
  /** At most 2000; since v25.4 1000, of these 200 with plaintext passwords. More is a 400 for all. */
  readonly identities: readonly BatchCreateItem[];
};

export type BatchCreateItem = {
  readonly create: CreateIdentityBody;
  /** UUID of the caller's choice, to know the entry by. */
  readonly patch_id?: string;
};

/** 200 of `PATCH identities`, since v0.13. Up to v1.2 all or none are created: then every entry says `create`. */
export type BatchCreateAnswer = {
  /** In the order of the request; `null` for an item without `create`. */
  readonly identities: readonly (BatchCreateEntry | null)[];
};

export type BatchCreateEntry =
  | {
      readonly action: 'create';
      /** UUID of the new identity: the identity itself is not in the answer. */
      readonly identity: string;
      /** The item's; left out when it had none. */
      readonly patch_id?: string;
    }
  | {
      /** Since v1.3. */
      readonly action: 'error';
      /** Why it was not created: code 400 or 409. Its `reason` may quote traits. */
      readonly error: ErrorPayload;
      /** The item's; left out when it had none. */
      readonly patch_id?: string;
    };

type Created = Extract<BatchCreateEntry, { readonly action: 'create' }>;
type Refused = Extract<BatchCreateEntry, { readonly action: 'error' }>;

const isBatchCreateAnswer = objectOf<BatchCreateAnswer>({
  identities: listOf(
    orNull(
      either(
        objectOf<Created>({ action: oneOf('create'), identity: isId }, { patch_id: isText }),
        objectOf<Refused>({ action: oneOf('error'), error: isErrorPayload }, { patch_id: isText }),
      ),
    ),
  ),
});

export function readBatchCreateAnswer(body: JsonValue | undefined): BatchCreateAnswer | undefined {
  return isBatchCreateAnswer(body) ? body : undefined;
}

/** For the answers that hold an identity inside. */
export const isRawIdentity = objectOf<RawIdentity>(
  { id: isId, schema_id: isText, schema_url: isText, traits: orNull(isOpenObject) },
  {
    state: oneOf('active', 'inactive'),
    state_changed_at: orNull(isText),
    credentials: isCredentialsMap,
    verifiable_addresses: listOf(
      objectOf<RawVerifiableAddress>({ value: isText, verified: isFlag, via: isText, status: isText }),
    ),
    recovery_addresses: listOf(objectOf<RawRecoveryAddress>({ value: isText, via: isText })),
    organization_id: orNull(isText),
    external_id: isText,
    created_at: isText,
    updated_at: isText,
  },
);
