import { isObject, type JsonObject, type JsonValue } from '../../../src/model/json.ts';
import { Refused } from './answer.ts';
import { uuidTrouble } from './bodies.ts';
import type { Draft } from './drafts.ts';
import { jsonKind, scalarText } from './go-json.ts';
import { type IdentityRecord, identityJson, isUuid, type VerifiableRecord } from './identity.ts';
import { applyPatch, PatchError, readPatch } from './json-patch.ts';
import { timestamp, type World } from './world.ts';

const DENIED = ['/id', '/stateChangedAt', '/credentials'];

/** The identity after a JSON Patch of what a read shows, not yet validated. Throws `Refused`. */
export function patched(old: IdentityRecord, body: string, world: World): Draft {
  try {
    const shown = identityJson(old, world.dialect, { kind: 'read', publicUrl: '', credentials: false });
    const operations = readPatch(body, (path) => isDenied(path, world));
    return draftFrom(old, applyPatch(shown, operations), world);
  } catch (error) {
    if (!(error instanceof PatchError)) throw error;
    const reason = 'An error occured when applying the JSON patch';
    throw new Refused({ code: 400, message: error.message, reason });
  }
}

function isDenied(path: string, { dialect }: World): boolean {
  if (dialect.patch === 'merge') return DENIED.includes(path);
  const lower = path.toLowerCase();
  return DENIED.some((denied) => denied.toLowerCase() === lower) || lower.startsWith('/credentials/oidc/');
}

/**
 * Reads the patched document back into an identity. Up to v1.3 it is decoded on top of the old one, so that a
 * top-level field that was removed stays; later it is decoded afresh, so that it goes.
 */
function draftFrom(old: IdentityRecord, document: JsonObject, world: World): Draft {
  const kept = world.dialect.patch === 'merge' ? old : undefined;
  const take = (field: string) => (Object.hasOwn(document, field) ? document[field] : undefined);
  const takeText = (field: string, before: string | undefined) =>
    textField(take(field), field) ?? before ?? '';
  const state = takeText('state', kept?.state);
  return {
    ...old,
    externalId: world.dialect.externalIds ? takeText('external_id', kept?.externalId) : old.externalId,
    organizationId: world.dialect.externalIds ? organizationOf(take('organization_id')) : old.organizationId,
    schemaId: takeText('schema_id', kept?.schemaId),
    state: state === old.state ? state : changedState(state),
    stateChangedAt: state === old.state ? old.stateChangedAt : timestamp(world),
    traits: take('traits') ?? (take('traits') === null ? null : kept?.traits),
    metadataPublic: take('metadata_public') === undefined ? kept?.metadataPublic : take('metadata_public'),
    metadataAdmin: take('metadata_admin') === undefined ? kept?.metadataAdmin : take('metadata_admin'),
    verifiable: verifiableFrom(old, take('verifiable_addresses'), timestamp(world)),
  };
}

/** Decoded afresh by every release that lets it be patched. */
function organizationOf(value: JsonValue | undefined): string {
  const id = value === null ? '' : scalarText(value);
  if (id === '' || isUuid(id)) return id.toLowerCase();
  throw new PatchError(uuidTrouble(id));
}

function textField(value: JsonValue | undefined, field: string): string | undefined {
  if (value === undefined || value === null) return undefined;
  if (typeof value === 'string') return value;
  throw new PatchError(
    `json: cannot unmarshal ${jsonKind(value)} into Go struct field WithAdminMetadataInJSON.${field} of type string`,
  );
}

function changedState(state: string): string {
  if (state === 'active' || state === 'inactive') return state;
  throw new Refused({
    code: 400,
    message: 'identity state is not valid',
    reason: `The supplied state ('${state}') was not valid. Valid states are ('active', 'inactive').`,
  });
}

/** `verified` and `status` can be patched, each alone; an address itself comes from the traits. */
function verifiableFrom(
  old: IdentityRecord,
  value: JsonValue | undefined,
  now: string,
): readonly VerifiableRecord[] {
  const addresses = (Array.isArray(value) ? value : []).filter(isObject);
  return old.verifiable.map((address) => {
    const change = addresses.find(({ id }) => id === address.id);
    if (change === undefined) return address;
    const verified = change.verified === true;
    return {
      ...address,
      verified,
      status: typeof change.status === 'string' ? change.status : address.status,
      verifiedAt: verified ? (address.verifiedAt ?? now) : undefined,
    };
  });
}
