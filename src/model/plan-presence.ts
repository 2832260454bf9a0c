import { untilAbsenceCounts } from './absence.ts';
import { changeFor, createDigest, isEmptyChange, newIdentity } from './change.ts';
import type { Instant } from './clock.ts';
import type { KratosIdentity } from './generated/kratosidentity.ts';
import { holdingOf } from './holding.ts';
import { type Capabilities, type Identity, type ServerKind, serverKind } from './identity.ts';
import { lookAnew } from './lack.ts';
import { planOlderServer, planTurn, untilTurn } from './loss.ts';
import { planOutage } from './outage.ts';
import { ownedPointers } from './pointer.ts';
import { specProblem, unsupported } from './problems.ts';
import { planExpiry, planRecovery, planRetire } from './recovery.ts';
import { planRepeat } from './repeat.ts';
import { hasFinalizer, isUntouched, says } from './resource.ts';
import type { Step, Verdict } from './step.ts';
import { identityIdOf, type World } from './world.ts';

/** Brings the identity of a resource that is to exist into being and into step. */
export function planPresence(world: World, now: Instant): Step {
  const { resource, kratos } = world;
  const expiry = planExpiry(world, now.wall);
  if (expiry !== undefined) return expiry;
  const problem = specProblem(resource);
  if (problem !== undefined) return { do: 'stall', verdict: problem };
  const turn = planTurn(world, now);
  if (turn !== undefined) return turn;
  if (!kratos.open) return planOutage(world, kratos);
  const lacking = unsupported(resource, kratos.has);
  if (lacking !== undefined) {
    return lookAnew(world, 'Ready', lacking.reason) ?? { do: 'stall', verdict: lacking };
  }
  if (!hasFinalizer(resource)) return { do: 'addFinalizer' };

  switch (world.identity.kind) {
    case 'unread': {
      const id = identityIdOf(world);
      if (id !== undefined) return { do: 'readIdentity', id };
      return planSearch(world, kratos.has) ?? planCreate(world, kratos.has, now);
    }
    case 'gone':
      return planLoss(world, kratos.has, now);
    case 'notFound': {
      // The live read before a create may show an id that the cache did not.
      const id = identityIdOf(world);
      return id === undefined ? planCreate(world, kratos.has, now) : { do: 'readIdentity', id };
    }
    case 'known':
    case 'found':
      return planHeld(world, kratos.has);
  }
}

/** Whether an identity of ours may exist although we hold no id: then it is looked for before anything is created. */
function planSearch(world: World, has: Capabilities): Step | undefined {
  const search: Step = { do: 'searchIdentity' };
  const kind = serverKind(has);
  const recorded = world.resource.status?.pendingCreate !== undefined && !world.pendingIsNew;
  if (kind === 'bare') return recorded ? search : undefined;
  const { protection, resource, learned } = world;
  const { schemaId } = resource.spec;
  if (
    (kind === 'metadata' || world.conflictToExplain) &&
    protection.kind === 'unread' &&
    schemaId !== undefined
  ) {
    return { do: 'readSchema', schemaId };
  }
  if (recorded || world.conflictToExplain || learned.unknownCreate !== undefined) return search;
  if (kind !== 'externalIds') return world.firstTry && isProtected(world) ? undefined : search;
  if (world.firstTry) return undefined;
  return isLikelyFirst(resource) ? { do: 'searchIdentity', by: 'marker' } : search;
}

/**
 * Most likely nobody has tried, and if so, with the same key: then the server sends us to look. Only a marker could tell of a try under the
 * key of another owner id.
 */
function isLikelyFirst(resource: KratosIdentity): boolean {
  const sameKey = resource.spec.externalId === undefined || resource.metadata.generation === 1;
  return sameKey && isUntouched(resource);
}

/** The server's default schema has no name that we know, so there nothing is known to protect. */
function isProtected({ protection }: World): boolean {
  return protection.kind === 'read' && protection.identifiers.length > 0;
}

function planCreate(world: World, has: Capabilities, now: Instant): Step {
  if (world.conflictToExplain) return conflictStep(world);
  const kind = serverKind(has);
  const searched = world.identity.kind === 'notFound' ? world.identity.at : Number.POSITIVE_INFINITY;
  if (searched < world.absenceCountsFrom && !repeatIsHarmless(world, has)) {
    return untilAbsenceCounts(world, now.mono);
  }
  if (kind === 'bare' && !world.pendingIsNew) return planRepeat(world, now) ?? planRecord(world, false);
  if (!world.fenced && !isSurelyDue(world, kind)) return { do: 'readResource' };
  return { do: 'createIdentity', wanted: newIdentity(world, has) };
}

/** The resource is there; and it has no identity, or Kratos would refuse another. */
function isSurelyDue({ vouched, firstTry }: World, kind: ServerKind): boolean {
  return vouched && (firstTry || kind === 'externalIds');
}

