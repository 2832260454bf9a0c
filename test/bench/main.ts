import { rmSync } from 'node:fs';
import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Binaries, findServers, ServersMissing } from '../servers/build.ts';
import { KratosServer } from '../servers/kratos.ts';
import type { ToolName } from '../servers/tools.ts';
import { type Arguments, parseArguments, UsageError } from './arguments.ts';
import { BenchCluster } from './bench-cluster.ts';
import { benchCoalescing } from './coalescing.ts';
import { POLICY_LABEL } from './fleet.ts';
import { benchOverhead } from './overhead.ts';
import { profileOf } from './profile.ts';
import { markdownOf, runOf, writeReport } from './report.ts';
import { runFleet } from './run-fleet.ts';

/*
 * Benchmarks: they measure and print, and assert nothing. Ratios within one run; how long something took says nothing on a machine that
 * others use too.
 */

const say = (text: string) => console.log(text);

async function main(): Promise<void> {
  const given = parseArguments(process.argv.slice(2));
  const tools: ToolName[] = given.parts.has('fleet') ? ['etcd', 'kube-apiserver', 'kubectl'] : [];
  const onOurs = given.parts.has('client') && given.kratosAdminUrl === undefined;
  if (given.kratos === '1.3.1' || onOurs) tools.push('kratos-1.3.1');
  const binaries = await findServers(tools, say);
  const folder = await mkdtemp(join(tmpdir(), 'kratos-identity-operator-bench-'));
  // Also where it is interrupted: what was started is ended by the same event.
  process.once('exit', () => rmSync(folder, { recursive: true, force: true, maxRetries: 5 }));
  if (given.parts.has('client')) await client(given, binaries, folder);
  if (given.parts.has('fleet')) await fleet(given, binaries, folder);
}

async function client({ kratosAdminUrl: url }: Arguments, binaries: Binaries, folder: string): Promise<void> {
  await benchOverhead(say);
  if (url !== undefined) return benchCoalescing(url, url, say);
  const server = await KratosServer.start('1.3.1', binaries, folder);
  await benchCoalescing('1.3.1', server.adminUrl, say);
  await server.stop();
}

async function fleet(given: Arguments, binaries: Binaries, folder: string): Promise<void> {
  const cluster = await BenchCluster.start(binaries, folder);
  if (given.policy) await cluster.applyPolicy(POLICY_LABEL);
  const twoWrites = given.policy ? ('policy' as const) : ('manifest' as const);
  const scene = { cluster, binaries, kind: given.kratos, twoWrites, say };
  if (given.profile) {
    for (const size of given.sizes) say(await profileOf(scene, size));
  } else {
    const run = runOf(await runFleet(scene, given));
    say(`\n${markdownOf(given.kratos, run)}`);
    if (given.out !== undefined) await writeReport(given.out, given.kratos, run);
  }
  await cluster.stop();
}

for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => process.exit(1));

main().then(
  () => process.exit(0),
  (error: unknown) => {
    console.error(error instanceof ServersMissing || error instanceof UsageError ? error.message : error);
    process.exit(2);
  },
);
