import type { JsonObject, JsonValue } from '../../../src/model/json.ts';
import { identityJson } from './identity.ts';
import type { World } from './world.ts';

/** A session as a login by password from this machine leaves it. */
export interface SessionRecord {
  readonly id: string;
  readonly identityId: string;
  readonly deviceId: string;
  /** False once it was disabled. */
  readonly enabled: boolean;
  /** Epoch milliseconds, as `expiresAt`. */
  readonly issuedAt: number;
  readonly expiresAt: number;
}

/** How long a session lasts from its beginning, and from each extension. */
export const SESSION_MS = 86_400_000;

/** What is shown of a session besides itself. */
export interface Expansion {
  /** `whole`: with addresses; `unlinked`: with neither addresses nor the URL of its schema. */
  readonly identity?: 'whole' | 'bare' | 'unlinked';
  readonly devices?: boolean;
  /** Lists of everybody's sessions say `null` for devices that were not asked for, all else an empty list. */
  readonly devicesAbsent?: 'null' | 'empty';
}

/** A session as Kratos v1.0 and later shows it. */
export function sessionJson(world: World, session: SessionRecord, expansion: Expansion): JsonObject {
  const issued = new Date(session.issuedAt).toISOString();
  const identity = world.store.find(session.identityId);
  const isShown = expansion.identity !== undefined && identity !== undefined;
  // Whether the identity is active counts only where the identity was asked for.
  const active = isCurrent(session, world) && (!isShown || identity.state === 'active');
  return {
    id: session.id,
    active,
    expires_at: new Date(session.expiresAt).toISOString(),
    authenticated_at: issued,
    authenticator_assurance_level: 'aal1',
    authentication_methods: [{ method: 'password', aal: 'aal1', completed_at: issued }],
    issued_at: issued,
    identity: isShown ? identityOf(world, session, expansion) : null,
    devices: devicesOf(session, expansion),
  };
}

/** Neither disabled nor expired. */
export function isCurrent(session: SessionRecord, { clock }: World): boolean {
  return session.enabled && session.expiresAt > clock.now();
}

function identityOf(world: World, { identityId }: SessionRecord, { identity: form }: Expansion): JsonValue {
  const record = world.store.find(identityId);
  if (record === undefined) return null;
  const view = { kind: 'read', publicUrl: world.urls.public, credentials: false } as const;
  const { metadata_admin: _, ...shown } = identityJson(record, world.dialect, view);
  if (form === 'whole') return shown;
  const { verifiable_addresses: __, recovery_addresses: ___, ...bare } = shown;
  return form === 'unlinked' ? { ...bare, schema_url: '' } : bare;
}

function devicesOf(session: SessionRecord, { devices, devicesAbsent }: Expansion): JsonValue {
  if (devices === true) return [deviceJson(session)];
  return devicesAbsent === 'null' ? null : [];
}

function deviceJson({ deviceId }: SessionRecord): JsonObject {
  return { id: deviceId, ip_address: '127.0.0.1:0', user_agent: null, location: '' };
}
