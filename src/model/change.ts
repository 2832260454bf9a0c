import { canonical, sameJson, sha256 } from './canonical.ts';
import type { KratosIdentity } from './generated/kratosidentity.ts';
import type { Capabilities, Edit, Identity, IdentityChange, NewIdentity } from './identity.ts';
import { isObject, type JsonObject, type JsonValue } from './json.ts';
import type { Learned, Normalised } from './learned.ts';
import { type Accepts, mergeEdits } from './merge.ts';
import { MARKER_KEY, type Marker, markerJson, markerOf, ownerKey } from './owner.ts';
import { leavesOf, ownedPointers, toPointer, valueAt } from './pointer.ts';
import type { Settings, World } from './world.ts';

type Field = 'traits' | 'metadataPublic' | 'metadataAdmin';

/** The marker that says: this identity is this resource's, and these leaves of it are ours. */
function markerFor(resource: KratosIdentity, settings: Settings, deactivated: boolean): Marker {
  const { spec, metadata } = resource;
  return {
    owner: settings.ownerId,
    namespace: metadata.namespace,
    name: metadata.name,
    uid: metadata.uid,
    traits: ownedPointers(spec.traits),
    public: ownedPointers(spec.metadataPublic),
    admin: ownedPointers(spec.metadataAdmin),
    deactivated,
  };
}

/** The external id an identity of this resource carries, where the server has external ids. */
export function externalIdFor(resource: KratosIdentity, settings: Settings): string {
  const { namespace, name } = resource.metadata;
  return resource.spec.externalId ?? ownerKey(settings.ownerId, namespace, name);
}

export function newIdentity(world: World, has: Capabilities): NewIdentity {
  const { resource, settings } = world;
  const { spec } = resource;
  const marker = { [MARKER_KEY]: markerJson(markerFor(resource, settings, false)) };
  return {
    schemaId: spec.schemaId,
    traits: spec.traits,
    state: has.state ? spec.state : undefined,
    metadataPublic: has.metadata ? spec.metadataPublic : undefined,
    metadataAdmin: has.metadata ? { ...spec.metadataAdmin, ...marker } : undefined,
    externalId: has.externalIds ? externalIdFor(resource, settings) : undefined,
  };
}

/** Names an identity by what was sent to make it; where the spec names no schema, the schema is left out on both sides. */
export function createDigest(schemaId: string | undefined, traits: JsonObject): string {
  return sha256(canonical(schemaId === undefined ? { traits } : { schemaId, traits }));
}

/** What must be sent so that the identity is as declared; every list empty and no field set means: nothing. */
export function changeFor(world: World, identity: Identity, has: Capabilities): IdentityChange {
  const { resource, settings } = world;
  const { spec } = resource;
  const owned = ownedBefore(world, identity);
  const accepts = (field: Field): Accepts => acceptsNormalised(world.learned, field);
  const takenFromDeactivated = markerOf(identity)?.deactivated === true && !isMine(identity, resource);
  const state = spec.state ?? (takenFromDeactivated ? 'active' : undefined);
  const externalId = externalIdFor(resource, settings);
  return {
    traits: mergeEdits(spec.traits, identity.traits, owned.traits, accepts('traits')),
    metadataPublic: has.metadata
      ? mergeEdits(spec.metadataPublic, identity.metadataPublic, owned.public, accepts('metadataPublic'))
      : [],
    metadataAdmin: has.metadata
      ? adminEdits(world, identity, owned.admin, keepsDeactivated(identity, resource))
      : [],
    ...(spec.schemaId !== undefined && spec.schemaId !== identity.schemaId && { schemaId: spec.schemaId }),
    ...(has.state && state !== undefined && state !== identity.state && { state }),
    ...(has.externalIds && externalId !== identity.externalId && { externalId }),
  };
}

/** Deactivation: the state and the mark of it in one request, so that a later take-up knows to activate. */
export function deactivation(world: World, identity: Identity, has: Capabilities): IdentityChange {
  const marker = {
    ...(markerOf(identity) ?? markerFor(world.resource, world.settings, true)),
    deactivated: true,
  };
  return {
    traits: [],
    metadataPublic: [],
    metadataAdmin: has.metadata ? markerEdits(identity, marker) : [],
    ...(identity.state !== 'inactive' && { state: 'inactive' as const }),
  };
}

export function isEmptyChange(change: IdentityChange): boolean {
  const { traits, metadataPublic, metadataAdmin, ...fields } = change;
  return (
    traits.length + metadataPublic.length + metadataAdmin.length === 0 && Object.keys(fields).length === 0
  );
}

/** Remembers the leaves that the server's answer shows in another form than they were sent. */
export function learnNormalised(world: World, answer: Identity): Record<string, Normalised> {
  const { spec } = world.resource;
  const fields: [Field, JsonObject | undefined, JsonValue | undefined][] = [
    ['traits', spec.traits, answer.traits],
    ['metadataPublic', spec.metadataPublic, answer.metadataPublic],
    ['metadataAdmin', spec.metadataAdmin, answer.metadataAdmin],
  ];
  const found: Record<string, Normalised> = {};
  for (const [field, declared, actual] of fields) {
    for (const leaf of declared === undefined ? [] : leavesOf(declared)) {
      const got = valueAt(actual, leaf.path);
      if (!sameJson(got, leaf.value)) found[field + toPointer(leaf.path)] = { sent: leaf.value, got };
    }
  }
  return found;
}

function acceptsNormalised(learned: Learned, field: Field): Accepts {
  return (leaf, actual) => {
    const known = learned.normalised?.[field + toPointer(leaf.path)];
    return known !== undefined && sameJson(known.sent, leaf.value) && sameJson(known.got, actual);
  };
}

/** The marker is the record of what we own; status serves where there is none, and the sent traits where only a create that status does not tell of is. */
function ownedBefore(world: World, identity: Identity) {
  const marker = markerOf(identity);
  if (marker !== undefined) return marker;
  const { identity: view, learned } = world;
  const recorded = learned.created === true || (view.kind === 'found' && view.recorded);
  const status = world.resource.status;
  return {
    traits: recorded ? ownedPointers(identity.traits) : (status?.ownedTraits ?? []),
    public: status?.ownedMetadataPublic ?? [],
    admin: status?.ownedMetadataAdmin ?? [],
  };
}

function adminEdits(
  world: World,
  identity: Identity,
  owned: readonly string[],
  deactivated: boolean,
): Edit[] {
  const { resource, settings, learned } = world;
  const marker = markerFor(resource, settings, deactivated);
  const declared = resource.spec.metadataAdmin;
  if (!isObject(identity.metadataAdmin)) {
    return [{ op: 'set', path: [], value: { ...declared, [MARKER_KEY]: markerJson(marker) } }];
  }
  const accepts = acceptsNormalised(learned, 'metadataAdmin');
  return [...mergeEdits(declared, identity.metadataAdmin, owned, accepts), ...markerEdits(identity, marker)];
}

function markerEdits(identity: Identity, marker: Marker): Edit[] {
  const value = markerJson(marker);
  const current = identity.metadataAdmin;
  if (!isObject(current)) return [{ op: 'set', path: [], value: { [MARKER_KEY]: value } }];
  return sameJson(current[MARKER_KEY], value) ? [] : [{ op: 'set', path: [MARKER_KEY], value }];
}

function isMine(identity: Identity, resource: KratosIdentity): boolean {
  return markerOf(identity)?.uid === resource.metadata.uid;
}

function keepsDeactivated(identity: Identity, resource: KratosIdentity): boolean {
  return isMine(identity, resource) && markerOf(identity)?.deactivated === true;
}
