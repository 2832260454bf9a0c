import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parse } from 'yaml';
import type { KratosIdentity } from '../../src/model/generated/kratosidentity.ts';
import type { JsonObject } from '../../src/model/json.ts';
import { readyCondition } from '../../src/model/resource.ts';
import { Child } from '../servers/child.ts';
import { until } from '../servers/wait.ts';
import { type KratosStandIn, startKratos } from '../standin/kratos/server.ts';
import type { KratosVersion } from '../standin/kratos/version.ts';
import { type Kube, startKube } from '../standin/kube/kube.ts';

const MAIN = fileURLToPath(new URL('../../src/main.ts', import.meta.url));
const LEASE = 'kratos-identity-operator-leader';

/** The operator as a process, from its sources, between the two stand-ins. */
export class OperatorProcess implements AsyncDisposable {
  readonly kube: Kube;
  readonly kratos: KratosStandIn;
  readonly folder: string;
  readonly #children: Child[] = [];

  private constructor(kube: Kube, kratos: KratosStandIn, folder: string) {
    this.kube = kube;
    this.kratos = kratos;
    this.folder = folder;
  }

  static async between(version: KratosVersion): Promise<OperatorProcess> {
    const crd = parse(await readFile('crds/kratosidentities.yaml', 'utf8')) as JsonObject;
    const folder = await mkdtemp(join(tmpdir(), 'kratos-identity-operator-wire-'));
    return new OperatorProcess(await startKube({ crd }), await startKratos({ version }), folder);
  }

  /** Starts one, for `default`; its kubeconfig is that of the stand-in unless told. */
  async start(flags: readonly string[] = [], kubeconfig = this.kube.kubeconfig()): Promise<Child> {
    const path = join(this.folder, `kubeconfig-${this.#children.length}`);
    await writeFile(path, kubeconfig, { mode: 0o600 });
    const child = new Child({
      name: 'operator',
      command: process.execPath,
      arguments: [
        MAIN,
        `--kubeconfig=${path}`,
        `--kratos-admin-url=${this.kratos.adminUrl}`,
        `--kratos-public-url=${this.kratos.publicUrl}`,
        '--namespaces=default',
        '--leader-elect-namespace=default',
        '--owner-id=wire',
        '--listen-address=127.0.0.1:0',
        '--log-level=debug',
        ...flags,
      ],
      env: { HOME: '/nonexistent', PATH: process.env.PATH ?? '' },
      logFile: join(this.folder, `log-${this.#children.length}`),
    });
    this.#children.push(child);
    return child;
  }

  async leads(child: Child): Promise<void> {
    await child.ready(async () => said(child, 'leading') && said(child, 'cache synced'));
  }

  /** Asks it to end, and waits until it has taken notice. */
  async terminate(child: Child): Promise<void> {
    child.signal('SIGTERM');
    await until('it to notice', () => said(child, 'stopping'));
  }

  apply(name: string, spec: JsonObject): void {
    this.kube.store.apply({
      apiVersion: 'kratos.ory.sh/v1alpha1',
      kind: 'KratosIdentity',
      metadata: { name, namespace: 'default' },
      spec,
    });
  }

  resources(): readonly KratosIdentity[] {
    return this.kube.store.list('kratosidentities') as unknown as readonly KratosIdentity[];
  }

  get ready(): number {
    return this.resources().filter((one) => readyCondition(one)?.status === 'True').length;
  }

  /** Who holds the lease; `''` where it was given up. */
  get holder(): unknown {
    const lease = this.kube.store.get('leases', 'default', LEASE) as unknown as
      | { spec?: JsonObject }
      | undefined;
    return lease?.spec?.holderIdentity;
  }

  /** Somebody else takes the lease. */
  steal(): void {
    this.kube.store.patch('leases', 'default', LEASE, { spec: { holderIdentity: 'somebody else' } });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all(this.#children.map((child) => child.kill()));
    await this.kratos.faults.thaw();
    await Promise.all([this.kube.stop(), this.kratos.stop()]);
    await rm(this.folder, { recursive: true });
  }
}

export function said(child: Child, message: string): boolean {
  return child.log().includes(`"msg":"${message}"`);
}
