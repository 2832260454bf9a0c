import { setTimeout as pause } from 'node:timers/promises';
import { type Converged, type Convergence, converge, type Floor, fieldsOf, floorOf } from './convergence.ts';
import { type Deletion, deletion } from './deletion.ts';
import { type Finalizer, Fleet } from './fleet.ts';
import { type Idle, idle } from './idle.ts';
import { type Restart, restart } from './restart.ts';
import { kratosOf, type Scene } from './scene.ts';
import { checkStandIn } from './stand-in-check.ts';
import { Subject } from './subject.ts';

/** A large fleet takes minutes: once is enough. */
const ROUNDS = { small: 2, large: 1, from: 3_000 };
const REST_MS = 5_000;
const SLOW_SIZE = 1_000;

/** With the finalizer still to be written, or with it in the manifest. */
export interface Mode {
  readonly ours: readonly Convergence[];
  readonly floor: readonly Floor[];
  readonly idle: Idle | undefined;
}

export interface SizeResult {
  readonly size: number;
  readonly threeWrites: Mode;
  readonly twoWrites: Mode;
  readonly restart: Restart | undefined;
  readonly deletion: Deletion | undefined;
}

export interface FleetResult {
  readonly restMib: number | undefined;
  readonly sizes: readonly SizeResult[];
  readonly slow:
    | { readonly size: number; readonly latencyMs: number; readonly convergence: Convergence }
    | undefined;
}

export interface FleetOptions {
  readonly sizes: readonly number[];
  /** Only how fleets converge. */
  readonly onlyConverge: boolean;
  readonly latencyMs: number;
}

/** Measures all of it, the operator and the floor by turns. */
export async function runFleet(scene: Scene, options: FleetOptions): Promise<FleetResult> {
  const { onlyConverge, latencyMs } = options;
  if (scene.kind === 'stub') await check(scene);
  const restMib = onlyConverge ? undefined : await atRest(scene);
  const sizes: SizeResult[] = [];
  for (const size of options.sizes) sizes.push(await runSize(scene, size, onlyConverge));
  const isReal = scene.kind !== 'stub';
  const slow =
    onlyConverge || isReal
      ? undefined
      : await runSlow(scene, latencyMs, Math.min(SLOW_SIZE, ...options.sizes));
  return { restMib, sizes, slow };
}

async function check(scene: Scene): Promise<void> {
  const kratos = await kratosOf(scene);
  await checkStandIn(kratos);
  await kratos.stop();
}

/** Resident memory with nothing to do. */
async function atRest(scene: Scene): Promise<number> {
  const kratos = await kratosOf(scene);
  const subject = await Subject.start(
    scene.cluster,
    kratos,
    await Fleet.create(scene.cluster, 0, 'operator'),
  );
  await pause(REST_MS);
  const { now } = subject.memory();
  await subject.stop();
  await kratos.stop();
  return now;
}

async function runSize(scene: Scene, size: number, onlyConverge: boolean): Promise<SizeResult> {
  const rounds = size < ROUNDS.from ? ROUNDS.small : ROUNDS.large;
  const three = await runMode(scene, { size, rounds, finalizer: 'operator', onlyConverge });
  const two = await runMode(scene, { size, rounds, finalizer: scene.twoWrites, onlyConverge });
  return {
    size,
    threeWrites: three.mode,
    twoWrites: two.mode,
    restart: three.restart,
    deletion: three.deletion,
  };
}

interface ModeOptions {
  readonly size: number;
  readonly rounds: number;
  readonly finalizer: Finalizer;
  readonly onlyConverge: boolean;
}

/** What comes after the convergence, in the last round; with the finalizer there already only creations differ. */
async function runMode(
  scene: Scene,
  { size, rounds, finalizer, onlyConverge }: ModeOptions,
): Promise<{ mode: Mode } & Life> {
  const ours: Convergence[] = [];
  const floor: Floor[] = [];
  let life: Life & { readonly idle?: Idle } = {};
  for (let round = 1; round <= rounds; round += 1) {
    scene.say(`${size} resources, finalizer by the ${finalizer}, round ${round} of ${rounds}`);
    if (round % 2 === 1) floor.push(await floorOf(scene, size, finalizer));
    let converged = await converge(scene, { size, finalizer });
    ours.push(converged.convergence);
    const { status } = await converged.fleet.first();
    if (round === rounds && !onlyConverge) {
      life = { idle: await idle(scene, converged) };
      if (finalizer === 'operator') {
        const restarted = await restart(scene, converged);
        converged = restarted.converged;
        life = { ...life, restart: restarted.restart, deletion: await deletion(scene, converged) };
      }
    }
    await end(converged);
    if (round % 2 === 0) floor.push(await floorOf(scene, size, finalizer));
    compareStatus(scene, fieldsOf(status), floor.at(-1)?.statusFields);
  }
  const { idle: single, ...rest } = life;
  return { mode: { ours, floor, idle: single }, ...rest };
}

interface Life {
  readonly restart?: Restart;
  readonly deletion?: Deletion;
}

/** A floor that writes something else than the operator is none. */
function compareStatus({ say }: Scene, ours: string, theirs: string | undefined): void {
  if (ours !== theirs) say(`the floor writes another status: ${theirs}, in place of ${ours}`);
}

async function end({ subject, fleet, kratos }: Converged): Promise<void> {
  await subject.stop();
  await fleet.clear();
  await kratos.stop();
}

async function runSlow(scene: Scene, latencyMs: number, size: number): Promise<FleetResult['slow']> {
  scene.say(`${size} resources, with ${latencyMs} ms of latency at Kratos`);
  const converged = await converge(scene, { size, latencyMs });
  await end(converged);
  return { size, latencyMs, convergence: converged.convergence };
}
