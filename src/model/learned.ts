import type { KratosIdentityStatus } from './generated/kratosidentity.ts';
import type { JsonValue } from './json.ts';
import type { Sensitive } from './sensitive.ts';

export type RecoveryRecord = NonNullable<KratosIdentityStatus['recovery']>;

/** A recovery credential that Kratos gave out, held until its Secret or status has it. */
export interface Minted {
  readonly requestId: string;
  readonly identityId: string;
  readonly method: 'Code' | 'Link';
  readonly output: 'Status' | 'Secret';
  readonly link: Sensitive;
  readonly code: Sensitive | undefined;
  /** Epoch milliseconds. */
  readonly expiresAt: number;
}

/** A value that the server keeps in another form than it was sent: not written again until either side changes. */
export interface Normalised {
  readonly sent: JsonValue;
  readonly got: JsonValue | undefined;
}

/** The last create, and what stood in its way; moments in monotonic milliseconds. */
export interface RefusedCreate {
  readonly generation: number;
  readonly obstacle: string;
  readonly triedAt: number;
  /** When it was last looked at what stands in its way. */
  readonly seenAt: number;
}

/**
 * What this process knows of one resource (by uid) beyond its status: what effects returned until a status write has carried it,
 * and what only memory can hold. Losing it to a crash is safe: status, marker and Secret are looked at again.
 */
export interface Learned {
  /** The identity now known; `null` after one vanished behind our back. Absent: as status says. */
  readonly identityId?: string | null;
  /** Made by this process and not yet in status: it has no sessions to end. */
  readonly created?: boolean;
  readonly sessionsEnded?: boolean;
  /** A create whose outcome is unknown, and the generation that was sent. */
  readonly unknownCreate?: { readonly generation: number };
  /** Definite 409s in a row that no look-up explained, for this generation. */
  readonly conflicts?: { readonly generation: number; readonly count: number };
  readonly refused?: RefusedCreate;
  /** Passes in a row whose JSON Patch could not be applied, for this generation. */
  readonly patchRefusals?: { readonly generation: number; readonly count: number };
  /** Attempts at a mint whose outcome is unknown. */
  readonly mintAttempts?: { readonly requestId: string; readonly count: number };
  readonly minted?: Minted;
  /** Replaces `status.recovery`; `null` when it is to go. */
  readonly recovery?: RecoveryRecord | null;
  /** Monotonic milliseconds of the first of the failed requests in a row. */
  readonly troubledSince?: number;
  /** By field and JSON pointer, e.g. `traits/email`. */
  readonly normalised?: Readonly<Record<string, Normalised>>;
}

/**
 * Whether everything known of the identity is in status; what became of a recovery link is told by any status write, and of a create
 * that may still come there is nothing to tell once another was answered.
 */
export function isAllTold(learned: Learned): boolean {
  const { normalised: _normalised, troubledSince: _since, recovery: _recovery, ...told } = learned;
  const { unknownCreate: _create, refused: _refused, ...rest } = told;
  return Object.keys(rest).length === 0;
}

/** What remains to be remembered once a status write has carried the rest. */
export function afterStatusWrite(learned: Learned): Learned {
  const { identityId: _id, created: _created, sessionsEnded: _ended, recovery: _recovery, ...rest } = learned;
  return rest;
}
