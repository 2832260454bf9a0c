import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { findServers, ServersMissing } from '../servers/build.ts';
import { type Arguments, parseArguments, UsageError } from './arguments.ts';
import { Cluster } from './cluster.ts';
import { runConformance } from './conformance.ts';
import { Report } from './report.ts';
import { runClusterScenarios, runShipped, runVersion } from './run.ts';
import { asides, clusterScenarios, disturbances } from './scenarios/index.ts';

/*
 * The built operator against real servers: etcd, kube-apiserver and each Kratos, seen from outside with kubectl and HTTP.
 * Exits 0 when every check held, 1 when one did not, 2 when it could not begin.
 */

async function main(): Promise<number> {
  const arguments_ = parseArguments(process.argv.slice(2));
  const report = new Report();
  const kratos = arguments_.conformance.map((version) => `kratos-${version}` as const);
  const wanted = ['etcd', 'kube-apiserver', 'kubectl', ...kratos] as const;
  const binaries = await findServers(wanted, (line) => report.say(line));
  const folder = await mkdtemp(join(tmpdir(), 'kratos-identity-operator-e2e-'));
  report.say(`logs are in ${folder} while this runs, and stay there if it fails`);
  const cluster = await Cluster.start(binaries, folder);
  report.say('etcd and kube-apiserver are up, deploy/ is applied');
  await runAll(arguments_, cluster, report).catch((error: Error) => {
    report.failed('e2e', 'goes through', error.stack ?? error.message, 0);
  });
  await cluster.stop();
  const ok = report.end();
  if (ok) await rm(folder, { recursive: true, force: true });
  return ok ? 0 : 1;
}

async function runAll(
  { only, versions, conformance }: Arguments,
  cluster: Cluster,
  report: Report,
): Promise<void> {
  const setting = { cluster, report, only };
  await runClusterScenarios(clusterScenarios, setting);
  for (const version of versions) await runShipped(version, setting);
  const aside = runClusterScenarios(asides, setting);
  for (const version of versions) await runVersion(version, setting);
  await aside;
  await runClusterScenarios(disturbances, setting);
  if ('conformance'.includes(only)) await runConformance(cluster, conformance, report);
}

// What was started ends with this process, if the process ends by `exit`.
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => process.exit(1));

main().then(
  (code) => process.exit(code),
  (error: unknown) => {
    const isClear = error instanceof ServersMissing || error instanceof UsageError;
    console.error(isClear ? error.message : error);
    process.exit(2);
  },
);
