import { mkdtemp, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseAllDocuments } from 'yaml';
import { type ApiServer, startApiServer } from '../servers/apiserver.ts';
import type { Binaries } from '../servers/build.ts';
import { type Etcd, startEtcd } from '../servers/etcd.ts';
import { writeKubeconfig } from '../servers/kubeconfig.ts';
import { until } from '../servers/wait.ts';
import { Kube } from './kube.ts';
import { Namespace } from './namespace.ts';

export const DEPLOY = fileURLToPath(new URL('../../deploy', import.meta.url));
export const HOME = 'kratos-identity-operator';
/** Who the operator is to the API server. */
export const OPERATOR_USER = `system:serviceaccount:${HOME}:${HOME}`;

/** What the keys of the API server's objects begin with. */
export const ETCD_PREFIX = '/cluster';

/** A cluster without nodes and controllers: a real API server with the shipped manifests in it. */
export class Cluster {
  readonly kube: Kube;
  readonly binaries: Binaries;
  readonly folder: string;
  /** With a token of the shipped ServiceAccount: all that the operator may do is what `deploy/` lets it. */
  readonly operatorKubeconfig: string;
  readonly operatorToken: string;
  readonly etcd: Etcd;
  readonly server: ApiServer;

  private constructor(parts: {
    kube: Kube;
    binaries: Binaries;
    folder: string;
    etcd: Etcd;
    server: ApiServer;
    operatorKubeconfig: string;
    operatorToken: string;
  }) {
    this.kube = parts.kube;
    this.binaries = parts.binaries;
    this.folder = parts.folder;
    this.operatorKubeconfig = parts.operatorKubeconfig;
    this.operatorToken = parts.operatorToken;
    this.etcd = parts.etcd;
    this.server = parts.server;
  }

  /** Starts etcd and the API server and applies `deploy/`, as its users do. @param auditReads the audit log tells of reads, too */
  static async start(binaries: Binaries, folder: string, auditReads = false): Promise<Cluster> {
    const etcd = await startEtcd(binaries.etcd, folder);
    const server = await startApiServer({
      binary: binaries['kube-apiserver'],
      etcdUrl: etcd.url,
      etcdPrefix: ETCD_PREFIX,
      folder,
      auditReads,
    });
    const kube = new Kube(server, binaries.kubectl);
    await kube.mustKubectl(['apply', '-k', DEPLOY]);
    await until('the new resource to be served', () =>
      kube.get('/apis/kratos.ory.sh/v1alpha1/kratosidentities'),
    );
    await until('kube-system', () => kube.get('/api/v1/namespaces/kube-system'));
    const operatorToken = await createToken(kube, HOME, HOME);
    const path = join(await mkdtemp(join(folder, 'cluster-')), 'operator.kubeconfig');
    const operatorKubeconfig = await writeKubeconfig(path, { ...server, token: operatorToken });
    return new Cluster({ kube, binaries, folder, etcd, server, operatorKubeconfig, operatorToken });
  }

  /** Another API server on the same etcd, with nothing in it. */
  startEmpty(): Promise<ApiServer> {
    return startApiServer({
      binary: this.binaries['kube-apiserver'],
      etcdUrl: this.etcd.url,
      etcdPrefix: '/empty',
      folder: this.folder,
    });
  }

  /** A new namespace in which the operator may hold a lease, by the shipped Role moved there. */
  async namespace(name: string): Promise<Namespace> {
    await this.kube.create('/api/v1/namespaces', { apiVersion: 'v1', kind: 'Namespace', metadata: { name } });
    const text = await readFile(join(DEPLOY, 'base/role.yaml'), 'utf8');
    const rbac = `/apis/rbac.authorization.k8s.io/v1/namespaces/${name}`;
    for (const document of parseAllDocuments(text)) {
      const object = document.toJS() as { readonly kind: string; readonly metadata: object };
      await this.kube.create(`${rbac}/${object.kind.toLowerCase()}s`, {
        ...object,
        metadata: { ...object.metadata, namespace: name },
      });
    }
    return new Namespace(this.kube, name);
  }

  /** Another token of the operator's ServiceAccount, which the audit log tells from all others, for the API server at that URL. */
  async operatorCredential(name: string, url: string): Promise<{ kubeconfig: string; credential: string }> {
    const token = await createToken(this.kube, HOME, HOME);
    const claims = JSON.parse(Buffer.from(token.split('.')[1] ?? '', 'base64url').toString('utf8'));
    const path = join(this.folder, `${name}.kubeconfig`);
    const kubeconfig = await writeKubeconfig(path, { ...this.server, url, token });
    return { kubeconfig, credential: `JTI=${claims.jti}` };
  }

  /** A kubeconfig for a ServiceAccount of that name that may do nothing. */
  async powerlessKubeconfig(namespace: string, account: string): Promise<string> {
    await this.kube.mustKubectl(['-n', namespace, 'create', 'serviceaccount', account]);
    const token = await createToken(this.kube, namespace, account);
    return writeKubeconfig(join(this.folder, `${account}.kubeconfig`), { ...this.server, token });
  }

  async stop(): Promise<void> {
    await this.kube.close();
    await this.server.stop();
    await this.etcd.stop();
  }
}

async function createToken(kube: Kube, namespace: string, account: string): Promise<string> {
  return (await kube.mustKubectl(['-n', namespace, 'create', 'token', account, '--duration=4h'])).trim();
}
