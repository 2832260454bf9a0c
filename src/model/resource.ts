import type { KratosIdentity } from './generated/kratosidentity.ts';
import type { Reason } from './step.ts';

export const GROUP = 'kratos.ory.sh';
export const API_VERSION = `${GROUP}/v1alpha1`;
export const KIND = 'KratosIdentity';
export const FINALIZER = `${GROUP}/identity`;

/** `namespace/name`, what the queue carries. */
export function keyOf(resource: KratosIdentity): string {
  return `${resource.metadata.namespace}/${resource.metadata.name}`;
}

export function hasFinalizer(resource: KratosIdentity): boolean {
  return resource.metadata.finalizers?.includes(FINALIZER) ?? false;
}

export function isDeleting(resource: KratosIdentity): boolean {
  return resource.metadata.deletionTimestamp !== undefined;
}

/** The finalizers with ours added at the end, or taken out; others keep their order. */
export function withFinalizer(resource: KratosIdentity, present: boolean): readonly string[] {
  const others = (resource.metadata.finalizers ?? []).filter((finalizer) => finalizer !== FINALIZER);
  return present ? [...others, FINALIZER] : others;
}

export function conditionOf(resource: KratosIdentity, type: string) {
  return resource.status?.conditions?.find((condition) => condition.type === type);
}

export function readyCondition(resource: KratosIdentity) {
  return conditionOf(resource, 'Ready');
}

/** True when status speaks of this very generation. */
export function isObserved({ metadata, status }: KratosIdentity): boolean {
  return status?.observedGeneration === metadata.generation;
}

/** True when the Ready condition gives that reason, of this very generation. */
export function says(resource: KratosIdentity, reason: Reason): boolean {
  return isObserved(resource) && readyCondition(resource)?.reason === reason;
}

/** True when no pass has ended or gone on record over it yet: the API server's own default stands. */
export function isUntouched({ status }: KratosIdentity): boolean {
  if (status?.identityId !== undefined || status?.pendingCreate !== undefined) return false;
  return (status?.observedGeneration ?? -1) < 0;
}

/** True when status speaks of this very generation and says that all is well. */
export function isSettled(resource: KratosIdentity): boolean {
  return !isDeleting(resource) && wentWell(resource, resource.metadata.generation);
}

/** True when status says of that generation that all was well. */
export function wentWell(resource: KratosIdentity, generation: number): boolean {
  return resource.status?.observedGeneration === generation && readyCondition(resource)?.status === 'True';
}

const REFUSALS: ReadonlySet<string> = new Set([
  'InvalidTraits',
  'InvalidMetadata',
  'SchemaNotFound',
  'Conflict',
  'Unsupported',
  'KratosRefused',
]);

/**
 * True when status says of this very spec that it was definitely refused: then no identity was made for it. Not for a resource that is
 * being deleted: the spec that was last refused need not be the one that was last sent.
 */
export function wasRefused(resource: KratosIdentity): boolean {
  const reason = readyCondition(resource)?.reason;
  if (reason === undefined || !REFUSALS.has(reason) || isDeleting(resource)) return false;
  return isObserved(resource);
}
