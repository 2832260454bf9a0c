import { deepEqual, equal } from 'node:assert/strict';
import { idOf } from '../namespace.ts';
import { Operator } from '../operator.ts';
import { type ClusterScenario, operatorFlags, startKratos, stopKratos } from '../stage.ts';

/** The API server goes and comes back: every other scenario would notice, so this one runs alone. */
export const restart: ClusterScenario = {
  name: 'restart',
  async run(t) {
    const { namespace, cluster } = t;
    const kratos = await startKratos(cluster, '1.3.1');
    t.afterwards(() => stopKratos(kratos));
    const operator = await Operator.start({
      name: 'restart',
      folder: cluster.folder,
      // Without a lease, which it would lose if this took longer than that lasts.
      flags: operatorFlags(cluster, [namespace], { kratos, flags: ['--leader-elect=false'] }),
    });
    t.afterwards(() => operator.stop());
    const spec = (local: string) => ({ schemaId: 'default', traits: { email: `${local}@example.org` } });
    await namespace.create('before', spec('before'));
    const before = idOf(await namespace.ready('before'));

    await t.check('an API server that was killed and started again is watched again', async () => {
      await cluster.kube.server.restart();
      await namespace.create('after', spec('after'));
      await namespace.ready('after');
    });

    await t.check('and nothing was done twice', async () => {
      equal(idOf(await namespace.ready('before')), before);
      equal((await kratos.admin.list()).length, 2);
      deepEqual([await operator.status('/healthz'), await operator.status('/readyz')], [200, 200]);
    });
  },
};
