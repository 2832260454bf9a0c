import type { Capabilities } from '../model/identity.ts';

export type Dialect = Capabilities['dialect'];

/** Paths of the admin API, each below the admin base URL. Ids are encoded: whatever they hold, they stay one segment. */
export interface Paths {
  readonly identities: string;
  readonly allSessions: string;
  readonly messages: string;
  readonly recoveryLink: string;
  readonly recoveryCode: string;
  readonly alive: string;
  readonly ready: string;
  readonly version: string;
  readonly metrics: string;
  readonly identity: (id: string) => string;
  readonly externalId: (externalId: string) => string;
  readonly credential: (id: string, type: string) => string;
  readonly sessions: (id: string) => string;
  readonly session: (id: string) => string;
  readonly extendSession: (id: string) => string;
  readonly message: (id: string) => string;
}

/** Of every path of the modern admin port, but for what it leaves to the public one. */
export const PREFIX = '/admin';

const PATHS: Readonly<Record<Dialect, Paths>> = {
  classic: pathsBelow(''),
  // Modern servers redirect or rewrite most unprefixed paths: only the prefixed ones prove anything.
  modern: pathsBelow(PREFIX),
};

export function pathsOf(dialect: Dialect): Paths {
  return PATHS[dialect];
}

/** Identity schemas have no prefix: on the admin port of v0.5 and v0.6, on the public port of all. */
export const SCHEMAS = '/schemas';

export function schemaPath(schemaId: string): string {
  return `${SCHEMAS}/${encodeURIComponent(schemaId)}`;
}

export type FlowKind = 'login' | 'registration' | 'recovery' | 'settings' | 'verification';

/** Self-service has no prefix: on the admin port of v0.5 and v0.6, on the public port of all. */
export function flowPath(kind: FlowKind, id: string): string {
  return `/self-service/${kind}/flows?id=${encodeURIComponent(id)}`;
}

/** Up to v0.8 the parameter is called `error`. */
export function flowErrorPath(dialect: Dialect, id: string): string {
  return `/self-service/errors?${dialect === 'classic' ? 'error' : 'id'}=${encodeURIComponent(id)}`;
}

function pathsBelow(prefix: string): Paths {
  const identities = `${prefix}/identities`;
  const allSessions = `${prefix}/sessions`;
  const messages = `${prefix}/courier/messages`;
  const identity = (id: string) => `${identities}/${encodeURIComponent(id)}`;
  const session = (id: string) => `${allSessions}/${encodeURIComponent(id)}`;
  return {
    identities,
    allSessions,
    messages,
    recoveryLink: `${prefix}/recovery/link`,
    recoveryCode: `${prefix}/recovery/code`,
    alive: `${prefix}/health/alive`,
    ready: `${prefix}/health/ready`,
    version: `${prefix}/version`,
    metrics: `${prefix}/metrics/prometheus`,
    identity,
    externalId: (externalId) => `${identities}/by/external/${encodeURIComponent(externalId)}`,
    credential: (id, type) => `${identity(id)}/credentials/${encodeURIComponent(type)}`,
    sessions: (id) => `${identity(id)}/sessions`,
    session,
    extendSession: (id) => `${session(id)}/extend`,
    message: (id) => `${messages}/${encodeURIComponent(id)}`,
  };
}