/** Kratos itself would refuse a second identity: by the external id, or by the login identifiers that were sent before. */
function repeatIsHarmless(world: World, has: Capabilities): boolean {
  const { learned, resource } = world;
  const sentAlike = learned.unknownCreate?.generation === resource.metadata.generation;
  // An external id of the author's own may have been set since an earlier create was sent.
  if (has.externalIds) return sentAlike || resource.spec.externalId === undefined;
  return has.metadata && isProtected(world) && sentAlike;
}

/** What Kratos is may have changed together with what it holds; and nothing is forgotten before it may be made again. */
function planLoss(world: World, has: Capabilities, now: Instant): Step {
  if (!world.probed) return { do: 'probe', maxAgeMs: 10_000 };
  const wait = planOlderServer(world, has) ?? untilTurn(world, now);
  return wait ?? planRetire(world) ?? planForget(world, has);
}

/** Our id is cleared before anything is created again: the conditional write is the fence. */
function planForget(world: World, has: Capabilities): Step {
  return serverKind(has) === 'bare' ? planRecord(world, true) : { do: 'forgetIdentity' };
}

/** What will be sent goes on record, together with the identities that are equal already and therefore never ours. */
function planRecord(world: World, forget: boolean): Step {
  const { schemaId, traits } = world.resource.spec;
  const digest = createDigest(schemaId, traits);
  if (world.equals?.digest !== digest) return { do: 'readEquals', digest };
  return { do: 'recordPending', digest, notThese: world.equals.ids, forget };
}

function planHeld(world: World, has: Capabilities): Step {
  const holding = holdingOf(world);
  if (holding.kind === 'none' || holding.kind === 'notOurs') return { do: 'stall', verdict: CONFLICT };
  if (world.conflictToExplain) return conflictStep(world);
  const { identity } = holding;
  const change = changeFor(world, identity, has);
  if (!isEmptyChange(change)) {
    if (world.patchRefusals > 1) return patchRefusedStep(world);
    const takesUp = holding.kind === 'heirloom';
    const traits = newlyOwned(world, identity, has);
    if (traits !== undefined) return { do: 'recordOwned', identityId: identity.id, traits };
    if (takesUp && !world.fenced) return { do: 'readResource' };
    return { do: 'updateIdentity', change, why: takesUp ? 'takeUp' : 'update' };
  }
  return planSessions(world, identity) ?? planRest(world, identity, has);
}

/**
 * Where only status knows what is ours, it must know before Kratos does: the leaves, and the identity itself, which after a PUT
 * is no longer equal to what the record of its create names.
 */
function newlyOwned(world: World, identity: Identity, has: Capabilities): readonly string[] | undefined {
  if (has.metadata) return undefined;
  const { status, spec } = world.resource;
  const isNamed = status?.identityId === identity.id;
  const known = [...(status?.ownedTraits ?? []), ...(isNamed ? [] : ownedPointers(identity.traits))];
  const union = [...new Set([...known, ...ownedPointers(spec.traits)])].sort();
  return isNamed && union.length === known.length ? undefined : union;
}

/** An inactive identity must have no sessions, whoever deactivated it; status says `inactive` only once that is so. */
function planSessions(world: World, identity: Identity): Step | undefined {
  if (identity.state !== 'inactive' || world.resource.status?.state === 'inactive') return undefined;
  if (world.learned.created === true || world.learned.sessionsEnded === true) return undefined;
  return { do: 'endSessions', id: identity.id };
}

function planRest(world: World, identity: Identity, has: Capabilities): Step {
  const recovery = planRecovery(world, identity, has);
  if (recovery !== undefined && 'do' in recovery) return recovery;
  return { do: 'settled', ...(recovery !== undefined && { block: recovery.block }) };
}

/** Kratos gives passing 409s: one that nothing explains is believed the second time, or when status says `Conflict` already. */
function conflictStep(world: World): Step {
  const { resource, learned } = world;
  const { generation } = resource.metadata;
  const again = learned.conflicts?.generation === generation && learned.conflicts.count > 1;
  if (says(resource, 'Conflict') || again) return { do: 'stall', verdict: CONFLICT };
  const verdict: Verdict = { reason: 'Progressing', message: 'Kratos reported a conflict; trying once more' };
  return { do: 'wait', verdict, requeue: { kind: 'after', ms: 2_000 } };
}

function patchRefusedStep(world: World): Step {
  const { learned, resource } = world;
  const refused = learned.patchRefusals;
  if (refused?.generation === resource.metadata.generation && refused.count > 1) {
    return { do: 'stall', verdict: { reason: 'KratosRefused', message: 'Kratos cannot apply the change' } };
  }
  const verdict: Verdict = { reason: 'Progressing', message: 'the identity changed while it was updated' };
  return { do: 'wait', verdict, requeue: { kind: 'backoff' } };
}

/** Says the same whatever the cause, and names no one. */
const CONFLICT: Verdict = {
  reason: 'Conflict',
  message: 'an identifier, address, external id or identity that this resource needs is not its own',
};
