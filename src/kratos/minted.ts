import type { JsonValue } from '../model/json.ts';
import { Sensitive } from '../model/sensitive.ts';
import {
  type RecoveryCode,
  type RecoveryLink,
  readRecoveryCode,
  readRecoveryLink,
} from './types/recovery.ts';

/** A recovery link; whoever has it, and on classic servers nothing else, is let in. */
export interface MintedLink<Raw = RecoveryLink> {
  readonly link: Sensitive;
  /** Epoch milliseconds, when the server told. */
  readonly expiresAt: number | undefined;
  /** The server's own answer, whole. */
  readonly raw: Sensitive<Raw>;
}

/** A recovery code, and the page to enter it on. */
export interface MintedCode extends MintedLink<RecoveryCode> {
  readonly code: Sensitive;
}

export function readLink(body: JsonValue | undefined): MintedLink | undefined {
  const raw = readRecoveryLink(body);
  return raw && { ...common(raw), raw: new Sensitive(raw) };
}

export function readCode(body: JsonValue | undefined): MintedCode | undefined {
  const raw = readRecoveryCode(body);
  return raw && { ...common(raw), code: new Sensitive(raw.recovery_code), raw: new Sensitive(raw) };
}

function common({ recovery_link, expires_at = '' }: RecoveryLink) {
  const expiresAt = Date.parse(expires_at);
  return { link: new Sensitive(recovery_link), expiresAt: Number.isNaN(expiresAt) ? undefined : expiresAt };
}
