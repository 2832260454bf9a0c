import type { JsonObject, JsonValue } from '../../../src/model/json.ts';
import { shownConfig } from './credentials.ts';
import type { Dialect } from './version.ts';

export interface Credential {
  readonly type: string;
  readonly identifiers: readonly string[];
  /** Never shown unless asked for by `include_credential`. */
  readonly config: JsonObject;
  readonly createdAt: string;
  readonly updatedAt: string;
}

export interface VerifiableRecord {
  readonly id: string;
  readonly value: string;
  readonly via: string;
  readonly verified: boolean;
  readonly status: string;
  readonly verifiedAt: string | undefined;
  readonly createdAt: string;
}

export interface RecoveryRecord {
  readonly id: string;
  readonly value: string;
  readonly via: string;
  readonly createdAt: string;
}

/** An identity as the database holds it, the same for every release: an upgrade keeps it. */
export interface IdentityRecord {
  readonly id: string;
  /** Empty: none. */
  readonly externalId: string;
  /** Empty: none. */
  readonly organizationId: string;
  readonly schemaId: string;
  readonly state: string;
  readonly stateChangedAt: string;
  readonly traits: JsonValue;
  /** `undefined`: never set; a read shows `null`. */
  readonly metadataPublic: JsonValue | undefined;
  readonly metadataAdmin: JsonValue | undefined;
  readonly credentials: ReadonlyMap<string, Credential>;
  readonly verifiable: readonly VerifiableRecord[];
  readonly recovery: readonly RecoveryRecord[];
  readonly createdAt: string;
  readonly updatedAt: string;
}

export interface View {
  /** `list` and `read` come from the database, `write` is the answer to a write: it leaves out metadata it was not given. */
  readonly kind: 'list' | 'read' | 'write';
  readonly publicUrl: string;
  /** The schema id of `schema_url`; after a write that changes the schema it is still the old one. */
  readonly urlSchemaId?: string;
  readonly credentials: boolean;
  /** Credential types shown with their config. */
  readonly include?: readonly string[];
}

/** An identity as this release shows it: field presence and order as recorded. */
export function identityJson(record: IdentityRecord, dialect: Dialect, view: View): JsonObject {
  const schemaId = view.urlSchemaId ?? record.schemaId;
  const common = {
    schema_id: record.schemaId,
    schema_url: `${view.publicUrl}/schemas/${dialect.modern ? base64url(schemaId) : schemaId}`,
  };
  const addresses = {
    ...(record.verifiable.length === 0
      ? {}
      : { verifiable_addresses: record.verifiable.map((address) => verifiableJson(address, dialect)) }),
    ...(record.recovery.length === 0
      ? {}
      : { recovery_addresses: record.recovery.map((address) => recoveryJson(address, dialect)) }),
  };
  if (!dialect.modern) return { id: record.id, ...common, traits: record.traits, ...addresses };
  return {
    id: record.id,
    ...(dialect.externalIds && record.externalId !== '' ? { external_id: record.externalId } : {}),
    ...(view.credentials && record.credentials.size > 0
      ? { credentials: credentialsJson(record, dialect, view) }
      : {}),
    ...common,
    state: record.state,
    state_changed_at: record.stateChangedAt,
    traits: record.traits,
    ...addresses,
    metadata_public: record.metadataPublic ?? null,
    ...adminMetadata(record, dialect, view),
    created_at: record.createdAt,
    updated_at: record.updatedAt,
    ...(dialect.organizationId ? { organization_id: record.organizationId || null } : {}),
  };
}

export function base64url(text: string): string {
  return Buffer.from(text).toString('base64url');
}

export function isUuid(value: string): boolean {
  return /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i.test(value);
}

function adminMetadata(record: IdentityRecord, dialect: Dialect, view: View): JsonObject {
  if (view.kind === 'list' && !dialect.listsShowAdminMetadata) return {};
  if (view.kind === 'write' && record.metadataAdmin === undefined) return {};
  return { metadata_admin: record.metadataAdmin ?? null };
}

function credentialsJson(record: IdentityRecord, dialect: Dialect, view: View): JsonObject {
  const shown: Record<string, JsonObject> = {};
  for (const [type, credential] of record.credentials) {
    const config = view.include?.includes(type) ? shownConfig(credential, dialect) : undefined;
    shown[type] = {
      type,
      // The database gives them in order; the answer to a write has them as they came.
      identifiers: view.kind === 'write' ? credential.identifiers : credential.identifiers.toSorted(),
      ...(config === undefined ? {} : { config }),
      version: 0,
      created_at: credential.createdAt,
      updated_at: credential.updatedAt,
    };
  }
  return shown;
}

function verifiableJson(address: VerifiableRecord, dialect: Dialect): JsonObject {
  const { id, value, verified, via, status, verifiedAt, createdAt } = address;
  const seen = { id, value, verified, via, status };
  if (!dialect.modern) return { ...seen, verified_at: verifiedAt ?? null };
  return {
    ...seen,
    ...(verifiedAt === undefined ? {} : { verified_at: verifiedAt }),
    created_at: createdAt,
    updated_at: createdAt,
  };
}

function recoveryJson({ id, value, via, createdAt }: RecoveryRecord, dialect: Dialect): JsonObject {
  return dialect.modern
    ? { id, value, via, created_at: createdAt, updated_at: createdAt }
    : { id, value, via };
}
