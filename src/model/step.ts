import type { IdentityChange, NewIdentity } from './identity.ts';
import type { RecoveryBlock } from './world.ts';

export type Reason =
  | 'Synced'
  | 'Progressing'
  | 'InvalidTraits'
  | 'InvalidMetadata'
  | 'SchemaNotFound'
  | 'Conflict'
  | 'Unsupported'
  | 'KratosRefused'
  | 'KratosDenied'
  | 'KratosUnavailable'
  | 'Deleting';

/** What to say of a resource; the message is stable for a steady cause and holds pointers and keywords, never a value. */
export interface Verdict {
  readonly reason: Reason;
  readonly message: string;
}

/** When to look at the key again, beside its resync. */
export type Requeue =
  | { readonly kind: 'none' }
  | { readonly kind: 'backoff' }
  | { readonly kind: 'after'; readonly ms: number }
  /** When the gate to Kratos opens, and after `ms` at the latest. */
  | { readonly kind: 'gate'; readonly ms?: number };

/** What a refusal depends on: the identity schema, or who holds a value of the traits. */
export type Obstacle = 'schema' | 'holders';

/** A request to Kratos: looks at it, or has at most one effect there. */
export type KratosStep =
  /** Looks anew at what Kratos has, unless what is known is younger: a recovery method may have been switched on since. */
  | { readonly do: 'probe'; readonly maxAgeMs?: number }
  /** Asks for a sign of life, from which lateness is counted. */
  | { readonly do: 'askReady' }
  | { readonly do: 'readIdentity'; readonly id: string }
  /** By every way there is, or by its `marker` alone. */
  | { readonly do: 'searchIdentity'; readonly by?: 'marker' }
  | { readonly do: 'readSchema'; readonly schemaId: string }
  /** Which identities that nobody holds are already what a create is about to make. */
  | { readonly do: 'readEquals'; readonly digest: string }
  /** What stood in the way of a create that was refused; who holds a value of its traits as of a look that began at `since` or later. */
  | { readonly do: 'readObstacle'; readonly of: Obstacle; readonly since: number }
  | { readonly do: 'createIdentity'; readonly wanted: NewIdentity }
  | {
      readonly do: 'updateIdentity';
      readonly change: IdentityChange;
      readonly why: 'update' | 'takeUp' | 'deactivate';
    }
  | { readonly do: 'endSessions'; readonly id: string }
  | { readonly do: 'deleteIdentity'; readonly id: string }
  | {
      readonly do: 'mintRecovery';
      readonly identityId: string;
      readonly requestId: string;
      readonly method: 'Code' | 'Link';
      readonly output: 'Status' | 'Secret';
      readonly ttlMs: number;
    };

/** A request to the API server: looks at the resource or its Secret, or has at most one effect there. */
export type KubeStep =
  | { readonly do: 'readResource' }
  | { readonly do: 'readSecret' }
  | { readonly do: 'addFinalizer' }
  /** Servers without `metadata_admin`: what is about to be created goes on record first; `forget` clears a vanished id with it. */
  | {
      readonly do: 'recordPending';
      readonly digest: string;
      readonly notThese: readonly string[];
      readonly forget: boolean;
    }
  | { readonly do: 'forgetIdentity' }
  /** Servers without `metadata_admin`: what will be ours, and of which identity, before Kratos holds it. */
  | { readonly do: 'recordOwned'; readonly identityId: string; readonly traits: readonly string[] }
  | { readonly do: 'createSecret' }
  | { readonly do: 'deleteSecret'; readonly uid: string }
  | { readonly do: 'removeFinalizer'; readonly because: 'Deleted' | 'Retained' | 'Deactivated' | 'NotOurs' };

/** Changes only what we know: the status write that follows carries it. */
export type Note =
  | { readonly do: 'expireRecovery' }
  | { readonly do: 'retireRecovery' }
  | { readonly do: 'failRecovery'; readonly requestId: string }
  | { readonly do: 'adoptSecret' };

/** Ends the pass. */
export type End =
  /** The resource is gone or not ours to write any more. */
  | { readonly do: 'done' }
  | { readonly do: 'settled'; readonly block?: RecoveryBlock }
  | { readonly do: 'stall'; readonly verdict: Verdict }
  | { readonly do: 'wait'; readonly verdict: Verdict; readonly requeue: Requeue }
  /** Settled before, and Kratos cannot be asked now: say nothing new yet. */
  | { readonly do: 'postpone'; readonly requeue: Requeue };

export type Step = KratosStep | KubeStep | Note | End;

const KRATOS_STEPS: ReadonlySet<string> = new Set<KratosStep['do']>([
  'probe',
  'askReady',
  'readIdentity',
  'searchIdentity',
  'readSchema',
  'readEquals',
  'readObstacle',
  'createIdentity',
  'updateIdentity',
  'endSessions',
  'deleteIdentity',
  'mintRecovery',
]);

export function isKratosStep(step: Step): step is KratosStep {
  return KRATOS_STEPS.has(step.do);
}

const NOTES: ReadonlySet<string> = new Set<Note['do']>([
  'expireRecovery',
  'retireRecovery',
  'failRecovery',
  'adoptSecret',
]);

/** A step that changes only what we know: no request at all. */
export function isNote(step: Step): step is Note {
  return NOTES.has(step.do);
}

const ENDS: ReadonlySet<string> = new Set<End['do']>(['done', 'settled', 'stall', 'wait', 'postpone']);

export function isEnd(step: Step): step is End {
  return ENDS.has(step.do);
}
