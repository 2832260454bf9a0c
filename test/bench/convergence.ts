import { setTimeout as pause } from 'node:timers/promises';
import { until } from '../servers/wait.ts';
import { type Counts, countOf, secondsOf } from './audit-tail.ts';
import { type Finalizer, Fleet } from './fleet.ts';
import { FLOOR_AGENT, type FloorResult, runFloor } from './floor-run.ts';
import type { KratosSide } from './kratos-side.ts';
import { kratosOf, type Scene } from './scene.ts';
import { AGENT, Subject } from './subject.ts';

export const FINALIZER_WRITE = 'patch kratosidentities';
export const STATUS_WRITE = 'patch kratosidentities/status';
const EVERY_MS = 200;
const SETTLE_MS = 5_000;
const PATIENCE_S = 900;

/** How one fleet came to be Ready. */
export interface Convergence {
  /** From the start of the process to the answer to the last status write. */
  readonly seconds: number;
  /** From the first write's coming to that. */
  readonly writingSeconds: number;
  readonly cpuSeconds: {
    readonly operator: number;
    readonly apiserver: number;
    readonly etcd: number;
    readonly kratos: number;
  };
  readonly peakMib: number;
  readonly settledMib: number;
  /** By verb and resource. */
  readonly kubeRequests: Readonly<Record<string, number>>;
  /** By route, as the stand-in counts them; by operation, as the operator does, on a real one. */
  readonly kratosRequests: Readonly<Record<string, number>>;
}

/** What goes on from there: the fleet is Ready and the operator idle. */
export interface Converged {
  readonly fleet: Fleet;
  readonly kratos: KratosSide;
  readonly subject: Subject;
  readonly convergence: Convergence;
}

export interface ConvergenceOptions {
  readonly size: number;
  readonly finalizer?: Finalizer;
  readonly latencyMs?: number;
  readonly nodeOptions?: string;
}

/** Makes a fleet, starts the operator, and measures until every resource is Ready. */
export async function converge(scene: Scene, options: ConvergenceOptions): Promise<Converged> {
  const { cluster } = scene;
  const { size, finalizer = 'operator', latencyMs = 0, nodeOptions } = options;
  const kratos = await kratosOf(scene, latencyMs);
  const fleet = await Fleet.create(cluster, size, finalizer);
  await kratos.forget();
  await cluster.audit.clear(AGENT);
  const before = { ...cluster.cpu(), kratos: kratos.cpu() };
  const subject = await Subject.start(cluster, kratos, fleet, nodeOptions);
  const counts = await untilReady(scene, subject, size);
  const after = { ...cluster.cpu(), kratos: kratos.cpu(), operator: subject.cpu() };
  const seen = (await kratos.seen())?.requests ?? (await subject.kratosRequests());
  await pause(SETTLE_MS);
  const { now, peak } = subject.memory();
  const convergence: Convergence = {
    seconds: ((counts.get(STATUS_WRITE)?.lastAt ?? Number.NaN) - subject.startedAt) / 1000,
    writingSeconds: secondsOf(counts, [FINALIZER_WRITE, STATUS_WRITE]),
    cpuSeconds: {
      operator: after.operator,
      apiserver: after.apiserver - before.apiserver,
      etcd: after.etcd - before.etcd,
      kratos: after.kratos - before.kratos,
    },
    peakMib: peak,
    settledMib: now,
    kubeRequests: tally(await cluster.audit.of(AGENT)),
    kratosRequests: seen,
  };
  return { fleet, kratos, subject, convergence };
}

/** The audit log costs the operator nothing to look at; only when it tells of enough writes is the operator itself asked. */
async function untilReady({ cluster }: Scene, subject: Subject, size: number): Promise<Counts> {
  let counts: Counts = new Map();
  await until(
    `${size} status writes`,
    async () => {
      counts = await cluster.audit.of(AGENT);
      if (countOf(counts, STATUS_WRITE) >= size) return true;
      await pause(EVERY_MS);
      return false;
    },
    PATIENCE_S,
  );
  await until(`${size} resources to be Ready`, async () => (await subject.progress()).ready === size);
  return cluster.audit.of(AGENT);
}

export function tally(counts: Counts): Record<string, number> {
  return Object.fromEntries([...counts].map(([kind, { count }]) => [kind, count]));
}

/** The floor under a convergence: the same fleet, the bare writes alone. */
export async function floorOf(scene: Scene, size: number, finalizer: Finalizer): Promise<Floor> {
  const { cluster, kind } = scene;
  const kratos = await kratosOf(scene);
  const fleet = await Fleet.create(cluster, size, finalizer);
  await cluster.audit.clear(FLOOR_AGENT);
  const before = cluster.cpu();
  const result = await runFloor(cluster, kratos, fleet, { writes: finalizer === 'operator' ? 3 : 2, kind });
  const after = cluster.cpu();
  const { status } = await fleet.first();
  await fleet.clear();
  await kratos.stop();
  return {
    ...result,
    apiserverCpuSeconds: after.apiserver - before.apiserver,
    kubeRequests: tally(await cluster.audit.of(FLOOR_AGENT)),
    statusFields: fieldsOf(status),
  };
}

export interface Floor extends FloorResult {
  readonly apiserverCpuSeconds: number;
  readonly kubeRequests: Readonly<Record<string, number>>;
  /** Of a status as it wrote them: the operator's are to be the same. */
  readonly statusFields: string;
}

/** Names of the fields of a status, as a text that compares. */
export function fieldsOf(status: object | undefined): string {
  return Object.keys(status ?? {})
    .sort()
    .join(' ');
}
