import { HOME } from '../e2e/cluster.ts';
import { Operator } from '../e2e/operator.ts';
import type { BenchCluster } from './bench-cluster.ts';
import type { Fleet } from './fleet.ts';
import type { KratosSide } from './kratos-side.ts';
import { cpuSeconds, memory } from './procfs.ts';

/** Its user agent in the audit log. */
export const AGENT = 'kratos-identity-operator';

/** The operator that is measured: the built bundle, with the image's flags, for one namespace. */
export class Subject {
  readonly #operator: Operator;
  /** Epoch milliseconds. */
  readonly startedAt: number;

  private constructor(operator: Operator, startedAt: number) {
    this.#operator = operator;
    this.startedAt = startedAt;
  }

  /** @param nodeOptions besides the image's flags */
  static async start(
    cluster: BenchCluster,
    kratos: KratosSide,
    fleet: Fleet,
    nodeOptions?: string,
  ): Promise<Subject> {
    const startedAt = Date.now();
    const operator = await Operator.launch({
      name: fleet.namespace,
      folder: cluster.folder,
      flags: [
        `--kubeconfig=${cluster.operatorKubeconfig}`,
        `--kratos-admin-url=${kratos.adminUrl}`,
        `--kratos-public-url=${kratos.publicUrl}`,
        `--namespaces=${fleet.namespace}`,
        `--leader-elect-namespace=${HOME}`,
      ],
      env: { NODE_ENV: 'production', ...(nodeOptions !== undefined && { NODE_OPTIONS: nodeOptions }) },
    });
    return new Subject(operator, startedAt);
  }

  cpu(): number {
    return cpuSeconds(this.#operator.child.pid);
  }

  memory(): { readonly now: number; readonly peak: number } {
    return memory(this.#operator.child.pid);
  }

  /** How many resources are Ready, and how many passes have ended. Costs the operator milliseconds: not to be asked all the time. */
  async progress(): Promise<{ readonly ready: number; readonly passes: number }> {
    const samples = await this.#samples();
    return {
      ready: sum(samples, 'kratos_identity_resources{ready="True"'),
      passes: sum(samples, 'controller_runtime_reconcile_total{'),
    };
  }

  /** Requests to Kratos by operation, as the operator itself counts them. */
  async kratosRequests(): Promise<Readonly<Record<string, number>>> {
    const counts: Record<string, number> = {};
    for (const line of await this.#samples()) {
      const operation = /^kratos_admin_requests_total\{operation="([^"]*)"/.exec(line)?.[1];
      if (operation !== undefined) counts[operation] = (counts[operation] ?? 0) + sampleOf(line);
    }
    return counts;
  }

  async stop(): Promise<void> {
    const { code } = await this.#operator.stop();
    if (code !== 0) throw new Error(`the operator ended with ${code}\n${this.#operator.child.tail()}`);
  }

  async #samples(): Promise<readonly string[]> {
    // It may be starting still.
    const text = await this.#operator.metrics().catch(() => '');
    return text.split('\n');
  }
}

function sum(samples: readonly string[], start: string): number {
  return samples.filter((line) => line.startsWith(start)).reduce((total, line) => total + sampleOf(line), 0);
}

function sampleOf(line: string): number {
  return Number(line.slice(line.lastIndexOf(' ') + 1));
}
