import { sameJson } from './canonical.ts';
import { requestedIn } from './form.ts';
import type { Condition, KratosIdentity, KratosIdentityStatus } from './generated/kratosidentity.ts';
import { holdingOf } from './holding.ts';
import type { Identity } from './identity.ts';
import { isObject, type JsonObject, type JsonValue } from './json.ts';
import { markerOf } from './owner.ts';
import { ownedPointers } from './pointer.ts';
import { isDeleting } from './resource.ts';
import type { End, Reason, Verdict } from './step.ts';
import { identityIdOf, recoveryOf, type World } from './world.ts';

const RECONCILING: ReadonlySet<Reason> = new Set([
  'Progressing',
  'KratosDenied',
  'KratosUnavailable',
  'Deleting',
]);

const SYNCED: Verdict = { reason: 'Synced', message: 'Kratos holds what the resource declares' };

/** The status that a resource is to have at the end of a pass: a function of the world, the last step and the time, and of nothing else. */
export function nextStatus(world: World, end: End, wallNow: number): KratosIdentityStatus {
  const { resource } = world;
  const before = resource.status;
  const identityId = heldId(world);
  const recovery = recoveryOf(world);
  return {
    observedGeneration:
      end.do === 'postpone' ? (before?.observedGeneration ?? -1) : resource.metadata.generation,
    ...(identityId !== undefined && { identityId, ...identityFields(world, end) }),
    ...pendingFields(world, identityId),
    ...ownedFields(world, end),
    ...(recovery !== undefined && { recovery }),
    conditions: conditionsOf(world, end, new Date(wallNow).toISOString().replace(/\.\d+Z$/, 'Z')),
  };
}

/** A merge patch from one status to another, `undefined` when they are the same. Arrays are replaced whole. */
export function statusPatch(
  before: KratosIdentity['status'],
  after: KratosIdentityStatus,
): JsonObject | undefined {
  const patch: Record<string, JsonValue> = Object.create(null);
  const old: JsonObject = asJson(before ?? {});
  const next: JsonObject = asJson(after);
  for (const key of new Set([...Object.keys(old), ...Object.keys(next)])) {
    const value = next[key];
    if (sameJson(old[key], value)) continue;
    patch[key] = value === undefined ? null : wholly(old[key], value);
  }
  return Object.keys(patch).length === 0 ? undefined : patch;
}

/** A merge patch keeps the members it does not name, so those that are to go are named as null. */
function wholly(old: JsonValue | undefined, next: JsonValue): JsonValue {
  if (!isObject(old) || !isObject(next)) return next;
  const gone = Object.keys(old).filter((key) => !Object.hasOwn(next, key));
  return { ...Object.fromEntries(gone.map((key) => [key, null])), ...next };
}

function heldId(world: World): string | undefined {
  const holding = holdingOf(world);
  return holding.kind === 'ours' ? holding.identity.id : identityIdOf(world);
}

function identityFields(world: World, end: End): Partial<KratosIdentityStatus> {
  const holding = holdingOf(world);
  if (holding.kind !== 'ours') return keptFields(world.resource.status);
  const { identity } = holding;
  return {
    ...(identity.externalId !== undefined && { externalId: identity.externalId }),
    schemaId: identity.schemaId,
    ...stateField(world, identity, end),
    ...addressFields(identity),
  };
}

/** Sorted, because Kratos promises no order and a mere reordering must not cost a write. */
function addressFields({ verifiableAddresses, recoveryAddresses }: Identity): Partial<KratosIdentityStatus> {
  const order = <T extends { value: string; via: string }>(list: readonly T[]): T[] =>
    [...list].sort((a, b) => (`${a.via} ${a.value}` < `${b.via} ${b.value}` ? -1 : 1));
  return {
    ...(verifiableAddresses.length > 0 && { verifiableAddresses: order(verifiableAddresses) }),
    ...(recoveryAddresses.length > 0 && { recoveryAddresses: order(recoveryAddresses) }),
  };
}

/** `inactive` is said only once the identity's sessions are ended: until then the status would promise too much. */
function stateField(world: World, identity: Identity, end: End): Partial<KratosIdentityStatus> {
  const { state } = identity;
  if (state === undefined) return {};
  const { learned, resource } = world;
  const ended = learned.sessionsEnded === true || learned.created === true || end.do === 'settled';
  const previous = resource.status?.state;
  if (state === 'active' || previous === 'inactive' || ended) return { state };
  return previous === undefined ? {} : { state: previous };
}

