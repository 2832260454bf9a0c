import type { Capabilities } from '../model/identity.ts';

export type Dialect = Capabilities['dialect'];

/** Paths of the admin API, each below the admin base URL. Ids are encoded: whatever they hold, they stay one segment. */
export interface Paths {
  readonly identities: string;
  readonly recoveryLink: string;
  readonly recoveryCode: string;
  readonly alive: string;
  readonly ready: string;
  identity(id: string): string;
  externalId(externalId: string): string;
  sessions(id: string): string;
}

const PATHS: Readonly<Record<Dialect, Paths>> = {
  classic: pathsBelow(''),
  // Modern servers redirect or rewrite most unprefixed paths: only the prefixed ones prove anything.
  modern: pathsBelow('/admin'),
};

export function pathsOf(dialect: Dialect): Paths {
  return PATHS[dialect];
}

/** Identity schemas have no prefix: on the admin port of classic servers, on the public port of all. */
export function schemaPath(schemaId: string): string {
  return `/schemas/${encodeURIComponent(schemaId)}`;
}

function pathsBelow(prefix: string): Paths {
  const identities = `${prefix}/identities`;
  const identity = (id: string) => `${identities}/${encodeURIComponent(id)}`;
  return {
    identities,
    recoveryLink: `${prefix}/recovery/link`,
    recoveryCode: `${prefix}/recovery/code`,
    alive: `${prefix}/health/alive`,
    ready: `${prefix}/health/ready`,
    identity,
    externalId: (externalId) => `${identities}/by/external/${encodeURIComponent(externalId)}`,
    sessions: (id) => `${identity(id)}/sessions`,
  };
}
