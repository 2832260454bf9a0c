import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Child } from '../servers/child.ts';
import type { KratosVersion } from '../servers/kratos.ts';
import type { Cluster } from './cluster.ts';
import type { Report } from './report.ts';
import { startKratos, stopKratos } from './stage.ts';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const VITEST = join(ROOT, 'node_modules/vitest/vitest.mjs');
const NAME = 'conformance';

/** The suites that hold the stand-ins to what real servers do, this time against the real servers. */
export async function runConformance(
  cluster: Cluster,
  versions: readonly KratosVersion[],
  report: Report,
): Promise<void> {
  const { server } = cluster.kube;
  const ca = join(cluster.folder, 'ca.crt');
  await writeFile(ca, server.ca);
  await suite(cluster, report, 'the API server answers as the stand-in does', 'kube', {
    KUBE_CONFORMANCE_URL: server.url,
    KUBE_CONFORMANCE_TOKEN: server.adminToken,
    KUBE_CONFORMANCE_CA: ca,
  });
  for (const version of versions) {
    const kratos = await startKratos(cluster, version);
    const env = {
      KRATOS_CONFORMANCE_ADMIN_URL: kratos.server.adminUrl,
      KRATOS_CONFORMANCE_PUBLIC_URL: kratos.server.publicUrl,
      KRATOS_CONFORMANCE_VERSION: version,
    };
    // The recordings are of a server that nobody used before.
    await suite(cluster, report, `Kratos ${version} answers as it was recorded to`, 'kratos', env);
    await suite(cluster, report, `the client does what it says on Kratos ${version}`, 'kratos-client', env);
    await stopKratos(kratos);
  }
}

async function suite(
  cluster: Cluster,
  report: Report,
  what: string,
  name: 'kube' | 'kratos' | 'kratos-client',
  env: Readonly<Record<string, string>>,
): Promise<void> {
  const started = performance.now();
  const child = new Child({
    name: `conformance of ${name}`,
    command: process.execPath,
    arguments: [VITEST, 'run', `test/conformance/${name}.test.ts`],
    cwd: ROOT,
    env: { HOME: '/nonexistent', PATH: process.env.PATH ?? '', NO_COLOR: '1', ...env },
    logFile: join(cluster.folder, `conformance-${what.replaceAll(' ', '-')}.log`),
  });
  const { code } = await child.ended;
  const seconds = (performance.now() - started) / 1000;
  if (code === 0) report.passed(NAME, what, seconds);
  else report.failed(NAME, what, `vitest exited ${code}\n${child.tail(60)}`, seconds);
}
