import type { Identity, IdentityState, RecoveryAddress, VerifiableAddress } from '../model/identity.ts';
import { isObject, type JsonValue } from '../model/json.ts';
import type { IdentityCredentialsMap } from './types/credential.ts';
import type { RawIdentity } from './types/identity.ts';
import { isId } from './types/shape.ts';

/**
 * An identity as any generation of the server tells it: what the operator needs, and the rest. A field that the server does not have,
 * or does not show in that answer, is `undefined`; times are RFC 3339, UTC.
 */
export interface IdentityRecord extends Identity {
  /** Where the public port serves the schema; raw id in its path up to v0.8, base64url since v0.9. */
  readonly schemaUrl: string | undefined;
  /** v0.7 and later. */
  readonly stateChangedAt: string | undefined;
  /** v1.1 and later; `undefined` also for none. */
  readonly organizationId: string | undefined;
  /** By type; without `config` unless asked for. v0.7 and later, in answers about one identity; lists show them only when asked. */
  readonly credentials: IdentityCredentialsMap | undefined;
  /** v0.7 and later. */
  readonly createdAt: string | undefined;
  /** v0.7 and later; moves with every write, even one that changes nothing. */
  readonly updatedAt: string | undefined;
  /** The server's own answer, whole. */
  readonly raw: RawIdentity;
}

/** `undefined` for whatever is not of this shape: such an answer did not come from this API. Unknown fields stay in `raw`. */
export function readIdentity(body: JsonValue | undefined): IdentityRecord | undefined {
  if (!isObject(body)) return undefined;
  const { id, schema_id: schemaId } = body;
  // An identity without traits holds null.
  const traits = body.traits === null ? {} : body.traits;
  const verifiable = readList(body.verifiable_addresses ?? [], readVerifiable);
  const recovery = readList(body.recovery_addresses ?? [], readRecovery);
  if (!isId(id) || !isId(schemaId) || !isObject(traits)) return undefined;
  if (!isState(body.state) || !verifiable || !recovery) return undefined;
  const raw = body as unknown as RawIdentity;
  return {
    id,
    schemaId,
    schemaUrl: textOrNone(body.schema_url),
    traits,
    state: body.state,
    stateChangedAt: textOrNone(body.state_changed_at),
    metadataPublic: body.metadata_public,
    metadataAdmin: body.metadata_admin,
    externalId: textOrNone(body.external_id),
    organizationId: textOrNone(body.organization_id),
    verifiableAddresses: verifiable,
    recoveryAddresses: recovery,
    credentials: isObject(body.credentials) ? raw.credentials : undefined,
    createdAt: textOrNone(body.created_at),
    updatedAt: textOrNone(body.updated_at),
    raw,
  };
}

export function readIdentities(body: JsonValue | undefined): readonly IdentityRecord[] | undefined {
  return body === undefined ? undefined : readList(body, readIdentity);
}

export function readObject(body: JsonValue | undefined) {
  return isObject(body) ? body : undefined;
}

function readVerifiable(body: JsonValue): VerifiableAddress | undefined {
  if (!isObject(body)) return undefined;
  const { value, via, verified, status } = body;
  if (typeof value !== 'string' || typeof via !== 'string') return undefined;
  if (typeof verified !== 'boolean' || typeof status !== 'string') return undefined;
  return { value, via, verified, status };
}

function readRecovery(body: JsonValue): RecoveryAddress | undefined {
  if (!isObject(body)) return undefined;
  const { value, via } = body;
  return typeof value === 'string' && typeof via === 'string' ? { value, via } : undefined;
}

/** Every item or nothing. */
function readList<T>(body: JsonValue, read: (item: JsonValue) => T | undefined): readonly T[] | undefined {
  if (!Array.isArray(body)) return undefined;
  const items = body.map(read).filter((item) => item !== undefined);
  return items.length === body.length ? items : undefined;
}

function textOrNone(value: JsonValue | undefined): string | undefined {
  return isId(value) ? value : undefined;
}

function isState(value: JsonValue | undefined): value is IdentityState | undefined {
  return value === undefined || value === 'active' || value === 'inactive';
}
