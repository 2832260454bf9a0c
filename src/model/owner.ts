import { sha256 } from './canonical.ts';
import type { KratosIdentity } from './generated/kratosidentity.ts';
import type { Identity } from './identity.ts';
import { isObject, type JsonObject, type JsonValue } from './json.ts';

/** The key of `metadata_admin` that is ours; the spec may not use it. */
export const MARKER_KEY = 'kratos.ory.sh/owner';

/** Who an identity belongs to and what of it we own, kept in the identity itself and written together with the values. */
export interface Marker {
  readonly owner: string;
  readonly namespace: string;
  readonly name: string;
  readonly uid: string;
  /** JSON pointers of the leaves last applied. */
  readonly traits: readonly string[];
  readonly public: readonly string[];
  readonly admin: readonly string[];
  /** Set by `deletionPolicy: Deactivate`; whoever takes the identity up activates it again. */
  readonly deactivated: boolean;
}

/** Names the resource, not its uid: recreation, a restore without status and a late answer all end with the same identity. */
export function ownerKey(ownerId: string, namespace: string, name: string): string {
  return `k8s:${sha256(`${ownerId}/${namespace}/${name}`).slice(0, 40)}`;
}

export function markerJson(marker: Marker): JsonObject {
  const { deactivated, ...rest } = marker;
  return deactivated ? { ...rest, deactivated } : rest;
}

/** The marker in an identity's `metadata_admin`; `undefined` where there is none or it is not of our making. */
export function markerOf(identity: Identity): Marker | undefined {
  const raw = markerValue(identity);
  if (!isObject(raw)) return undefined;
  const { owner, namespace, name, uid } = raw;
  if (typeof owner !== 'string' || typeof namespace !== 'string') return undefined;
  if (typeof name !== 'string' || typeof uid !== 'string') return undefined;
  return {
    owner,
    namespace,
    name,
    uid,
    traits: strings(raw.traits),
    public: strings(raw.public),
    admin: strings(raw.admin),
    deactivated: raw.deactivated === true,
  };
}

/**
 * What an identity's marker says about a resource:
 * `mine`, or `predecessor` (same owner, namespace and name, another uid), `foreign`, or `unmarked`.
 * A marker that cannot be read is somebody's, so it is `foreign`.
 */
export type Ownership = 'mine' | 'predecessor' | 'foreign' | 'unmarked';

export function ownershipOf(identity: Identity, resource: KratosIdentity, ownerId: string): Ownership {
  if (markerValue(identity) === undefined) return 'unmarked';
  const marker = markerOf(identity);
  if (marker === undefined) return 'foreign';
  const { uid, namespace, name } = resource.metadata;
  // Same uid under another name of the owner: the owner id was changed, and the marker is to be rewritten.
  if (marker.uid === uid) return 'mine';
  const sameName = marker.owner === ownerId && marker.namespace === namespace && marker.name === name;
  return sameName ? 'predecessor' : 'foreign';
}

function markerValue(identity: Identity): JsonValue | undefined {
  const admin = identity.metadataAdmin;
  return isObject(admin) && Object.hasOwn(admin, MARKER_KEY) ? admin[MARKER_KEY] : undefined;
}

function strings(value: JsonValue | undefined): string[] {
  return Array.isArray(value) ? value.filter((item): item is string => typeof item === 'string') : [];
}
