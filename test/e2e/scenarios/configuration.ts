import { equal, match, notEqual, ok } from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Operator } from '../operator.ts';
import type { ClusterScenario } from '../stage.ts';

const KRATOS = ['--kratos-admin-url', 'http://127.0.0.1:1'];

/** What is wrong with the command line is said at once, and all of it. */
export const configuration: ClusterScenario = {
  name: 'configuration',
  async run(t) {
    const launch = (name: string, flags: readonly string[]) =>
      Operator.launch({ name, folder: t.cluster.folder, flags });

    await t.check('a bad configuration prints every problem and exits 2', async () => {
      const flags = [
        '--concurrency=0',
        '--resync-interval=1d',
        '--log-level=loud',
        '--colour=red',
        '--recovery-output=Mail',
      ];
      const { child } = await launch('bad', flags);
      equal((await child.ended).code, 2);
      for (const named of [
        'kratos-admin-url',
        'concurrency',
        'resync-interval',
        'log-level',
        'colour',
        'recovery-output',
      ]) {
        match(child.log(), new RegExp(`--${named}`));
      }
    });

    await t.check('--help prints every setting and exits 0', async () => {
      const { child } = await launch('help', ['--help']);
      equal((await child.ended).code, 0);
      match(child.log(), /KRATOS_ADMIN_URL/);
    });

    await t.check('a kubeconfig that names no cluster is a clear message', async () => {
      const file = join(t.cluster.folder, 'no-cluster.kubeconfig');
      await writeFile(file, JSON.stringify({ apiVersion: 'v1', kind: 'Config', 'current-context': 'gone' }));
      const { child } = await launch('no-cluster', ['--kubeconfig', file, ...KRATOS]);
      notEqual((await child.ended).code, 0);
      match(child.log(), /no-cluster\.kubeconfig|kubeconfig/);
      match(child.log(), /cluster|context/);
      ok(!/^\s+at /m.test(child.log()), 'a stack trace');
    });

    await t.check('so is a kubeconfig that is not there', async () => {
      const { child } = await launch('no-file', ['--kubeconfig', '/nonexistent/kubeconfig', ...KRATOS]);
      notEqual((await child.ended).code, 0);
      match(child.log(), /\/nonexistent\/kubeconfig/);
    });
  },
};
