import type { KratosIdentity } from '../../src/model/generated/kratosidentity.ts';
import { FINALIZER } from '../../src/model/resource.ts';
import type { BenchCluster } from './bench-cluster.ts';
import { inFlight } from './pairs.ts';

const IN_FLIGHT = 32;
export const GROUP_PATH = '/apis/kratos.ory.sh/v1alpha1';

/** Who writes the finalizer: the operator, the one who makes the resource, or the API server by a policy. */
export type Finalizer = 'operator' | 'manifest' | 'policy';
/** Of the namespaces in which the policy holds. */
export const POLICY_LABEL = { 'bench.example.org/finalizer': 'policy' };

let made = 0;

/** So many resources in a namespace of their own. */
export class Fleet {
  readonly namespace: string;
  readonly #cluster: BenchCluster;
  readonly #finalizer: Finalizer;
  readonly #names: string[] = [];

  private constructor(cluster: BenchCluster, namespace: string, finalizer: Finalizer) {
    this.#cluster = cluster;
    this.#finalizer = finalizer;
    this.namespace = namespace;
  }

  static async create(cluster: BenchCluster, size: number, finalizer: Finalizer): Promise<Fleet> {
    made += 1;
    const fleet = new Fleet(cluster, `bench-${made}`, finalizer);
    const metadata = { name: fleet.namespace, ...(finalizer === 'policy' && { labels: POLICY_LABEL }) };
    await cluster.kube.create('/api/v1/namespaces', { apiVersion: 'v1', kind: 'Namespace', metadata });
    const names = Array.from({ length: size }, (_, index) => `person-${`${index}`.padStart(5, '0')}`);
    await inFlight(names, IN_FLIGHT, (name) => fleet.add(name));
    await fleet.#check();
    return fleet;
  }

  get size(): number {
    return this.#names.length;
  }

  get collection(): string {
    return `${GROUP_PATH}/namespaces/${this.namespace}/kratosidentities`;
  }

  /** A person like those of `deploy/samples`. */
  async add(name: string): Promise<void> {
    await this.#cluster.kube.create(this.collection, {
      apiVersion: 'kratos.ory.sh/v1alpha1',
      kind: 'KratosIdentity',
      metadata: { name, ...(this.#finalizer === 'manifest' && { finalizers: [FINALIZER] }) },
      spec: {
        schemaId: 'default',
        traits: { email: `${name}@${this.namespace}.example.org`, name: { first: 'Ada' } },
      },
    });
    this.#names.push(name);
  }

  async first(): Promise<KratosIdentity> {
    const first = await this.#cluster.kube.get<KratosIdentity>(`${this.collection}/${this.#names[0]}`);
    if (first === undefined) throw new Error(`${this.namespace} has lost its first resource`);
    return first;
  }

  /** Throws where a policy that was to add the finalizer has not. */
  async #check(): Promise<void> {
    if (this.#finalizer !== 'policy' || this.size === 0) return;
    const { metadata } = await this.first();
    if (metadata.finalizers?.length !== 1) throw new Error('the policy has not added the finalizer');
  }

  /** Asks for the deletion of each, as kubectl does. */
  async deleteAll(): Promise<void> {
    await inFlight(this.#names, IN_FLIGHT, (name) => this.#cluster.kube.delete(`${this.collection}/${name}`));
  }

  async left(): Promise<number> {
    const list = await this.#cluster.kube.get<{ readonly items: readonly unknown[] }>(this.collection);
    return list?.items.length ?? 0;
  }

  /** The resources are gone at once, whatever holds them. */
  clear(): Promise<void> {
    return this.#cluster.clear(this.namespace);
  }
}
