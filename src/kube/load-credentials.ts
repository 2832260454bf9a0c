import { access } from 'node:fs/promises';
import { join } from 'node:path';
import type { Clock } from '../model/clock.ts';
import type { Credentials } from './credentials.ts';
import { type InClusterSource, inClusterCredentials } from './in-cluster.ts';

/** Everything that may say where the API server is; `main` reads it from flags and environment. */
export interface CredentialsSource {
  /** `--kubeconfig` or `KUBECONFIG`. */
  readonly kubeconfig: string | undefined;
  readonly context: string | undefined;
  /** What a pod is told; `undefined` outside of one. */
  readonly inCluster: InClusterSource | undefined;
  /** The user's home directory, for `.kube/config`. */
  readonly home: string | undefined;
}

/**
 * A kubeconfig that was asked for by name, else the pod's ServiceAccount, else `~/.kube/config`. Throws an `Error` that tells
 * which flag to set.
 */
export async function loadCredentials(source: CredentialsSource, clock: Clock): Promise<Credentials> {
  const asked = source.kubeconfig !== undefined || source.context !== undefined;
  if (source.inCluster && !asked) {
    const credentials = await inClusterCredentials(source.inCluster, clock);
    if (credentials) return credentials;
  }
  const files = source.kubeconfig ?? (await homeKubeconfig(source.home));
  if (files === undefined) {
    throw new Error('no Kubernetes cluster: not in a pod and no kubeconfig; set --kubeconfig (KUBECONFIG)');
  }
  const { kubeconfigCredentials } = await import('./kubeconfig.ts');
  return kubeconfigCredentials(files, source.context, clock);
}

async function homeKubeconfig(home: string | undefined): Promise<string | undefined> {
  if (home === undefined) return undefined;
  const file = join(home, '.kube', 'config');
  return access(file).then(
    () => file,
    () => undefined,
  );
}
