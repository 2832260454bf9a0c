import { readFile } from 'node:fs/promises';
import { isIPv6 } from 'node:net';
import { join } from 'node:path';
import type { Clock } from '../model/clock.ts';
import { Sensitive } from '../model/sensitive.ts';
import { type Credentials, MaterialSource } from './credentials.ts';

/** What Kubernetes tells every pod about its API server. */
export interface InClusterSource {
  /** `KUBERNETES_SERVICE_HOST`. */
  readonly host: string;
  /** `KUBERNETES_SERVICE_PORT`. */
  readonly port: string;
  /** Where the ServiceAccount's files are mounted. */
  readonly directory: string;
}

/** Credentials of the pod's ServiceAccount; `undefined` where no token is mounted. Token and CA are followed as they rotate. */
export async function inClusterCredentials(
  source: InClusterSource,
  clock: Clock,
): Promise<Credentials | undefined> {
  const read = (file: string) => readFile(join(source.directory, file), 'utf8');
  const material = new MaterialSource(async () => {
    const [token, ca] = await Promise.all([read('token'), read('ca.crt')]);
    return { tls: { ca }, authorization: new Sensitive(`Bearer ${token.trim()}`) };
  }, clock);
  const [mounted, namespace] = await Promise.all([
    read('token').catch(() => undefined),
    read('namespace').catch(() => ''),
  ]);
  if (!mounted?.trim()) return undefined;
  const host = isIPv6(source.host) ? `[${source.host}]` : source.host;
  return {
    baseUrl: `https://${host}:${source.port}`,
    namespace: namespace.trim() || undefined,
    tls: async () => (await material.get()).tls,
    authorization: async () => (await material.get()).authorization,
    refresh: () => material.refresh(),
  };
}