function keptFields(status: KratosIdentity['status']): Partial<KratosIdentityStatus> {
  if (status === undefined) return {};
  const { externalId, schemaId, state, verifiableAddresses, recoveryAddresses } = status;
  return {
    ...(externalId !== undefined && { externalId }),
    ...(schemaId !== undefined && { schemaId }),
    ...(state !== undefined && { state }),
    ...(verifiableAddresses !== undefined && { verifiableAddresses }),
    ...(recoveryAddresses !== undefined && { recoveryAddresses }),
  };
}

/** The record of a create stands until the id is known or a definite refusal of everything sent under it. */
function pendingFields(world: World, identityId: string | undefined): Partial<KratosIdentityStatus> {
  const pending = world.resource.status?.pendingCreate;
  const over = identityId !== undefined || world.createRefused;
  return pending === undefined || over ? {} : { pendingCreate: pending };
}

/** What the marker says; without one, what was applied last. */
function ownedFields(world: World, end: End): Partial<KratosIdentityStatus> {
  const { spec, status } = world.resource;
  const holding = holdingOf(world);
  const marker = holding.kind === 'ours' ? markerOf(holding.identity) : undefined;
  if (marker !== undefined) return ownedLists(marker.traits, marker.public, marker.admin);
  if (holding.kind === 'ours' && end.do === 'settled') return ownedLists(ownedPointers(spec.traits), [], []);
  return ownedLists(status?.ownedTraits, status?.ownedMetadataPublic, status?.ownedMetadataAdmin);
}

function ownedLists(
  traits: readonly string[] = [],
  metadataPublic: readonly string[] = [],
  metadataAdmin: readonly string[] = [],
): Partial<KratosIdentityStatus> {
  return {
    ...(traits.length > 0 && { ownedTraits: [...traits] }),
    ...(metadataPublic.length > 0 && { ownedMetadataPublic: [...metadataPublic] }),
    ...(metadataAdmin.length > 0 && { ownedMetadataAdmin: [...metadataAdmin] }),
  };
}

function conditionsOf(world: World, end: End, at: string): Condition[] {
  const before = world.resource.status?.conditions ?? [];
  const stamp = (condition: Omit<Condition, 'lastTransitionTime' | 'observedGeneration'>): Condition => {
    const old = before.find(({ type }) => type === condition.type);
    const moved = old === undefined || old.status !== condition.status;
    return {
      ...condition,
      observedGeneration: world.resource.metadata.generation,
      lastTransitionTime: moved ? at : old.lastTransitionTime,
    };
  };
  if (end.do === 'postpone') {
    if (world.learned.recovery === undefined) return [...before];
    const kept = before.filter(({ type }) => type !== 'RecoveryReady');
    return [...kept, ...recoveryCondition(world, end).map(stamp)];
  }
  const main = end.do === 'stall' || end.do === 'wait' ? end.verdict : SYNCED;
  return [...healthConditions(main, end), ...recoveryCondition(world, end)].map(stamp);
}

type Bare = Omit<Condition, 'lastTransitionTime' | 'observedGeneration'>;

function healthConditions({ reason, message }: Verdict, end: End): Bare[] {
  const status = reason === 'Synced' ? 'True' : reason === 'KratosUnavailable' ? 'Unknown' : 'False';
  const ready: Bare = { type: 'Ready', status, reason, message };
  if (RECONCILING.has(reason)) return [ready, { type: 'Reconciling', status: 'True', reason, message }];
  return end.do === 'stall' ? [ready, { type: 'Stalled', status: 'True', reason, message }] : [ready];
}

const RECOVERY_MESSAGES = {
  Issued: 'a recovery link was issued for this request',
  Expired: 'the recovery link of this request has expired; change spec.recovery.requestId for a new one',
  Failed: 'no recovery link could be issued for this request; change spec.recovery.requestId to try again',
  Waiting: 'waiting for the identity to be in step',
  MethodDisabled: 'the recovery method is not available on this Kratos',
  SecretConflict: 'a Secret of the name <resource>-recovery exists and is not of this resource',
} as const;

function recoveryCondition(world: World, end: End): Bare[] {
  const requestId = requestedIn(world.resource);
  if (requestId === undefined || isDeleting(world.resource)) return [];
  const record = recoveryOf(world);
  const recorded = record?.requestId === requestId ? record.state : undefined;
  const block = end.do === 'settled' ? end.block : undefined;
  const reason = recorded ?? block ?? 'Waiting';
  return [
    {
      type: 'RecoveryReady',
      status: reason === 'Issued' ? 'True' : 'False',
      reason,
      message: RECOVERY_MESSAGES[reason],
    },
  ];
}

function asJson(status: KratosIdentityStatus | Record<string, never>): JsonObject {
  return status as unknown as JsonObject;
}
