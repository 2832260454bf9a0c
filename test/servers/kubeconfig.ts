import { writeFile } from 'node:fs/promises';

/** Writes a kubeconfig of one cluster and one user with a token, and answers its path. */
export async function writeKubeconfig(
  path: string,
  cluster: { readonly url: string; readonly ca: string; readonly token: string },
): Promise<string> {
  const config = {
    apiVersion: 'v1',
    kind: 'Config',
    clusters: [
      {
        name: 'e2e',
        cluster: {
          server: cluster.url,
          'certificate-authority-data': Buffer.from(cluster.ca).toString('base64'),
        },
      },
    ],
    users: [{ name: 'e2e', user: { token: cluster.token } }],
    contexts: [{ name: 'e2e', context: { cluster: 'e2e', user: 'e2e' } }],
    'current-context': 'e2e',
  };
  await writeFile(path, JSON.stringify(config), { mode: 0o600 });
  return path;
}
