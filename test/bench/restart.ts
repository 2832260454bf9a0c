import { setTimeout as pause } from 'node:timers/promises';
import { until } from '../servers/wait.ts';
import { type Converged, tally } from './convergence.ts';
import { runLists } from './floor-run.ts';
import type { Scene } from './scene.ts';
import { AGENT, Subject } from './subject.ts';

const EVERY_MS = 200;
const PATIENCE_S = 300;

export interface Restart {
  /** From the start of the process until every resource was compared with its identity. */
  readonly seconds: number;
  readonly cpuSeconds: number;
  readonly peakMib: number;
  readonly kubeRequests: Readonly<Record<string, number>>;
  readonly kratosRequests: Readonly<Record<string, number>>;
  readonly lists: {
    readonly kubeSeconds: number;
    readonly kratosSeconds: number;
    readonly wholeSeconds: number;
  };
}

/** Stops the operator with everything in step, and starts it again; beside it, a program that only lists both sides. */
export async function restart(
  scene: Scene,
  before: Converged,
): Promise<{ converged: Converged; restart: Restart }> {
  const { cluster } = scene;
  const { fleet, kratos } = before;
  await before.subject.stop();
  const lists = await runLists(cluster, kratos, fleet, scene.kind);
  await kratos.forget();
  await cluster.audit.clear(AGENT);
  const subject = await Subject.start(cluster, kratos, fleet);
  await until(
    'every resource to be looked at',
    async () => {
      const { passes } = await subject.progress();
      if (passes >= fleet.size) return true;
      await pause(EVERY_MS);
      return false;
    },
    PATIENCE_S,
  );
  const polledAt = Date.now();
  const cpuSeconds = subject.cpu();
  const seen = await kratos.seen();
  const kratosRequests = seen?.requests ?? (await subject.kratosRequests());
  const result: Restart = {
    // The stand-in knows when it was asked last; of a real one only the poll tells.
    seconds: ((seen?.lastAt ?? polledAt) - subject.startedAt) / 1000,
    cpuSeconds,
    peakMib: subject.memory().peak,
    kubeRequests: tally(await cluster.audit.of(AGENT)),
    kratosRequests,
    lists,
  };
  return { converged: { ...before, subject }, restart: result };
}
