import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { imageFlags } from '../e2e/operator.ts';
import { Child } from '../servers/child.ts';
import type { BenchCluster } from './bench-cluster.ts';
import type { Fleet } from './fleet.ts';
import type { KratosKind, KratosSide } from './kratos-side.ts';

export interface FloorJob {
  readonly kube: { readonly url: string; readonly ca: string; readonly token: string };
  readonly kratosUrl: string;
  readonly namespace: string;
  readonly ownerId: string;
  readonly externalIds: boolean;
  /** User agent at the API server. */
  readonly agent: string;
  /** Writes for each resource; 0: the bare lists of both sides instead. */
  readonly writes: 0 | 2 | 3;
  /** Resources worked on at once. */
  readonly inFlight: number;
}

/** Seconds are those of the writes; CPU and memory those of the whole process. */
export interface FloorResult {
  readonly seconds: number;
  readonly cpuSeconds: number;
  readonly peakMib: number;
}

export interface ListsResult {
  readonly kubeSeconds: number;
  readonly kratosSeconds: number;
}

/** As the operator's default. */
const IN_FLIGHT = 32;
export const FLOOR_AGENT = 'kratos-identity-floor';

let started = 0;

/** What a program that only makes the writes takes for them. */
export async function runFloor(
  cluster: BenchCluster,
  kratos: KratosSide,
  fleet: Fleet,
  how: { readonly writes: 2 | 3; readonly kind: KratosKind },
): Promise<FloorResult> {
  return (await run(cluster, kratos, fleet, how)) as FloorResult;
}

/** What a program that only lists takes for it, with its whole life in seconds. */
export async function runLists(
  cluster: BenchCluster,
  kratos: KratosSide,
  fleet: Fleet,
  kind: KratosKind,
): Promise<ListsResult & { readonly wholeSeconds: number }> {
  const began = performance.now();
  const result = (await run(cluster, kratos, fleet, { writes: 0, kind })) as ListsResult;
  return { ...result, wholeSeconds: (performance.now() - began) / 1000 };
}

async function run(
  cluster: BenchCluster,
  kratos: KratosSide,
  { namespace }: Fleet,
  { writes, kind }: { readonly writes: FloorJob['writes']; readonly kind: KratosKind },
): Promise<unknown> {
  const job: FloorJob = {
    kube: { url: cluster.server.url, ca: cluster.server.ca, token: cluster.token },
    kratosUrl: kratos.adminUrl,
    namespace,
    ownerId: 'floor',
    externalIds: kind === 'stub',
    agent: FLOOR_AGENT,
    writes,
    inFlight: IN_FLIGHT,
  };
  started += 1;
  const child = new Child({
    name: 'floor',
    command: process.execPath,
    arguments: [...(await imageFlags()), fileURLToPath(new URL('floor.ts', import.meta.url))],
    env: { FLOOR_JOB: JSON.stringify(job) },
    logFile: join(cluster.folder, `floor-${started}.log`),
  });
  const { code } = await child.ended;
  if (code !== 0) throw new Error(`the floor ended with ${code}\n${child.tail()}`);
  return JSON.parse(child.log());
}
