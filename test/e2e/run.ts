import type { KratosVersion } from '../servers/kratos.ts';
import type { Cluster } from './cluster.ts';
import { Operator } from './operator.ts';
import type { Report } from './report.ts';
import { scenarios } from './scenarios/index.ts';
import { checkSecrecy } from './scenarios/secrecy.ts';
import { shipped } from './scenarios/shipped.ts';
import {
  CheckFailed,
  type ClusterScenario,
  ClusterStage,
  operatorFlags,
  type Scenario,
  type Shared,
  Stage,
  startKratos,
  stopKratos,
} from './stage.ts';

export interface Setting {
  readonly cluster: Cluster;
  readonly report: Report;
  /** Only scenarios whose name holds this. */
  readonly only: string;
}

/** Most scenarios wait for something most of the time. */
const AT_ONCE = 4;

export async function runClusterScenarios(
  scenarios: readonly ClusterScenario[],
  { cluster, report, only }: Setting,
): Promise<void> {
  await Promise.all(
    scenarios
      .filter(({ name }) => name.includes(only))
      .map(async ({ name, run }) => {
        const namespace = await cluster.namespace(`e2e-${name}`);
        const stage = new ClusterStage({ cluster, namespace, report, name });
        await tell(stage, () => run(stage));
      }),
  );
}

/** The operator as it is shipped, watching every namespace: nothing else may run meanwhile. */
export async function runShipped(version: KratosVersion, { cluster, report, only }: Setting): Promise<void> {
  if (!shipped.name.includes(only)) return;
  const namespace = await cluster.namespace(`e2e-${short(version)}-shipped`);
  const stage = new ClusterStage({ cluster, namespace, report, name: `${version} ${shipped.name}` });
  await tell(stage, () => shipped.run(stage, version));
}

/** Every other scenario of one release, several at once. */
export async function runVersion(version: KratosVersion, { cluster, report, only }: Setting): Promise<void> {
  const chosen = scenarios.filter(
    (one) => one.name.includes(only) && (one.only ?? [version]).includes(version),
  );
  if (chosen.length === 0) return;

  const kratos = await startKratos(cluster, version);
  const lease = await cluster.namespace(`e2e-${short(version)}`);
  const namespaces = await Promise.all(
    chosen.map(({ name }) => cluster.namespace(`e2e-${short(version)}-${name}`)),
  );
  const sharing = namespaces.filter((_, index) => chosen[index]?.ownOperator !== true);
  const operator = await Operator.start({
    name: `${version}-shared`,
    folder: cluster.folder,
    flags: operatorFlags(cluster, [lease, ...sharing], { kratos }),
  });
  report.say(`Kratos ${version} is up, and an operator for ${sharing.length} namespaces`);
  const shared: Shared = {
    version,
    kratos,
    operator,
    canaries: new Set(),
    logs: new Set([operator.child.logFile]),
    metrics: [],
  };
  try {
    const stages = chosen.map((scenario, index) => {
      const namespace = namespaces[index];
      if (namespace === undefined) throw new Error('a namespace for each scenario');
      return {
        scenario,
        stage: new Stage({ cluster, namespace, report, name: `${version} ${scenario.name}`, shared }),
      };
    });
    await runSome(stages);
    const stage = new ClusterStage({ cluster, namespace: lease, report, name: `${version} secrecy` });
    await tell(stage, () => checkSecrecy(stage, shared, namespaces));
  } finally {
    await operator.stop();
    await stopKratos(kratos);
  }
}

async function runSome(
  stages: readonly { readonly scenario: Scenario; readonly stage: Stage }[],
): Promise<void> {
  const waiting = [...stages];
  const worker = async () => {
    for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) {
      const { scenario, stage } = next;
      await tell(stage, () => scenario.run(stage));
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, worker));
}

/** A scenario that ends otherwise than by a check has failed, too. */
async function tell(stage: ClusterStage, run: () => Promise<void>): Promise<void> {
  const started = performance.now();
  const failed = (what: string) => (error: unknown) => {
    if (error instanceof CheckFailed) return;
    const detail = error instanceof Error ? (error.stack ?? error.message) : String(error);
    stage.report.failed(stage.name, what, detail, (performance.now() - started) / 1000);
  };
  await run().catch(failed('goes through'));
  await stage.end().catch(failed('is cleaned up'));
}

function short(version: KratosVersion): string {
  return version.replaceAll('.', '');
}
