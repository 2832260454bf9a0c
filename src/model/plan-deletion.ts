import { untilAbsenceCounts } from './absence.ts';
import { deactivation, isEmptyChange } from './change.ts';
import type { Instant } from './clock.ts';
import { policyOf } from './form.ts';
import { holdingOf } from './holding.ts';
import { type Capabilities, type Identity, serverKind } from './identity.ts';
import { planOlderServer } from './loss.ts';
import { planOutage } from './outage.ts';
import { planRetire } from './recovery.ts';
import type { Step, Verdict } from './step.ts';
import { identityIdOf, type World } from './world.ts';

/** Lets a resource go once its policy is carried out; needs nothing but its metadata and status. */
export function planDeletion(world: World, now: Instant): Step {
  const retire = planRetire(world);
  if (retire !== undefined) return retire;
  const policy = policyOf(world.resource);
  if (policy === undefined) return { do: 'stall', verdict: NO_POLICY };
  if (policy === 'Retain') return { do: 'removeFinalizer', because: 'Retained' };
  const { kratos } = world;
  if (!kratos.open) return planOutage(world, kratos);
  if (nothingWasEverSent(world, kratos.has)) return { do: 'removeFinalizer', because: 'Deleted' };

  switch (world.identity.kind) {
    case 'unread': {
      const id = identityIdOf(world);
      return id === undefined ? { do: 'searchIdentity' } : { do: 'readIdentity', id };
    }
    case 'gone':
      return planGone(world, kratos.has);
    case 'notFound':
      return world.identity.at >= world.absenceCountsFrom
        ? { do: 'removeFinalizer', because: 'Deleted' }
        : untilAbsenceCounts(world, now.mono);
    case 'known':
    case 'found':
      return planRelease(world, kratos.has);
  }
}

/** An earlier create than the one that was answered may have come by now, or may still come: then there is another to look for. */
function planGone(world: World, has: Capabilities): Step {
  const disbelief = isDeleted(world) ? undefined : planOlderServer(world, has);
  if (disbelief !== undefined) return disbelief;
  if (world.learned.unknownCreate !== undefined) return { do: 'forgetIdentity' };
  return { do: 'removeFinalizer', because: 'Deleted' };
}

function isDeleted({ identity }: World): boolean {
  return identity.kind === 'gone' && identity.deleted === true;
}

function planRelease(world: World, has: Capabilities): Step {
  const holding = holdingOf(world);
  if (holding.kind === 'none' || holding.kind === 'notOurs') {
    return { do: 'removeFinalizer', because: 'NotOurs' };
  }
  if (world.resource.spec.deletionPolicy === 'Deactivate') {
    return planDeactivation(world, holding.identity, has);
  }
  if (!world.fenced) return { do: 'readResource' };
  return { do: 'deleteIdentity', id: holding.identity.id };
}

function planDeactivation(world: World, identity: Identity, has: Capabilities): Step {
  if (!has.state) return { do: 'stall', verdict: CANNOT_DEACTIVATE };
  const change = deactivation(world, identity, has);
  if (!isEmptyChange(change)) {
    return world.fenced ? { do: 'updateIdentity', change, why: 'deactivate' } : { do: 'readResource' };
  }
  if (world.learned.sessionsEnded !== true) return { do: 'endSessions', id: identity.id };
  return { do: 'removeFinalizer', because: 'Deactivated' };
}

const CANNOT_DEACTIVATE: Verdict = {
  reason: 'Deleting',
  message:
    'this Kratos has no identity state, so the identity cannot be deactivated; change spec.deletionPolicy to Delete or Retain',
};

const NO_POLICY: Verdict = {
  reason: 'Deleting',
  message: 'spec.deletionPolicy is none of Delete, Retain and Deactivate; the identity is kept until it is',
};

/** Without `metadata_admin` the record is written before the POST: no record and no id means no POST. */
function nothingWasEverSent(world: World, has: Capabilities): boolean {
  return (
    serverKind(has) === 'bare' &&
    identityIdOf(world) === undefined &&
    world.learned.unknownCreate === undefined &&
    world.resource.status?.pendingCreate === undefined
  );
}
