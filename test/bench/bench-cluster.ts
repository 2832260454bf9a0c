import { mkdir, writeFile } from 'node:fs/promises';
import { join, relative } from 'node:path';
import { Cluster, DEPLOY, ETCD_PREFIX } from '../e2e/cluster.ts';
import type { Kube } from '../e2e/kube.ts';
import type { ApiServer } from '../servers/apiserver.ts';
import type { Binaries } from '../servers/build.ts';
import { AuditTail } from './audit-tail.ts';
import { childNamed, cpuSeconds } from './procfs.ts';

const KIND_PREFIX = `${ETCD_PREFIX}/kratos.ory.sh/kratosidentities`;

/** A real API server with the shipped manifests in it, whose audit log tells of every request. */
export class BenchCluster {
  readonly audit: AuditTail;
  readonly #cluster: Cluster;
  readonly #pids: { readonly apiserver: number; readonly etcd: number };

  private constructor(cluster: Cluster, audit: AuditTail) {
    this.#cluster = cluster;
    this.audit = audit;
    this.#pids = { apiserver: childNamed('kube-apiserver'), etcd: childNamed('etcd') };
  }

  static async start(binaries: Binaries, folder: string): Promise<BenchCluster> {
    const cluster = await Cluster.start(binaries, folder, true);
    return new BenchCluster(cluster, await AuditTail.open(cluster.server.auditLog));
  }

  get kube(): Kube {
    return this.#cluster.kube;
  }

  get server(): ApiServer {
    return this.#cluster.server;
  }

  get folder(): string {
    return this.#cluster.folder;
  }

  /** Of the shipped ServiceAccount. */
  get token(): string {
    return this.#cluster.operatorToken;
  }

  get operatorKubeconfig(): string {
    return this.#cluster.operatorKubeconfig;
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
    const answer = await fetch(`${this.#cluster.etcd.url}/v3/kv/deleterange`, {
      method: 'POST',
      body: JSON.stringify({ key, range_end: end }),
    });
    if (!answer.ok) throw new Error(`etcd answered ${answer.status}`);
  }

  async stop(): Promise<void> {
    await this.audit.close();
    await this.#cluster.stop();
  }
}
