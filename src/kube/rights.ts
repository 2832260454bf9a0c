import { isRemote } from '../model/errors.ts';
import { isObject, type JsonObject } from '../model/json.ts';
import { GROUP } from '../model/resource.ts';
import type { KubeClient } from './client.ts';
import { IDENTITIES_PLURAL } from './resources.ts';

interface Right {
  readonly verb: string;
  readonly group: string;
  readonly resource: string;
  readonly subresource?: string;
  readonly namespace?: string;
}

export interface RightsOptions {
  /** Empty: all of them. */
  readonly namespaces: readonly string[];
  /** Where the lease lives; `undefined` without leader election. */
  readonly leaseNamespace: string | undefined;
}

const REVIEWS = '/apis/authorization.k8s.io/v1/selfsubjectaccessreviews';

/**
 * The rights without which no pass can succeed and which the API server says we lack, as people write them (`patch
 * kratosidentities/status`). Rights on Secrets and Events are not among them: without those, passes go on.
 * An API server that does not answer such questions is taken to allow everything.
 */
export async function missingRights(client: KubeClient, options: RightsOptions): Promise<string[]> {
  const answers = await Promise.all(
    needed(options).map(async (right) => ((await isAllowed(client, right)) ? [] : [inWords(right)])),
  );
  return answers.flat();
}

function needed({ namespaces, leaseNamespace }: RightsOptions): Right[] {
  const identities = { group: GROUP, resource: IDENTITIES_PLURAL };
  const everywhere = namespaces.length === 0 ? [{}] : namespaces.map((namespace) => ({ namespace }));
  const own = everywhere.flatMap((where) => [
    ...['list', 'watch', 'patch'].map((verb) => ({ ...identities, ...where, verb })),
    { ...identities, ...where, verb: 'patch', subresource: 'status' },
  ]);
  if (leaseNamespace === undefined) return own;
  const lease = { group: 'coordination.k8s.io', resource: 'leases', namespace: leaseNamespace };
  return [...own, { ...lease, verb: 'create' }];
}

async function isAllowed(client: KubeClient, right: Right): Promise<boolean> {
  const body: JsonObject = {
    apiVersion: 'authorization.k8s.io/v1',
    kind: 'SelfSubjectAccessReview',
    spec: { resourceAttributes: { ...right } },
  };
  try {
    const review = await client.create({ operation: 'POST selfsubjectaccessreviews', path: REVIEWS, body });
    return !isObject(review.status) || review.status.allowed !== false;
  } catch (error) {
    if (isRemote(error, 'notFound', 'denied', 'unexpected')) return true;
    throw error;
  }
}

function inWords({ verb, resource, subresource, namespace }: Right): string {
  const what = subresource === undefined ? resource : `${resource}/${subresource}`;
  return `${verb} ${what}${namespace === undefined ? '' : ` in ${namespace}`}`;
}
