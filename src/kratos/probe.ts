import { randomUUID } from 'node:crypto';
import { isRemote, type Refusal, type RemoteCode, RemoteError } from '../model/errors.ts';
import type { Capabilities } from '../model/identity.ts';
import { isObject, type JsonObject } from '../model/json.ts';
import type { Api, Call } from './api.ts';
import { type Dialect, type Paths, pathsOf } from './dialect.ts';
import { readHealth, readIdentities, readObject } from './wire.ts';

const NIL = '00000000-0000-0000-0000-000000000000';
const OPERATION = 'probe';

/** What a probe got: a success, or the closest word for its refusal. */
type Reply = 'answered' | RemoteCode | Refusal;

/** The replies that prove a feature present, and those that prove it absent; any other proves nothing. */
interface Proof {
  readonly present: readonly Reply[];
  readonly absent: readonly Reply[];
}

/**
 * Finds out what this server is and has, by requests that change nothing on any version.
 *
 * Rejects `unavailable` or `denied` as the server is; `unexpected` when an answer fits neither possibility: the public port, a
 * proxy, or something that is not Kratos. The outcome is always `none`.
 */
export async function probe(api: Api): Promise<Capabilities> {
  const dialect = await dialectOf(api);
  const paths = pathsOf(dialect);
  const proved = async (proof: Proof, call: Call<unknown>) => decide(proof, await replyTo(api, call));
  // The health routes answer on the public port too; the list proves the admin port.
  await proved({ present: ['answered'], absent: [] }, listCall(`${paths.identities}?per_page=1`));
  const [state, metadata, patch, batch, ids, externalIds, recoveryCode, recoveryLink] = await Promise.all([
    proved(FIELD, fieldCall(paths, { state: 'active' })),
    proved(FIELD, fieldCall(paths, { metadata_public: {}, metadata_admin: {} })),
    proved(ROUTE_OF_ONE, patchCall(paths.identity(NIL), [])),
    proved(ROUTE, batchCall(paths)),
    proved({ present: ['other'], absent: ['answered'] }, listCall(`${paths.identities}?per_page=1&ids=zzz`)),
    proved(ROUTE_OF_ONE, objectCall('GET', paths.externalId(`probe-${randomUUID()}`))),
    proved(METHOD, { ...objectCall('POST', paths.recoveryCode), body: { identity_id: NIL } }),
    proved(METHOD, { ...objectCall('POST', paths.recoveryLink), body: { identity_id: NIL } }),
  ]);
  return { dialect, state, metadata, patch, batch, ids, externalIds, recoveryCode, recoveryLink };
}

const FIELD: Proof = { present: ['schemaUnknown'], absent: ['fieldUnknown'] };
const ROUTE_OF_ONE: Proof = { present: ['notFound'], absent: ['unsupported'] };
const ROUTE: Proof = { present: ['answered', 'other'], absent: ['unsupported'] };
// The nil identity is a 404 or, for links of modern servers, a 400.
const METHOD: Proof = { present: ['notFound', 'other'], absent: ['unsupported', 'methodDisabled'] };

/** Failures that say nothing of what the server has. */
const NO_REPLY: ReadonlySet<RemoteCode> = new Set(['unavailable', 'denied', 'tooLarge', 'aborted']);

async function dialectOf(api: Api): Promise<Dialect> {
  const modern = decide(
    { present: ['answered'], absent: ['unsupported'] },
    await replyTo(api, healthCall(pathsOf('modern').alive)),
  );
  if (modern) return 'modern';
  decide({ present: ['answered'], absent: [] }, await replyTo(api, healthCall(pathsOf('classic').alive)));
  return 'classic';
}

async function replyTo(api: Api, call: Call<unknown>): Promise<Reply> {
  try {
    await api.ask(call);
    return 'answered';
  } catch (error) {
    if (!isRemote(error)) throw error;
    if (NO_REPLY.has(error.code)) throw harmless(error);
    return error.refusal ?? error.code;
  }
}

function decide(proof: Proof, reply: Reply): boolean {
  if (proof.present.includes(reply)) return true;
  if (proof.absent.includes(reply)) return false;
  throw new RemoteError(OPERATION, { code: 'unexpected', outcome: 'none' });
}

/** The same error, saying what is known of every probe: nothing was made. */
function harmless({ code, status, retryAfterMs }: RemoteError): RemoteError {
  return new RemoteError(OPERATION, {
    code,
    outcome: 'none',
    ...(status === undefined ? {} : { status }),
    ...(retryAfterMs === undefined ? {} : { retryAfterMs }),
  });
}

function healthCall(path: string): Call<unknown> {
  return { operation: OPERATION, method: 'GET', path, expect: 200, read: readHealth };
}

function listCall(path: string): Call<unknown> {
  return { operation: OPERATION, method: 'GET', path, expect: 200, read: readIdentities };
}

/** A create that no server can carry out: where the field passes the strict decoder, the schema is refused. */
function fieldCall(paths: Paths, field: JsonObject): Call<unknown> {
  return {
    ...objectCall('POST', paths.identities),
    expect: 201,
    body: { schema_id: `probe-${randomUUID()}`, traits: {}, ...field },
  };
}

function patchCall(path: string, body: readonly JsonObject[]): Call<unknown> {
  return { ...objectCall('PATCH', path), body };
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

function objectCall(method: Call<unknown>['method'], path: string): Call<unknown> {
  return { operation: OPERATION, method, path, about: 'one', expect: 200, read: readObject };
}
