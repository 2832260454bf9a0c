import type { KratosIdentity } from '../model/generated/kratosidentity.ts';
import type { JsonObject } from '../model/json.ts';
import { API_VERSION, KIND, withFinalizer } from '../model/resource.ts';
import type { KubeClient } from './client.ts';
import { resourcePath, shaped } from './object.ts';
import { misshapen } from './status.ts';

export const IDENTITIES_API = `/apis/${API_VERSION}`;
export const IDENTITIES_PLURAL = 'kratosidentities';

/**
 * `KratosIdentity` resources on the API server. Writes are merge patches that carry uid and resourceVersion, so that one which
 * was decided on an outdated or replaced resource rejects `conflict` and changes nothing.
 */
export class KubeResources {
  readonly #client: KubeClient;

  constructor(client: KubeClient) {
    this.#client = client;
  }

  /** `key` is `namespace/name`. */
  async read(key: string): Promise<KratosIdentity> {
    const [namespace = '', name = ''] = key.split('/');
    const asked = { operation: 'GET kratosidentities', mutation: false };
    return whole(
      asked,
      await this.#client.get({ operation: asked.operation, path: pathOf(namespace, name) }),
    );
  }

  setFinalizer(resource: KratosIdentity, present: boolean): Promise<KratosIdentity> {
    return this.#patch(resource, 'PATCH kratosidentities', '', {
      metadata: { ...preconditions(resource), finalizers: withFinalizer(resource, present) },
    });
  }

  patchStatus(resource: KratosIdentity, status: JsonObject): Promise<KratosIdentity> {
    return this.#patch(resource, 'PATCH kratosidentities/status', '/status', {
      metadata: preconditions(resource),
      status,
    });
  }

  async #patch(
    resource: KratosIdentity,
    operation: string,
    subresource: string,
    body: JsonObject,
  ): Promise<KratosIdentity> {
    const path = pathOf(resource.metadata.namespace, resource.metadata.name) + subresource;
    const answer = await this.#client.mergePatch({ operation, path, body });
    return whole({ operation, mutation: true }, answer, resource.metadata.uid);
  }
}

function pathOf(namespace: string, name: string): string {
  return resourcePath(IDENTITIES_API, namespace, IDENTITIES_PLURAL, name);
}

function preconditions({ metadata }: KratosIdentity): JsonObject {
  return { uid: metadata.uid, resourceVersion: metadata.resourceVersion };
}

function whole(
  asked: { readonly operation: string; readonly mutation: boolean },
  answer: JsonObject,
  uid?: string,
): KratosIdentity {
  const resource = shaped<KratosIdentity>(answer, KIND);
  if (resource === undefined || (uid ?? resource.metadata.uid) !== resource.metadata.uid) {
    throw misshapen(asked, 200);
  }
  return resource;
}
