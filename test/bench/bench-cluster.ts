import { mkdir, writeFile } from 'node:fs/promises';
import { join, relative } from 'node:path';
import { DEPLOY, HOME } from '../e2e/cluster.ts';
import { Kube } from '../e2e/kube.ts';
import { type ApiServer, startApiServer } from '../servers/apiserver.ts';
import type { Binaries } from '../servers/build.ts';
import { type Etcd, startEtcd } from '../servers/etcd.ts';
import { writeKubeconfig } from '../servers/kubeconfig.ts';
import { until } from '../servers/wait.ts';
import { AuditTail } from './audit-tail.ts';
import { childNamed, cpuSeconds } from './procfs.ts';

const ETCD_PREFIX = '/bench';
const KIND_PREFIX = `${ETCD_PREFIX}/kratos.ory.sh/kratosidentities`;

/** A real API server with the shipped manifests in it, whose audit log tells of every request. */
export class BenchCluster {
  readonly kube: Kube;
  readonly server: ApiServer;
  readonly audit: AuditTail;
  readonly folder: string;
  /** Of the shipped ServiceAccount. */
  readonly token: string;
  readonly operatorKubeconfig: string;
  readonly #etcd: Etcd;
  readonly #pids: { readonly apiserver: number; readonly etcd: number };

  private constructor(
    parts: Pick<BenchCluster, 'kube' | 'server' | 'audit' | 'folder' | 'token' | 'operatorKubeconfig'>,
    etcd: Etcd,
  ) {
    this.kube = parts.kube;
    this.server = parts.server;
    this.audit = parts.audit;
    this.folder = parts.folder;
    this.token = parts.token;
    this.operatorKubeconfig = parts.operatorKubeconfig;
    this.#etcd = etcd;
    this.#pids = { apiserver: childNamed('kube-apiserver'), etcd: childNamed('etcd') };
  }

  static async start(binaries: Binaries, folder: string): Promise<BenchCluster> {
    const etcd = await startEtcd(binaries.etcd, folder);
    const server = await startApiServer({
      binary: binaries['kube-apiserver'],
      etcdUrl: etcd.url,
      etcdPrefix: ETCD_PREFIX,
      folder,
      auditReads: true,
    });
    const kube = new Kube(server, binaries.kubectl);
    await kube.mustKubectl(['apply', '-k', DEPLOY]);
    await until('the new resource to be served', () =>
      kube.get('/apis/kratos.ory.sh/v1alpha1/kratosidentities'),
    );
    const made = await kube.mustKubectl(['-n', HOME, 'create', 'token', HOME, '--duration=12h']);
    const token = made.trim();
    const path = join(folder, 'operator.kubeconfig');
    const operatorKubeconfig = await writeKubeconfig(path, { ...server, token });
    const audit = await AuditTail.open(server.auditLog);
    return new BenchCluster({ kube, server, audit, folder, token, operatorKubeconfig }, etcd);
  }

  /** Seconds of CPU that both have used so far. */
  cpu(): { readonly apiserver: number; readonly etcd: number } {
    return { apiserver: cpuSeconds(this.#pids.apiserver), etcd: cpuSeconds(this.#pids.etcd) };
  }

  /**
   * Has the API server itself add the finalizer, by the shipped policy, in namespaces with that label. A policy holds a while after it was
   * applied.
   */
  async applyPolicy(label: Readonly<Record<string, string>>): Promise<void> {
    const overlay = join(this.folder, 'policy');
    await mkdir(overlay);
    const component = relative(overlay, join(DEPLOY, 'components/two-write-creation'));
    const selector = {
      op: 'replace',
      path: '/spec/matchResources/namespaceSelector',
      value: { matchLabels: label },
    };
    const kind = 'MutatingAdmissionPolicyBinding';
    const kustomization = {
      components: [component],
      patches: [{ target: { kind }, patch: JSON.stringify([selector]) }],
    };
    await writeFile(join(overlay, 'kustomization.yaml'), JSON.stringify(kustomization));
    await this.kube.mustKubectl(['apply', '-k', overlay]);
  }

  /** Takes every resource of a namespace out of etcd, whatever its finalizers: the API server sees them go, and nothing else has work. */
  async clear(namespace: string): Promise<void> {
    const key = Buffer.from(`${KIND_PREFIX}/${namespace}/`).toString('base64');
    const end = Buffer.from(`${KIND_PREFIX}/${namespace}0`).toString('base64');
    const answer = await fetch(`${this.#etcd.url}/v3/kv/deleterange`, {
      method: 'POST',
      body: JSON.stringify({ key, range_end: end }),
    });
    if (!answer.ok) throw new Error(`etcd answered ${answer.status}`);
  }

  async stop(): Promise<void> {
    await this.audit.close();
    await this.kube.close();
    await this.server.stop();
    await this.#etcd.stop();
  }
}
