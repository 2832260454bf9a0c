import { setTimeout as pause } from 'node:timers/promises';
import type { Converged } from './convergence.ts';
import { Fleet, GROUP_PATH } from './fleet.ts';
import { ReadyWatch } from './ready-watch.ts';
import type { Scene } from './scene.ts';

const CREATIONS = 100;
const BETWEEN_MS = 20;
const WARM = 5;

export interface Percentiles {
  readonly p50: number;
  readonly p95: number;
}

/** Milliseconds. */
export interface Idle {
  /** From the sending of the creation to the watch's word that it is Ready. */
  readonly fromSent: Percentiles;
  /** From the answer to the creation. */
  readonly fromMade: Percentiles;
  /** One status write by itself, each right after one of those. */
  readonly statusWrite: Percentiles;
}

/** One creation after another while there is nothing else to do, and as many bare status writes between them. */
export async function idle(scene: Scene, { fleet }: Converged): Promise<Idle> {
  const { cluster } = scene;
  const bare = await Fleet.create(cluster, 1, 'operator');
  const bareName = (await bare.first()).metadata.name;
  const watch = await ReadyWatch.open(cluster, fleet);
  const taken: { sent: number[]; made: number[]; write: number[] } = { sent: [], made: [], write: [] };
  try {
    for (let round = 0; round < WARM + CREATIONS; round += 1) {
      const name = `single-${round}`;
      const ready = watch.ready(name);
      const sentAt = performance.now();
      await fleet.add(name);
      const madeAt = performance.now();
      const readyAt = await ready;
      await pause(BETWEEN_MS);
      const beganAt = performance.now();
      await writeStatus(scene, bare.namespace, bareName, round);
      const write = performance.now() - beganAt;
      await pause(BETWEEN_MS);
      if (round < WARM) continue;
      taken.sent.push(readyAt - sentAt);
      taken.made.push(readyAt - madeAt);
      taken.write.push(write);
    }
  } finally {
    await watch.close();
  }
  await bare.clear();
  return {
    fromSent: percentiles(taken.sent),
    fromMade: percentiles(taken.made),
    statusWrite: percentiles(taken.write),
  };
}

async function writeStatus(
  { cluster }: Scene,
  namespace: string,
  name: string,
  round: number,
): Promise<void> {
  const path = `${GROUP_PATH}/namespaces/${namespace}/kratosidentities/${name}/status`;
  const lastTransitionTime = new Date(round * 1000).toISOString().replace(/\.\d+Z$/, 'Z');
  const message = 'Kratos holds what the resource declares';
  await cluster.kube.patch(path, {
    status: {
      observedGeneration: 1,
      identityId: '00000000-0000-4000-8000-000000000000',
      conditions: [
        {
          type: 'Ready',
          status: 'True',
          reason: 'Synced',
          message,
          observedGeneration: 1,
          lastTransitionTime,
        },
      ],
    },
  });
}

function percentiles(times: readonly number[]): Percentiles {
  const sorted = times.toSorted((a, b) => a - b);
  const at = (share: number) =>
    sorted[Math.min(Math.floor(sorted.length * share), sorted.length - 1)] ?? Number.NaN;
  return { p50: at(0.5), p95: at(0.95) };
}
