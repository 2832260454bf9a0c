import { deepEqual, equal, ok } from 'node:assert/strict';
import { FINALIZER } from '../../../src/model/resource.ts';
import { until } from '../../servers/wait.ts';
import { writesOf } from '../audit.ts';
import { OPERATOR_USER } from '../cluster.ts';
import { conditionOf, idOf, ready } from '../namespace.ts';
import type { Scenario } from '../stage.ts';

const MANY = 40;
const AT_ONCE = 10;

/** Kratos comes back with another database, and then with its own: nothing is rushed, and what is there again is not made again. */
export const massLoss: Scenario = {
  name: 'mass-loss',
  only: ['1.3.1'],
  ownOperator: true,
  async run(t) {
    const { namespace } = t;
    const own = await t.ownKratos();
    const spec = (local: string) => ({ schemaId: 'default', traits: { email: t.email(local) } });
    await namespace.create('inherited', spec('inherited'), { finalizers: [FINALIZER] });
    const operator = await t.startOperator({ kratos: own });
    // It waits for what an earlier process may have sent; once that is over, nothing here has to wait for it.
    await namespace.ready('inherited');
    await namespace.delete('inherited');
    await namespace.gone('inherited');
    const names = Array.from({ length: MANY }, (_, index) => `lost-${index}`);
    await Promise.all(names.map((name) => namespace.create(name, spec(name))));
    const ids = new Map<string, string>();
    for (const name of names) ids.set(name, idOf(await namespace.ready(name)));
    const statusWrites = async () =>
      (await writesOf(t.cluster.kube.server.auditLog, OPERATOR_USER)).filter(
        (write) => write.namespace === namespace.name && write.resource === 'kratosidentities/status',
      );
    const before = (await statusWrites()).length;

    await own.server.stop();
    await own.server.useDatabase('another');
    await own.server.resume();
    const emptied = performance.now();

    const waiting = await t.check('an emptied Kratos raises an alarm, and most identities wait', async () => {
      await until('the alarm', async () => (await operator.metric('kratos_identity_mass_loss')) === 1);
      const waits = await until('a resource that says so', async () =>
        (await namespace.list()).filter((one) => ready(one)?.message.includes('bounded pace')).at(-1),
      );
      equal(ready(waits)?.reason, 'Progressing');
      equal(conditionOf(waits, 'Reconciling')?.status, 'True');
      equal(idOf(waits), ids.get(waits.metadata.name));
      equal(operator.child.log().split('many identities are gone from Kratos').length, 2);
      return waits.metadata.name;
    });

    await t.check('a few are made again at once, the others one a second', async () => {
      await until(
        'all to be counted',
        async () => (await operator.metric('kratos_identity_lost_total')) === MANY,
      );
      const made = (await own.admin.list()).length;
      const seconds = (performance.now() - emptied) / 1_000;
      ok(made <= AT_ONCE + seconds + 1, `${made} after ${seconds} s`);
      ok(made < MANY, 'all of them');
    });

    await t.check('a new resource, and one that its author changes, wait for nobody', async () => {
      await namespace.create('new', spec('new'));
      await namespace.ready('new', 5);
      await namespace.patch(waiting, { traits: { team: 'red' } });
      await namespace.ready(waiting, 5);
    });

    await own.server.stop();
    await own.server.useDatabase('kratos');
    await own.server.resume();
    await t.check('with its own database all heal, with the identities that they had', async () => {
      for (const name of names) {
        const id = ids.get(name);
        await namespace.when(name, 'its own again', (one) => {
          return ready(one)?.status === 'True' && one.status.identityId === id;
        });
      }
      await namespace.ready('new');
      equal((await own.admin.list()).length, MANY + 1);
    });

    await t.check('with one status write for the wait of each, and one for its end', async () => {
      const writes = (await statusWrites()).slice(before).filter(({ status }) => status < 300);
      const counts = names
        .map((name) => writes.filter((write) => write.name === name).length)
        .sort((a, b) => a - b);
      // Those that were never made again: told, and well again.
      equal(counts[0], 2);
      // Of the others: told, forgotten, made; and again in the second loss.
      ok((counts.at(-1) ?? 0) <= 7, `${counts.at(-1)} writes`);
      deepEqual(await operator.status('/healthz'), 200);
    });
  },
};
