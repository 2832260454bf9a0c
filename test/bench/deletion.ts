import { setTimeout as pause } from 'node:timers/promises';
import { until } from '../servers/wait.ts';
import { countOf } from './audit-tail.ts';
import { type Converged, FINALIZER_WRITE, tally } from './convergence.ts';
import type { Scene } from './scene.ts';
import { AGENT } from './subject.ts';

const EVERY_MS = 200;
const PATIENCE_S = 900;

export interface Deletion {
  readonly count: number;
  /** From the first deletion's sending to the answer to the last removal of a finalizer. */
  readonly seconds: number;
  readonly operatorCpuSeconds: number;
  readonly apiserverCpuSeconds: number;
  readonly kubeRequests: Readonly<Record<string, number>>;
  readonly kratosRequests: Readonly<Record<string, number>>;
  readonly resourcesLeft: number;
  readonly identitiesLeft: number;
}

/** Deletes every resource of the fleet, so many at once, and waits until the operator has let the last one go. */
export async function deletion({ cluster }: Scene, { fleet, kratos, subject }: Converged): Promise<Deletion> {
  await kratos.forget();
  await cluster.audit.clear(AGENT);
  const told = await subject.kratosRequests();
  const before = { apiserver: cluster.cpu().apiserver, operator: subject.cpu() };
  const began = Date.now();
  await fleet.deleteAll();
  await until(
    `${fleet.size} finalizers to be removed`,
    async () => {
      if (countOf(await cluster.audit.of(AGENT), FINALIZER_WRITE) >= fleet.size) return true;
      await pause(EVERY_MS);
      return false;
    },
    PATIENCE_S,
  );
  const resourcesLeft = await until(
    'the last resource to go',
    async () => ((await fleet.left()) === 0 ? 'none' : undefined),
    5,
  ).then(
    () => 0,
    () => fleet.left(),
  );
  const counts = await cluster.audit.of(AGENT);
  const after = { apiserver: cluster.cpu().apiserver, operator: subject.cpu() };
  const kratosRequests = (await kratos.seen())?.requests ?? difference(await subject.kratosRequests(), told);
  return {
    count: fleet.size,
    seconds: ((counts.get(FINALIZER_WRITE)?.lastAt ?? Number.NaN) - began) / 1000,
    operatorCpuSeconds: after.operator - before.operator,
    apiserverCpuSeconds: after.apiserver - before.apiserver,
    kubeRequests: tally(counts),
    kratosRequests,
    resourcesLeft,
    identitiesLeft: await kratos.identities(),
  };
}

function difference(
  after: Readonly<Record<string, number>>,
  before: Readonly<Record<string, number>>,
): Record<string, number> {
  return Object.fromEntries(
    Object.entries(after).map(([name, count]) => [name, count - (before[name] ?? 0)]),
  );
}
