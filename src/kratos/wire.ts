import type {
  Identity,
  IdentityState,
  NewIdentity,
  RecoveryAddress,
  VerifiableAddress,
} from '../model/identity.ts';
import { isObject, type JsonObject, type JsonValue } from '../model/json.ts';
import { Sensitive } from '../model/sensitive.ts';

/**
 * Wire JSON to our types and back. A reader answers `undefined` for whatever is not of the shape it reads: such an answer did
 * not come from this API. Unknown fields are ignored.
 */

interface Minted {
  readonly link: Sensitive;
  /** Epoch milliseconds, when the server told. */
  readonly expiresAt: number | undefined;
}

export function readIdentity(body: JsonValue | undefined): Identity | undefined {
  if (!isObject(body)) return undefined;
  const { id, schema_id: schemaId } = body;
  // An identity without traits holds null.
  const traits = body.traits === null ? {} : body.traits;
  const verifiable = readList(body.verifiable_addresses ?? [], readVerifiable);
  const recovery = readList(body.recovery_addresses ?? [], readRecovery);
  if (!isText(id) || !isText(schemaId) || !isObject(traits)) return undefined;
  if (!isState(body.state) || !verifiable || !recovery) return undefined;
  return {
    id,
    schemaId,
    traits,
    state: body.state,
    metadataPublic: body.metadata_public,
    metadataAdmin: body.metadata_admin,
    externalId: isText(body.external_id) ? body.external_id : undefined,
    verifiableAddresses: verifiable,
    recoveryAddresses: recovery,
  };
}

export function readIdentities(body: JsonValue | undefined): readonly Identity[] | undefined {
  return body === undefined ? undefined : readList(body, readIdentity);
}

/** The body of a create; what is `undefined` is not sent. */
export function writeIdentity(wanted: NewIdentity): JsonObject {
  return {
    ...(wanted.schemaId === undefined ? {} : { schema_id: wanted.schemaId }),
    traits: wanted.traits,
    ...(wanted.state === undefined ? {} : { state: wanted.state }),
    ...(wanted.metadataPublic === undefined ? {} : { metadata_public: wanted.metadataPublic }),
    ...(wanted.metadataAdmin === undefined ? {} : { metadata_admin: wanted.metadataAdmin }),
    ...(wanted.externalId === undefined ? {} : { external_id: wanted.externalId }),
  };
}

export function readLink(body: JsonValue | undefined): Minted | undefined {
  if (!isObject(body) || !isText(body.recovery_link)) return undefined;
  const expiresAt = isText(body.expires_at) ? Date.parse(body.expires_at) : Number.NaN;
  return {
    link: new Sensitive(body.recovery_link),
    expiresAt: Number.isNaN(expiresAt) ? undefined : expiresAt,
  };
}

export function readCode(body: JsonValue | undefined): (Minted & { readonly code: Sensitive }) | undefined {
  const minted = readLink(body);
  if (!minted || !isObject(body) || !isText(body.recovery_code)) return undefined;
  return { ...minted, code: new Sensitive(body.recovery_code) };
}

export function readObject(body: JsonValue | undefined): JsonObject | undefined {
  return isObject(body) ? body : undefined;
}

/** `{"status":"ok"}` of the health routes. */
export function readHealth(body: JsonValue | undefined): true | undefined {
  return isObject(body) && body.status === 'ok' ? true : undefined;
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

function isText(value: JsonValue | undefined): value is string {
  return typeof value === 'string' && value !== '';
}

function isState(value: JsonValue | undefined): value is IdentityState | undefined {
  return value === undefined || value === 'active' || value === 'inactive';
}
