import { isObject, type JsonObject } from '../model/json.ts';
import { microTime } from './micro-time.ts';
import { shaped } from './object.ts';

/** A Lease as it was read, and when we saw it become so. */
export interface ObservedLease {
  /** As the server sent it; what we do not know is sent back unchanged. */
  readonly object: JsonObject;
  readonly resourceVersion: string;
  /** `''` when nobody holds it. */
  readonly holder: string;
  /** How long its holder may stay silent, in milliseconds. */
  readonly durationMs: number;
  /** Monotonic milliseconds; the holder's own times are never compared with our clock. */
  readonly seenAt: number;
}

/** `undefined` for anything but a Lease. An unchanged Lease keeps the moment at which `before` saw it. */
export function observedLease(
  answer: JsonObject,
  before: ObservedLease | undefined,
  now: number,
  defaultDurationMs: number,
): ObservedLease | undefined {
  const lease = shaped(answer, 'Lease');
  if (lease === undefined) return undefined;
  const { resourceVersion } = lease.metadata;
  const spec = specOf(answer);
  const seconds = spec.leaseDurationSeconds;
  return {
    object: answer,
    resourceVersion,
    holder: typeof spec.holderIdentity === 'string' ? spec.holderIdentity : '',
    durationMs: typeof seconds === 'number' && seconds > 0 ? seconds * 1000 : defaultDurationMs,
    seenAt: before?.resourceVersion === resourceVersion ? before.seenAt : now,
  };
}

/** The manifest of a Lease that nobody has made yet. */
export function newLease(
  namespace: string,
  name: string,
  holder: string,
  durationMs: number,
  nowMs: number,
): JsonObject {
  const at = microTime(nowMs);
  return {
    apiVersion: 'coordination.k8s.io/v1',
    kind: 'Lease',
    metadata: { namespace, name },
    spec: {
      holderIdentity: holder,
      leaseDurationSeconds: durationMs / 1000,
      acquireTime: at,
      renewTime: at,
      leaseTransitions: 0,
    },
  };
}

/** `lease` as `holder` writes it: a renewal of its own, or one more transition. */
export function heldLease(
  lease: ObservedLease,
  holder: string,
  durationMs: number,
  nowMs: number,
): JsonObject {
  const spec = specOf(lease.object);
  const at = microTime(nowMs);
  const transitions = typeof spec.leaseTransitions === 'number' ? spec.leaseTransitions : 0;
  const taken =
    lease.holder === holder
      ? {}
      : { holderIdentity: holder, acquireTime: at, leaseTransitions: transitions + 1 };
  return {
    ...lease.object,
    spec: { ...spec, ...taken, leaseDurationSeconds: durationMs / 1000, renewTime: at },
  };
}

/** `lease` given up: free at once for whoever looks. */
export function releasedLease(lease: ObservedLease, nowMs: number): JsonObject {
  const at = microTime(nowMs);
  const freed = { holderIdentity: '', leaseDurationSeconds: 1, acquireTime: at, renewTime: at };
  return { ...lease.object, spec: { ...specOf(lease.object), ...freed } };
}

function specOf(lease: JsonObject): JsonObject {
  return isObject(lease.spec) ? lease.spec : {};
}
