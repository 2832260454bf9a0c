import { type Dispatcher, Pool } from 'undici';
import type { KratosIdentity } from '../../src/model/generated/kratosidentity.ts';
import type { JsonObject } from '../../src/model/json.ts';
import { MARKER_KEY, markerJson, ownerKey } from '../../src/model/owner.ts';
import { ownedPointers } from '../../src/model/pointer.ts';
import { FINALIZER } from '../../src/model/resource.ts';
import type { FloorJob, FloorResult, ListsResult } from './floor-run.ts';
import { inFlight } from './pairs.ts';

/*
 * The least that can be done, as a program of its own: the writes that each resource needs and nothing else, with the bodies that the
 * operator sends; or the bare lists of both sides. Reads its job from `FLOOR_JOB`, prints the result as JSON.
 */

const CONNECTIONS = 50;
const PAGE = { resources: 500, identities: 250 };
const job = JSON.parse(process.env.FLOOR_JOB ?? '') as FloorJob;
const options = { connections: CONNECTIONS, pipelining: 1, allowH2: false };
const kube = new Pool(job.kube.url, { ...options, connect: { ca: job.kube.ca } });
const kratos = new Pool(job.kratosUrl, options);
const kubeHeaders = {
  authorization: `Bearer ${job.kube.token}`,
  accept: 'application/json',
  'user-agent': job.agent,
};
const collection = `/apis/kratos.ory.sh/v1alpha1/namespaces/${job.namespace}/kratosidentities`;

async function main(): Promise<FloorResult | ListsResult> {
  if (job.writes === 0)
    return { kubeSeconds: await timed(listResources), kratosSeconds: await timed(listIdentities) };
  const resources = await listResources();
  const seconds = await timed(() =>
    inFlight(resources, job.inFlight, (one) => writesFor(one, job.writes === 3)),
  );
  const { user, system } = process.cpuUsage();
  return { seconds, cpuSeconds: (user + system) / 1e6, peakMib: process.resourceUsage().maxRSS / 1024 };
}

async function timed(work: () => Promise<unknown>): Promise<number> {
  const began = performance.now();
  await work();
  return (performance.now() - began) / 1000;
}

/** In pages, as the operator lists them. */
async function listResources(): Promise<readonly KratosIdentity[]> {
  const items: KratosIdentity[] = [];
  let token: string | undefined = '';
  do {
    const path = `${collection}?limit=${PAGE.resources}${token === '' ? '' : `&continue=${token}`}`;
    const page = (await ask(kube, { method: 'GET', path, headers: kubeHeaders })) as {
      readonly items: readonly KratosIdentity[];
      readonly metadata: { readonly continue?: string };
    };
    items.push(...page.items);
    token = page.metadata.continue;
  } while (token !== undefined && token !== '');
  return items;
}

async function listIdentities(): Promise<void> {
  let path: string | undefined = `/admin/identities?page_size=${PAGE.identities}`;
  while (path !== undefined) {
    const { statusCode, headers, body }: Dispatcher.ResponseData = await kratos.request({
      method: 'GET',
      path,
    });
    const text = await body.text();
    if (statusCode !== 200) throw new Error(`GET ${path}: ${statusCode}`);
    JSON.parse(text);
    const query: string | undefined = /<[^>]*\?([^>]*)>\s*;\s*rel="next"/.exec(String(headers.link))?.[1];
    path = query === undefined ? undefined : `/admin/identities?${query}`;
  }
}

async function writesFor(listed: KratosIdentity, finalizerToo: boolean): Promise<void> {
  const finalizers = [...(listed.metadata.finalizers ?? []), FINALIZER];
  const resource = finalizerToo ? await patch(listed, '', { metadata: { finalizers } }) : listed;
  const identity = await post(resource);
  await patch(resource, '/status', { status: statusOf(resource, identity) });
}

async function patch(
  { metadata }: KratosIdentity,
  subresource: string,
  body: JsonObject,
): Promise<KratosIdentity> {
  const { uid, resourceVersion } = metadata;
  const whole = { ...body, metadata: { uid, resourceVersion, ...(body.metadata as JsonObject | undefined) } };
  return (await ask(kube, {
    method: 'PATCH',
    path: `${collection}/${metadata.name}${subresource}`,
    headers: { ...kubeHeaders, 'content-type': 'application/merge-patch+json' },
    body: JSON.stringify(whole),
  })) as KratosIdentity;
}

interface Made {
  readonly id: string;
  readonly external_id?: string;
  readonly schema_id: string;
  readonly state: string;
  readonly verifiable_addresses?: readonly JsonObject[];
  readonly recovery_addresses?: readonly JsonObject[];
}

async function post({ spec, metadata }: KratosIdentity): Promise<Made> {
  const { namespace, name, uid } = metadata;
  const owner = job.ownerId;
  const traits = ownedPointers(spec.traits);
  const marker = { owner, namespace, name, uid, traits, public: [], admin: [], deactivated: false };
  const externalId = job.externalIds ? { external_id: ownerKey(owner, namespace, name) } : {};
  return (await ask(kratos, {
    method: 'POST',
    path: '/admin/identities',
    headers: { accept: 'application/json', 'content-type': 'application/json' },
    body: JSON.stringify({
      schema_id: spec.schemaId,
      traits: spec.traits,
      metadata_admin: { [MARKER_KEY]: markerJson(marker) },
      ...externalId,
    }),
  })) as Made;
}

function statusOf({ spec, metadata }: KratosIdentity, made: Made): JsonObject {
  return {
    observedGeneration: metadata.generation,
    identityId: made.id,
    ...(made.external_id !== undefined && { externalId: made.external_id }),
    schemaId: made.schema_id,
    state: made.state,
    verifiableAddresses: (made.verifiable_addresses ?? []).map(
      ({ value = '', via = '', verified = false, status = '' }) => ({
        value,
        via,
        verified,
        status,
      }),
    ),
    recoveryAddresses: (made.recovery_addresses ?? []).map(({ value = '', via = '' }) => ({ value, via })),
    ownedTraits: ownedPointers(spec.traits),
    conditions: [
      {
        type: 'Ready',
        status: 'True',
        reason: 'Synced',
        message: 'Kratos holds what the resource declares',
        observedGeneration: metadata.generation,
        lastTransitionTime: new Date().toISOString().replace(/\.\d+Z$/, 'Z'),
      },
    ],
  };
}

async function ask(pool: Pool, request: Parameters<Pool['request']>[0]): Promise<unknown> {
  const { statusCode, body } = await pool.request(request);
  const text = await body.text();
  if (statusCode > 299)
    throw new Error(`${request.method} ${request.path}: ${statusCode} ${text.slice(0, 300)}`);
  return JSON.parse(text);
}

console.log(JSON.stringify(await main()));
await Promise.all([kube.close(), kratos.close()]);
