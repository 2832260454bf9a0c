import { equal } from 'node:assert/strict';
import { until } from '../../servers/wait.ts';
import { idOf } from '../namespace.ts';
import type { Scenario } from '../stage.ts';

/** Two replicas: one works, the other takes over. */
export const replicas: Scenario = {
  name: 'replicas',
  ownOperator: true,
  async run(t) {
    const { namespace } = t;
    const spec = (local: string) => ({ schemaId: 'default', traits: { email: t.email(local) } });
    const leader = await t.startOperator();
    await until('a leader', () => leader.isLeader());
    const standby = await t.startOperator();
    await namespace.create('first', spec('first'));
    const first = idOf(await namespace.ready('first'));

    await t.check('the standby is ready and does not lead', async () => {
      equal(await standby.status('/readyz'), 200);
      equal(await standby.isLeader(), false);
    });

    await leader.kill();
    const killed = performance.now();
    await t.check('when the leader is killed, the standby takes over', async () => {
      await namespace.create('second', spec('second'));
      await until('the standby to lead', () => standby.isLeader(), 40);
      t.report.figure(
        `${t.version}: a killed leader is replaced after ${((performance.now() - killed) / 1000).toFixed(1)} s`,
      );
      await namespace.ready('second');
      equal(idOf(await namespace.ready('first')), first);
      await t.identities(t.email(''), 2);
    });

    await t.check('SIGTERM ends it with exit code 0 within 30 s and frees the lease', async () => {
      const asked = performance.now();
      const { code, signal } = await standby.stop();
      equal(signal, null);
      equal(code, 0);
      equal(performance.now() - asked < 30_000, true, 'it took longer');
      equal(await holder(t.cluster.kube, namespace.name), '');
    });
  },
};

/** Who holds the operator's lease in a namespace: nobody where it is empty. */
export async function holder(
  kube: { get<T>(path: string): Promise<T | undefined> },
  namespace: string,
): Promise<string | undefined> {
  const path = `/apis/coordination.k8s.io/v1/namespaces/${namespace}/leases/kratos-identity-operator-leader`;
  const lease = await kube.get<{ readonly spec: { readonly holderIdentity?: string } }>(path);
  return lease?.spec.holderIdentity ?? '';
}
