import { isRemote } from '../model/errors.ts';
import type { KubeClient } from './client.ts';
import { resourcePath, shaped } from './object.ts';
import { IDENTITIES_API, IDENTITIES_PLURAL } from './resources.ts';
import { misshapen } from './status.ts';

/** Whether the operator can work here; each lack is brought by a manifest of its own. */
export type Access = 'ok' | 'missingCrd' | 'missingRights';

/** The uid of `kube-system`, which stands for the cluster itself. */
export async function kubeSystemUid(client: KubeClient): Promise<string> {
  const operation = 'GET namespaces';
  const answer = await client.get({ operation, path: '/api/v1/namespaces/kube-system' });
  const namespace = shaped(answer, 'Namespace');
  if (namespace === undefined) throw misshapen({ operation, mutation: false }, 200);
  return namespace.metadata.uid;
}

/** Tries to list one resource in each namespace (in all, if none is named). Other troubles reject. */
export async function checkAccess(client: KubeClient, namespaces: readonly string[]): Promise<Access> {
  for (const namespace of namespaces.length === 0 ? [undefined] : namespaces) {
    const path = resourcePath(IDENTITIES_API, namespace, IDENTITIES_PLURAL);
    try {
      await client.list({ operation: 'LIST kratosidentities', path, limit: 1 });
    } catch (error) {
      if (!isRemote(error)) throw error;
      if (error.status === 404) return 'missingCrd';
      if (error.status === 403) return 'missingRights';
      throw error;
    }
  }
  return 'ok';
}
