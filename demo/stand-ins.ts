import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startKratos } from '../test/standin/kratos/server.ts';
import { startKube } from '../test/standin/kube/kube.ts';
import { Kratos } from './kratos.ts';
import { CRDS, Kube } from './kube.ts';
import type { StandInOptions } from './options.ts';
import { yamlOf } from './samples.ts';
import type { Servers, Traffic, Undo } from './servers.ts';

const CRD = 'crds/kratosidentities.yaml';

/** Starts both stand-ins in this process, and writes a kubeconfig for the operator and for people. */
export async function startStandIns({ kratos: version }: StandInOptions, undo: Undo): Promise<Servers> {
  const kubeServer = await startKube();
  undo.push(() => kubeServer.stop());
  const kratosServer = await startKratos({ version });
  undo.push(() => kratosServer.stop());
  const folder = await mkdtemp(join(tmpdir(), 'kratos-identity-demo-'));
  undo.push(() => rm(folder, { recursive: true }));
  const kubeconfig = join(folder, 'kubeconfig');
  await writeFile(kubeconfig, kubeServer.kubeconfig(), { mode: 0o600 });
  const kube = await Kube.connect(kubeconfig);
  undo.push(() => kube.close());
  const kratos = await Kratos.connect(kratosServer.adminUrl);
  undo.push(() => kratos.close());
  return {
    title: `The operator is real; the API server and Kratos ${version} are stand-ins inside this process.`,
    kubeconfig,
    kube,
    kratos,
    namespace: 'default',
    operatorFlags: [
      `--kratos-admin-url=${kratosServer.adminUrl}`,
      `--kratos-public-url=${kratosServer.publicUrl}`,
      '--leader-elect-namespace=default',
    ],
    tag: undefined,
    traffic: () => trafficOf(kubeServer, kratosServer),
    prepare: async (timeline) => {
      timeline.say('demo', '', `API server on ${kube.url}, Kratos' admin API on ${kratosServer.adminUrl}`);
      await kube.create(CRDS, await yamlOf(CRD));
      timeline.say('you', '', `apply ${CRD}`);
    },
    clear: async () => {},
  };
}

type KubeServer = Awaited<ReturnType<typeof startKube>>;
type KratosServer = Awaited<ReturnType<typeof startKratos>>;

function trafficOf(kube: KubeServer, kratos: KratosServer): Traffic {
  const writes = kube.requests.all.filter(({ method }) => method !== 'GET');
  const leases = writes.filter(({ path }) => path.includes('/leases'));
  const reads = kratos.requests.all({ method: 'GET', path: /\/identities/ });
  return {
    kubeWrites: writes.length - leases.length,
    leaseWrites: leases.length,
    kratosWrites: kratos.requests.all().filter(({ method }) => method !== 'GET').length,
    kratosReads: reads.length,
  };
}
