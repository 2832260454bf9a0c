import { randomUUID } from 'node:crypto';
import { isRemote, type Refusal, type RemoteCode, RemoteError } from '../model/errors.ts';
import type { Capabilities } from '../model/identity.ts';
import { isObject, type JsonObject } from '../model/json.ts';
import type { Api, Call } from './api.ts';
import { type Dialect, type Paths, pathsOf } from './dialect.ts';
import { readIdentities, readObject } from './record.ts';
import { readHealthStatus } from './types/service.ts';

/*
 * What a server is and has is found out by requests that change nothing on any version; the requests and both their answers were
 * seen on real servers (v0.5.5 to v26.2.0).
 */

/** Something that not every server has, and that can be proved to be there. */
export type Feature =
  | Exclude<keyof Capabilities, 'dialect'>
  /** `include_credential` on lists (v1.2). */
  | 'listCredentials'
  /** The `organization_id` filter on lists (v25.4). */
  | 'organizations';

const OPERATION = 'probe';
const NIL = '00000000-0000-0000-0000-000000000000';

/** What a probe got: a success, or the closest word for its refusal. */
type Reply = 'answered' | RemoteCode | Refusal;

/** The replies that prove a feature present, and those that prove it absent; any other proves nothing. */
interface Proof {
  readonly present: readonly Reply[];
  readonly absent: readonly Reply[];
}

const FIELD: Proof = { present: ['schemaUnknown'], absent: ['fieldUnknown'] };
const FILTER: Proof = { present: ['other'], absent: ['answered'] };
const ROUTE_OF_ONE: Proof = { present: ['notFound'], absent: ['unsupported'] };
const ROUTE: Proof = { present: ['answered', 'other'], absent: ['unsupported'] };
const METHOD: Proof = { present: ['other', 'notFound'], absent: ['unsupported', 'methodDisabled'] };

const PROBES: Readonly<Record<Feature, readonly [Proof, (paths: Paths) => Call<unknown>]>> = {
  state: [FIELD, (paths) => fieldCall(paths, { state: 'active' })],
  metadata: [FIELD, (paths) => fieldCall(paths, { metadata_public: {}, metadata_admin: {} })],
  patch: [ROUTE_OF_ONE, ({ identity }) => ({ ...objectCall('PATCH', identity(NIL)), body: [] })],
  batch: [ROUTE, batchCall],
  ids: [FILTER, (paths) => filterCall(paths, 'ids')],
  listCredentials: [FILTER, (paths) => filterCall(paths, 'include_credential')],
  organizations: [FILTER, (paths) => filterCall(paths, 'organization_id')],
  externalIds: [ROUTE_OF_ONE, ({ externalId }) => objectCall('GET', externalId(`probe-${randomUUID()}`))],
  recoveryCode: [METHOD, ({ recoveryCode }) => mintCall(recoveryCode)],
  recoveryLink: [METHOD, ({ recoveryLink }) => mintCall(recoveryLink)],
};

/** Every feature there is a probe for. */
export const FEATURES = Object.keys(PROBES) as readonly Feature[];

/**
 * Which generation this server is of, and that this is its admin port.
 *
 * Rejects `unavailable` or `denied` as the server is; `unexpected` when an answer fits neither possibility: the public port, a
 * proxy, or something that is not Kratos. The outcome is always `none`.
 */
export async function findDialect(api: Api): Promise<Dialect> {
  const dialect = await generation(api);
  // The health routes answer on the public port too; the list proves the admin port.
  const list = listCall(`${pathsOf(dialect).identities}?per_page=1`);
  decide({ present: ['answered'], absent: [] }, await replyTo(api, list));
  return dialect;
}

/** Whether this server has that feature. Rejects as `findDialect` does. */
export async function findFeature(api: Api, dialect: Dialect, feature: Feature): Promise<boolean> {
  const [proof, call] = PROBES[feature];
  return decide(proof, await replyTo(api, call(pathsOf(dialect))));
}

/** Everything that the operator asks of a server. Rejects as `findDialect` does. */
export async function probe(api: Api): Promise<Capabilities> {
  const dialect = await findDialect(api);
  const has = (feature: Feature) => findFeature(api, dialect, feature);
  // One after the other: on SQLite, requests that begin together can lock each other out until they are cancelled (v1.3).
  return {
    dialect,
    state: await has('state'),
    metadata: await has('metadata'),
    patch: await has('patch'),
    batch: await has('batch'),
    ids: await has('ids'),
    externalIds: await has('externalIds'),
    recoveryCode: await has('recoveryCode'),
    recoveryLink: await has('recoveryLink'),
  };
}

async function generation(api: Api): Promise<Dialect> {
  const modern = decide(
    { present: ['answered'], absent: ['unsupported'] },
    await replyTo(api, healthCall(pathsOf('modern').alive)),
  );
  if (modern) return 'modern';
  decide({ present: ['answered'], absent: [] }, await replyTo(api, healthCall(pathsOf('classic').alive)));
  return 'classic';
}

/** Failures that say nothing of what the server has. */
const NO_REPLY: ReadonlySet<RemoteCode> = new Set(['unavailable', 'denied', 'tooLarge', 'aborted']);

async function replyTo(api: Api, call: Call<unknown>): Promise<Reply> {
  try {
    await api.ask(call);
    return 'answered';
  } catch (error) {
    if (!isRemote(error)) throw error;
    // Whatever is known of a probe: nothing was made.
    if (NO_REPLY.has(error.code)) throw error.but({ outcome: 'none' });
    return error.refusal ?? error.code;
  }
}

function decide(proof: Proof, reply: Reply): boolean {
  if (proof.present.includes(reply)) return true;
  if (proof.absent.includes(reply)) return false;
  throw new RemoteError(OPERATION, { code: 'unexpected', outcome: 'none' });
}

function healthCall(path: string): Call<unknown> {
  return { operation: OPERATION, method: 'GET', path, expect: 200, read: readHealthStatus };
}

function listCall(path: string): Call<unknown> {
  return { operation: OPERATION, method: 'GET', path, expect: 200, read: readIdentities };
}

/** A value that no filter can mean: refused where the filter is known, ignored elsewhere. */
function filterCall(paths: Paths, parameter: string): Call<unknown> {
  return listCall(`${paths.identities}?per_page=1&${parameter}=zzz`);
}

/** A create that no server can carry out: where the field passes the strict decoder, the schema is refused. */
function fieldCall(paths: Paths, field: JsonObject): Call<unknown> {
  return {
    ...objectCall('POST', paths.identities),
    expect: 201,
    body: { schema_id: `probe-${randomUUID()}`, traits: {}, ...field },
  };
}

function batchCall(paths: Paths): Call<unknown> {
  return {
    operation: OPERATION,
    method: 'PATCH',
    path: paths.identities,
    body: {},
    expect: 200,
    read: (body) => (isObject(body) && Array.isArray(body.identities) ? true : undefined),
  };
}

/** A duration that cannot be read is refused first; a flow is stored before the identity is looked for. */
function mintCall(path: string): Call<unknown> {
  return { ...objectCall('POST', path), body: { identity_id: NIL, expires_in: 'none' } };
}

function objectCall(method: Call<unknown>['method'], path: string): Call<unknown> {
  return { operation: OPERATION, method, path, about: 'one', expect: 200, read: readObject };
}
