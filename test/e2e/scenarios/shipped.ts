import { deepEqual, equal, ok } from 'node:assert/strict';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import type { KratosVersion } from '../../servers/kratos.ts';
import { until } from '../../servers/wait.ts';
import { writesOf } from '../audit.ts';
import { DEPLOY, HOME, OPERATOR_USER } from '../cluster.ts';
import { conditionOf, idOf, ready } from '../namespace.ts';
import { Operator } from '../operator.ts';
import { ReverseProxy } from '../proxy.ts';
import { type ClusterStage, startKratos, stopKratos } from '../stage.ts';
import { holder } from './replicas.ts';

const MEASURED = 20;
const STEADY_MS = 15_000;
const SAMPLES = ['admin', 'auditor', 'ci-robot', 'grace'];
const FAMILIES = `
  controller_runtime_reconcile_total
  controller_runtime_reconcile_errors_total
  controller_runtime_reconcile_time_seconds
  controller_runtime_max_concurrent_reconciles
  controller_runtime_active_workers
  workqueue_depth
  workqueue_adds_total
  workqueue_retries_total
  workqueue_queue_duration_seconds
  workqueue_work_duration_seconds
  rest_client_requests_total
  leader_election_master_status
  process_resident_memory_bytes
`;

/** The operator as it is deployed: all namespaces, its defaults, its own lease, the samples. Nothing else runs meanwhile. */
export const shipped = {
  name: 'shipped',
  async run(t: ClusterStage, version: KratosVersion): Promise<void> {
    const kratos = await startKratos(t.cluster, version);
    t.afterwards(() => stopKratos(kratos));
    // The next one watches every namespace, too.
    t.afterwards(() => t.namespace.abandon());
    const proxy = await ReverseProxy.start(kratos.server.adminUrl);
    t.afterwards(() => proxy.stop());

    const operator = await t.check('it starts with its own ServiceAccount’s rights', async () => {
      const began = performance.now();
      const one = await Operator.launch({
        name: `${version}-shipped`,
        folder: t.cluster.folder,
        flags: ['--kubeconfig', t.cluster.operatorKubeconfig],
        env: {
          KRATOS_ADMIN_URL: proxy.url,
          KRATOS_PUBLIC_URL: kratos.server.publicUrl,
          LEADER_ELECT_NAMESPACE: HOME,
          // As shipped but for this: what a resync would write shall show within the time of watching.
          RESYNC_INTERVAL: '5s',
        },
      });
      t.afterwards(() => one.stop());
      await one.isReady();
      t.report.figure(`${version}: start to ready ${Math.round(performance.now() - began)} ms`);
      return one;
    });

    await t.check('the samples become Ready', async () => {
      await t.cluster.kube.mustKubectl(['apply', '-n', t.namespace.name, '-k', join(DEPLOY, 'samples')]);
      await Promise.all(SAMPLES.map((name) => t.namespace.ready(name)));
      await t.namespace.when(
        'grace',
        'issued',
        (one) => conditionOf(one, 'RecoveryReady')?.status === 'True',
      );
    });

    await t.check(`${MEASURED} more, one after the other, become Ready`, () => measure(t, version));
    await t.check('the metrics that dashboards know are there', async () => {
      const text = await operator.metrics();
      const absent = FAMILIES.trim()
        .split(/\s+/)
        .filter((family) => !text.includes(`# TYPE ${family} `));
      deepEqual(absent, []);
      ok(/^# TYPE kratos_identity_/m.test(text) && /^# TYPE kratos_admin_/m.test(text), 'our own families');
      ok(!text.includes(t.namespace.name), 'an object’s namespace is a label');
    });
    await t.check(`${STEADY_MS / 1000} s of steady state: not one write to either side`, () =>
      steady(t, proxy),
    );

    const rss = (await operator.metric('process_resident_memory_bytes')) ?? 0;
    t.report.figure(`${version}: memory at rest ${Math.round(rss / 1024 / 1024)} MiB`);

    await t.check('all of them deleted, Kratos holds what was to be retained', async () => {
      const auditor = idOf(await t.namespace.ready('auditor'));
      await t.cluster.kube.mustKubectl(['delete', 'kid', '-n', t.namespace.name, '--all', '--timeout=60s']);
      deepEqual(
        (await kratos.admin.list()).map(({ id }) => id),
        [auditor],
      );
    });

    await t.check('SIGTERM ends it with exit code 0 and frees the lease', async () => {
      deepEqual(await operator.stop(), { code: 0, signal: null });
      equal(await holder(t.cluster.kube, HOME), '');
    });
  },
};

/** From the API server's answer to the creation until Ready is seen; asked as fast as it answers. */
async function measure({ namespace, report }: ClusterStage, version: KratosVersion): Promise<void> {
  const times: number[] = [];
  for (let index = 0; index < MEASURED; index += 1) {
    const name = `measured-${index}`;
    const traits = { email: `${name}@${namespace.name}.example.org` };
    await namespace.create(name, { schemaId: 'default', traits });
    const began = performance.now();
    let resource = await namespace.get(name);
    while (resource !== undefined && ready(resource)?.status !== 'True') {
      if (performance.now() - began > 30_000) throw new Error(`${name} did not become Ready in 30 s`);
      resource = await namespace.get(name);
    }
    times.push(performance.now() - began);
  }
  times.sort((a, b) => a - b);
  const [median = 0, worst = 0] = [times[Math.floor(times.length / 2)], times.at(-1)];
  report.figure(
    `${version}: create to Ready, median ${median.toFixed(0)} ms, slowest of ${MEASURED} ${worst.toFixed(0)} ms`,
  );
}

/** The one place where time itself is the test. */
async function steady(t: ClusterStage, proxy: ReverseProxy): Promise<void> {
  const log = t.cluster.kube.server.auditLog;
  // Events of what went before may still be on their way.
  await until('silence', async () => {
    const before = (await writesOf(log, OPERATOR_USER)).length;
    await pause(1_000);
    return (await writesOf(log, OPERATOR_USER)).length === before;
  });
  const [kube, kratos, reads] = [
    (await writesOf(log, OPERATOR_USER)).length,
    proxy.writes.length,
    proxy.seen.length,
  ];
  await pause(STEADY_MS);
  deepEqual((await writesOf(log, OPERATOR_USER)).slice(kube), [], 'writes to the API server');
  deepEqual(proxy.writes.slice(kratos), [], 'writes to Kratos');
  ok(proxy.seen.length > reads, 'no resync looked at Kratos meanwhile');
}
