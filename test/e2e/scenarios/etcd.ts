import { deepEqual, equal, ok } from 'node:assert/strict';
import { setTimeout as pause } from 'node:timers/promises';
import { until } from '../../servers/wait.ts';
import { writesOf } from '../audit.ts';
import { Cluster, OPERATOR_USER } from '../cluster.ts';
import { idOf, type Namespace } from '../namespace.ts';
import { Operator } from '../operator.ts';
import {
  type ClusterScenario,
  type ClusterStage,
  type OwnKratos,
  operatorFlags,
  startKratos,
  stopKratos,
} from '../stage.ts';

const CROWD = 12;
const LEVEL = 'operator-under-test';
const FLOWCONTROL = '/apis/flowcontrol.apiserver.k8s.io/v1';

/** The API server is without its database, or has no time for us; in a cluster of its own. */
export const etcd: ClusterScenario = {
  name: 'etcd',
  async run(t) {
    const cluster = await Cluster.start(t.cluster.binaries, t.cluster.folder);
    t.afterwards(() => cluster.stop());
    const namespace = await cluster.namespace('e2e-etcd');
    const kratos = await startKratos(cluster, '1.3.1');
    t.afterwards(() => stopKratos(kratos));
    const operator = await Operator.start({
      name: 'etcd',
      folder: cluster.folder,
      // Without a lease, which it would lose while etcd is away.
      flags: operatorFlags(cluster, [namespace], { kratos, flags: ['--leader-elect=false'] }),
    });
    t.afterwards(() => operator.stop());
    const setting = { t, cluster, namespace, kratos, operator };
    await namespace.create('before', spec('before'));
    const before = idOf(await namespace.ready('before'));
    const written = await writesTo('before', setting);

    await etcdTrouble(setting, before);
    await refused(setting);
    await queued(setting);

    await t.check('what was settled all the time was not written', async () => {
      equal(await writesTo('before', setting), written);
      equal(idOf(await namespace.ready('before')), before);
      deepEqual([await operator.status('/healthz'), await operator.status('/readyz')], [200, 200]);
    });
  },
};

interface Setting {
  readonly t: ClusterStage;
  readonly cluster: Cluster;
  readonly namespace: Namespace;
  readonly kratos: OwnKratos;
  readonly operator: Operator;
}

const spec = (local: string) => ({ schemaId: 'default', traits: { email: `${local}@example.org` } });

interface FlowSchema {
  readonly status?: {
    readonly conditions?: readonly { readonly type: string; readonly status: string }[];
  };
}

async function writesTo(name: string, { cluster, namespace }: Setting): Promise<number> {
  const writes = await writesOf(cluster.kube.server.auditLog, OPERATOR_USER);
  return writes.filter((write) => write.namespace === namespace.name && write.name === name).length;
}

async function etcdTrouble({ t, cluster, namespace, kratos, operator }: Setting, id: string): Promise<void> {
  await t.check(
    'while etcd is frozen the operator lives, and repairs in Kratos what needs no write here',
    async () => {
      cluster.etcd.freeze();
      await kratos.admin.setTraits(id, () => ({ email: 'mallory@example.org' }));
      await until('the repair', async () => {
        return (await kratos.admin.get(id))?.traits.email === 'before@example.org';
      });
      await pause(3_000);
      deepEqual([await operator.status('/healthz'), await operator.status('/readyz')], [200, 200]);
      cluster.etcd.thaw();
    },
  );

  await t.check('after the thaw it works on', async () => {
    await namespace.create('thawed', spec('thawed'));
    await namespace.ready('thawed');
  });

  await t.check('an etcd that was killed and started again is no loss', async () => {
    await cluster.etcd.restart();
    await until('a write', () => namespace.create('restarted', spec('restarted')));
    await namespace.ready('restarted');
    equal((await kratos.admin.list()).length, 3);
  });
}

/** API Priority and Fairness serves the operator one request at a time, and refuses the others. */
async function refused(setting: Setting): Promise<void> {
  const { t, operator } = setting;
  const refusals = async () => (await operator.metric('rest_client_requests_total{code="429"')) ?? 0;
  await limitOperator(setting, {
    // One request is served even where there is no seat.
    nominalConcurrencyShares: 0,
    borrowingLimitPercent: 0,
    limitResponse: { type: 'Reject' },
  });
  await t.check(
    'an API server that refuses most requests with 429 gets each write once all the same',
    async () => {
      await crowd('refused', setting);
      ok((await refusals()) > 0, 'none was refused');
    },
  );
  await unlimit(setting);
}

/** It serves a few at a time, and lets the others wait in line. */
async function queued(setting: Setting): Promise<void> {
  const { t } = setting;
  const queuing = { queues: 1, handSize: 1, queueLengthLimit: 50 };
  await limitOperator(setting, {
    nominalConcurrencyShares: 1,
    borrowingLimitPercent: 0,
    limitResponse: { type: 'Queue', queuing },
  });
  await t.check('an API server that lets requests wait in line gets each write once', () =>
    crowd('queued', setting),
  );
  await unlimit(setting);
}

/** Many resources at once become Ready, with one identity and one status write each. */
async function crowd(kind: string, { cluster, namespace, kratos }: Setting): Promise<void> {
  const names = Array.from({ length: CROWD }, (_, index) => `${kind}-${index}`);
  await Promise.all(names.map((name) => namespace.create(name, spec(name))));
  for (const name of names) await namespace.ready(name);
  equal((await kratos.admin.holding(`${kind}-`)).length, CROWD);
  const writes = await writesOf(cluster.kube.server.auditLog, OPERATOR_USER);
  for (const name of names) {
    const own = writes.filter((write) => write.name === name && write.resource === 'kratosidentities/status');
    equal(own.filter(({ status }) => status < 300).length, 1, name);
  }
}

async function limitOperator({ cluster }: Setting, limited: object): Promise<void> {
  const apiVersion = 'flowcontrol.apiserver.k8s.io/v1';
  const metadata = { name: LEVEL };
  await cluster.kube.create(`${FLOWCONTROL}/prioritylevelconfigurations`, {
    apiVersion,
    kind: 'PriorityLevelConfiguration',
    metadata,
    spec: { type: 'Limited', limited },
  });
  const [, , namespace, name] = OPERATOR_USER.split(':');
  await cluster.kube.create(`${FLOWCONTROL}/flowschemas`, {
    apiVersion,
    kind: 'FlowSchema',
    metadata,
    spec: {
      // The first that is not of the API server's own.
      matchingPrecedence: 2,
      priorityLevelConfiguration: metadata,
      rules: [
        {
          subjects: [{ kind: 'ServiceAccount', serviceAccount: { namespace, name } }],
          resourceRules: [
            { apiGroups: ['*'], resources: ['*'], verbs: ['*'], namespaces: ['*'], clusterScope: true },
          ],
        },
      ],
    },
  });
  await until('the schema to be in force', async () => {
    const schema = await cluster.kube.get<FlowSchema>(`${FLOWCONTROL}/flowschemas/${LEVEL}`);
    return schema?.status?.conditions?.some(({ type, status }) => type === 'Dangling' && status === 'False');
  });
}

async function unlimit({ cluster }: Setting): Promise<void> {
  await cluster.kube.delete(`${FLOWCONTROL}/flowschemas/${LEVEL}`);
  await cluster.kube.delete(`${FLOWCONTROL}/prioritylevelconfigurations/${LEVEL}`);
  await until('the level to be gone', async () => {
    return (await cluster.kube.get(`${FLOWCONTROL}/prioritylevelconfigurations/${LEVEL}`)) === undefined;
  });
}
