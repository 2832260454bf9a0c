import { createDigest, externalIdFor } from '../model/change.ts';
import type { Clock } from '../model/clock.ts';
import { isRemote } from '../model/errors.ts';
import type { Capabilities, Identity } from '../model/identity.ts';
import { serverKind } from '../model/identity.ts';
import { ownerKey, ownershipOf } from '../model/owner.ts';
import { isDeleting } from '../model/resource.ts';
import type { IdentityView, World } from '../model/world.ts';
import type { IdentityIndex } from './identity-index.ts';
import type { Cache, Kratos } from './ports.ts';

export interface SearchDeps {
  readonly kratos: Kratos;
  readonly index: IdentityIndex;
  readonly cache: Cache;
  readonly clock: Clock;
}

/**
 * Looks for the identity of a resource whose id is unknown, by every way that this server was proved to have, surest first:
 * external id, login identifier (may confirm, proves no absence), marker by a walk, the record of our own create.
 * Answers an identity of somebody else only where it explains why ours cannot be made.
 */
export async function searchIdentity(
  deps: SearchDeps,
  world: World,
  has: Capabilities,
  by?: 'marker',
): Promise<IdentityView> {
  const at = deps.clock.monotonic();
  let stranger: Identity | undefined;
  const found = by === 'marker' ? byMarker(deps, world, has, 0) : candidates(deps, world, has, at);
  for await (const { identity, proof } of found) {
    if (proof === 'record') return { kind: 'found', identity, recorded: true };
    const ownership = ownershipOf(identity, world.resource, world.settings.ownerId);
    if (ownership === 'mine' || ownership === 'predecessor')
      return { kind: 'found', identity, recorded: false };
    if (proof === 'key') stranger ??= identity;
  }
  if (stranger === undefined || isDeleting(world.resource)) return { kind: 'notFound', at };
  return { kind: 'found', identity: stranger, recorded: false };
}

interface Candidate {
  readonly identity: Identity;
  /** `key`: holds a unique key that ours would need; `record`: `status.pendingCreate` says that we made it. */
  readonly proof: 'key' | 'marker' | 'record';
}

async function* candidates(
  deps: SearchDeps,
  world: World,
  has: Capabilities,
  at: number,
): AsyncGenerator<Candidate> {
  if (has.externalIds) yield* byExternalId(deps, world, has);
  if (has.batch) yield* byIdentifier(deps, world, has);
  // Before an absence counts a walk would prove nothing, except where the unique key makes lateness harmless.
  const counts = at >= world.absenceCountsFrom;
  const lateIsHarmless = serverKind(has) === 'externalIds' || world.conflictToExplain;
  if (has.metadata && (counts || lateIsHarmless)) {
    yield* byMarker(deps, world, has, counts && !lateIsHarmless ? world.absenceCountsFrom : 0);
  }
  if (counts) yield* byRecord(deps, world, has);
}

async function* byExternalId(deps: SearchDeps, world: World, has: Capabilities): AsyncGenerator<Candidate> {
  const { resource, settings } = world;
  const { namespace, name } = resource.metadata;
  const ids = new Set([externalIdFor(resource, settings), ownerKey(settings.ownerId, namespace, name)]);
  for (const id of ids) {
    const identity = await unlessNotFound(deps.kratos.getIdentityByExternalId(has, id));
    if (identity !== undefined) yield { identity, proof: 'key' };
  }
}

async function* byIdentifier(deps: SearchDeps, world: World, has: Capabilities): AsyncGenerator<Candidate> {
  const identifiers = world.protection.kind === 'read' ? world.protection.identifiers : [];
  for (const identifier of identifiers) {
    for (const { id } of await deps.kratos.findByIdentifier(has, identifier)) {
      const identity = await unlessNotFound(deps.kratos.getIdentity(has, id));
      if (identity !== undefined) yield { identity, proof: 'key' };
    }
  }
}

async function* byMarker(
  deps: SearchDeps,
  world: World,
  has: Capabilities,
  notBefore: number,
): AsyncGenerator<Candidate> {
  const { resource, settings } = world;
  const { namespace, name, uid } = resource.metadata;
  const key = ownerKey(settings.ownerId, namespace, name);
  const marked = await deps.index.byOwner(has, key, uid, notBefore);
  // Lists of v0.10 do not show markers: what is equal to the spec is read one by one.
  const equal = has.patch ? [] : await deps.index.byDigest(has, digestOf(world), notBefore);
  for (const id of [...marked, ...equal]) {
    const identity = await confirmed(deps, has, id);
    if (identity !== undefined) yield { identity, proof: 'marker' };
  }
}

async function* byRecord(deps: SearchDeps, world: World, has: Capabilities): AsyncGenerator<Candidate> {
  const pending = world.resource.status?.pendingCreate;
  if (pending === undefined || world.pendingIsNew) return;
  const { uid } = world.resource.metadata;
  const ids = await deps.index.byDigest(has, pending.digest, world.absenceCountsFrom);
  for (const id of mostDisowned(deps.cache, ids)) {
    if (pending.notThese?.includes(id) || isHeld(deps.cache, id, uid)) continue;
    const identity = await confirmed(deps, has, id);
    if (identity !== undefined && deps.index.claim(id, uid)) yield { identity, proof: 'record' };
  }
}

/**
 * Of several equal identities first the one that most other records say is not theirs: of those made one after another, each then gets
 * its own, whatever order the server lists them in.
 */
function mostDisowned(cache: Cache, ids: readonly string[]): readonly string[] {
  if (ids.length < 2) return ids;
  const disowned = new Map(ids.map((id) => [id, 0]));
  for (const key of cache.keys()) {
    for (const id of cache.get(key)?.status?.pendingCreate?.notThese ?? []) {
      const count = disowned.get(id);
      if (count !== undefined) disowned.set(id, count + 1);
    }
  }
  return ids.toSorted((a, b) => (disowned.get(b) ?? 0) - (disowned.get(a) ?? 0));
}

/** Ids of identities that equal a create that is about to be recorded, and that no resource holds: never to be taken for ours. */
export async function unheldEquals(deps: SearchDeps, world: World, has: Capabilities, digest: string) {
  const { uid } = world.resource.metadata;
  const ids = await deps.index.byDigest(has, digest, 0);
  return ids.filter((id) => !isHeld(deps.cache, id, uid)).sort();
}

function isHeld(cache: Cache, id: string, uid: string): boolean {
  return cache.holders(id).some((holder) => holder !== uid);
}

async function confirmed(deps: SearchDeps, has: Capabilities, id: string): Promise<Identity | undefined> {
  const identity = await unlessNotFound(deps.kratos.getIdentity(has, id));
  if (identity === undefined) deps.index.drop(id);
  return identity;
}

async function unlessNotFound(reading: Promise<Identity>): Promise<Identity | undefined> {
  try {
    return await reading;
  } catch (error) {
    if (isRemote(error, 'notFound')) return undefined;
    throw error;
  }
}

function digestOf(world: World): string {
  const { schemaId, traits } = world.resource.spec;
  return createDigest(schemaId, traits);
}
