import type { RemoteError } from './errors.ts';
import type { KratosIdentity } from './generated/kratosidentity.ts';
import type { Capabilities, Identity } from './identity.ts';
import type { Learned, RecoveryRecord } from './learned.ts';

/** What the operator's configuration says about every resource. */
export interface Settings {
  readonly ownerId: string;
  /** Set: links go to Secrets for everyone. */
  readonly recoveryOutput: 'Status' | 'Secret' | undefined;
  readonly recoveryMaxTtlMs: number;
}

/** Kratos as the gate sees it. */
export type KratosView =
  | { readonly open: true; readonly has: Capabilities }
  | { readonly open: false; readonly cause: 'unavailable' | 'denied'; readonly forMs: number };

export type IdentityView =
  | { readonly kind: 'unread' }
  /** Read by its id, or the answer of our own write. */
  | { readonly kind: 'known'; readonly identity: Identity }
  /** Kratos' own 404 for the id we hold, or `deleted` by this pass. */
  | { readonly kind: 'gone'; readonly deleted?: true }
  /** Found by a search; `recorded` when `status.pendingCreate` is the proof that it is ours. */
  | { readonly kind: 'found'; readonly identity: Identity; readonly recorded: boolean }
  /** A search found none; it began at `at` (monotonic milliseconds). */
  | { readonly kind: 'notFound'; readonly at: number };

export type SecretObservation =
  | { readonly kind: 'unread' }
  | { readonly kind: 'absent' }
  | { readonly kind: 'foreign' }
  /** We have no right to read it: nothing of ours is to be taken back, and nothing may be minted for it. */
  | { readonly kind: 'unreadable' }
  | { readonly kind: 'ours'; readonly uid: string; readonly record: SecretRecord };

/** What one of our Secrets says of the link in it; the Secret is the record of its mint. */
export interface SecretRecord {
  readonly requestId: string;
  readonly identityId: string;
  readonly method: 'Code' | 'Link';
  /** Epoch milliseconds. */
  readonly expiresAt: number;
  /** Where the link is safe to show (codes only). */
  readonly link: string | undefined;
}

/** Whether the traits hold a login identifier of their schema, so that Kratos itself refuses a second identity. */
type Protection =
  | { readonly kind: 'unread' }
  | { readonly kind: 'read'; readonly identifiers: readonly string[] };

/** Everything a decision may depend on. Values only: the same world gives the same step. */
export interface World {
  readonly resource: KratosIdentity;
  readonly settings: Settings;
  readonly kratos: KratosView;
  readonly identity: IdentityView;
  readonly secret: SecretObservation;
  readonly protection: Protection;
  readonly learned: Learned;
  /** The identities that equal what that digest names and that nobody holds; `undefined`: not looked at. */
  readonly equals: { readonly digest: string; readonly ids: readonly string[] } | undefined;
  /** What stands in the way of a create, as a text to compare; `undefined`: not looked at. */
  readonly obstacle: string | undefined;
  /** This pass won a conditional write of the resource or read it live: effects may follow. */
  readonly fenced: boolean;
  /** The resource is certainly still there, and carries our finalizer. */
  readonly vouched: boolean;
  /** No earlier create can have happened: this pass put the finalizer there, or saw all of the resource's life. */
  readonly firstTry: boolean;
  /** This pass wrote `status.pendingCreate`, so that nothing was sent under it yet. */
  readonly pendingIsNew: boolean;
  /** A definite 409 of this pass still needs its look-up. */
  readonly conflictToExplain: boolean;
  /** Kratos definitely refused a create of this pass, so that nothing was made. */
  readonly createRefused: boolean;
  /** JSON Patches refused as not applicable in this pass. */
  readonly patchRefusals: number;
  /** This pass looked anew at what Kratos has. */
  readonly probed: boolean;
  /** A request to Kratos of this pass failed, and that is the end of the pass. */
  readonly failure: RemoteError | undefined;
  /** Why recovery cannot go on in this pass. */
  readonly recoveryBlock: RecoveryBlock | undefined;
  /** Monotonic milliseconds from which an absence of the identity is believed; `Infinity` while Kratos has not answered since. */
  readonly absenceCountsFrom: number;
  /** Monotonic milliseconds from which the identity, if it vanished, may be made again: others that vanished with it take turns. */
  readonly remakeFrom: number;
}

export type RecoveryBlock = 'MethodDisabled' | 'SecretConflict' | 'Failed' | 'Waiting';

/** The world at the beginning of a pass: nothing was looked at or done yet. */
export function unseenWorld(
  known: Pick<World, 'resource' | 'settings' | 'kratos' | 'learned' | 'vouched' | 'firstTry'>,
): World {
  return {
    ...known,
    identity: { kind: 'unread' },
    secret: { kind: 'unread' },
    protection: { kind: 'unread' },
    equals: undefined,
    obstacle: undefined,
    fenced: false,
    pendingIsNew: false,
    conflictToExplain: false,
    createRefused: false,
    patchRefusals: 0,
    probed: false,
    failure: undefined,
    recoveryBlock: undefined,
    absenceCountsFrom: 0,
    remakeFrom: 0,
  };
}

/** The id of the identity as far as we know: what was learned, else what status says. */
export function identityIdOf(world: World): string | undefined {
  const { learned, resource } = world;
  if (learned.identityId === null) return undefined;
  return learned.identityId ?? resource.status?.identityId;
}

export function recoveryOf(world: World): RecoveryRecord | undefined {
  const { learned, resource } = world;
  if (learned.recovery === null) return undefined;
  return learned.recovery ?? resource.status?.recovery;
}
