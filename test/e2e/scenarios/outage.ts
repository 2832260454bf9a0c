import { deepEqual, equal, ok } from 'node:assert/strict';
import { conditionOf, idOf, ready } from '../namespace.ts';
import type { Scenario } from '../stage.ts';

/** Kratos is down: nothing is lost, nothing is dropped, and everything is said. */
export const outage: Scenario = {
  name: 'outage',
  ownOperator: true,
  async run(t) {
    const { namespace } = t;
    const own = await t.ownKratos();
    const operator = await t.startOperator({ kratos: own });
    const spec = (local: string) => ({ schemaId: 'default', traits: { email: t.email(local) } });
    for (const name of ['settled', 'doomed', 'freed']) await namespace.create(name, spec(name));
    const settled = idOf(await namespace.ready('settled'));
    const freed = idOf(await namespace.ready('freed'));
    await namespace.ready('doomed');

    await own.server.stop();
    await t.check('what there is to do says KratosUnavailable', async () => {
      await namespace.create('new', spec('new'));
      const waiting = await namespace.because('new', 'KratosUnavailable');
      equal(ready(waiting)?.status, 'Unknown');
      equal(conditionOf(waiting, 'Reconciling')?.status, 'True');
      await namespace.patch('settled', { traits: { team: 'red' } });
      equal((await namespace.because('settled', 'KratosUnavailable')).status.identityId, settled);
    });

    await t.check('the operator stays alive and ready', async () => {
      deepEqual([await operator.status('/healthz'), await operator.status('/readyz')], [200, 200]);
    });

    await t.check('kubectl delete waits visibly', async () => {
      const { code } = await namespace.kubectl(['delete', 'kid', 'doomed', '--wait=false']);
      equal(code, 0);
      const deleting = await namespace.because('doomed', 'Deleting');
      ok(deleting.metadata.deletionTimestamp !== undefined);
      equal(conditionOf(deleting, 'Reconciling')?.status, 'True');
    });

    await t.check('Retain lets a deleting resource go without Kratos', async () => {
      await namespace.delete('freed');
      await namespace.because('freed', 'Deleting');
      await namespace.patch('freed', { deletionPolicy: 'Retain' });
      await namespace.gone('freed');
    });

    await own.server.resume();
    await t.check('once Kratos is back everything is carried out', async () => {
      await namespace.gone('doomed');
      await namespace.ready('new');
      equal(idOf(await namespace.ready('settled')), settled);
      deepEqual((await own.admin.get(settled))?.traits, { email: t.email('settled'), team: 'red' });
      equal((await own.admin.get(freed))?.id, freed);
      equal((await own.admin.list()).length, 3);
    });
  },
};
