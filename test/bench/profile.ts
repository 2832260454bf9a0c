import { mkdir, readdir, readFile } from 'node:fs/promises';
import { SourceMap, type SourceMapPayload } from 'node:module';
import { join } from 'node:path';
import { BUNDLE } from '../e2e/operator.ts';
import { converge } from './convergence.ts';
import type { Scene } from './scene.ts';

interface ProfileNode {
  readonly id: number;
  readonly callFrame: {
    readonly functionName: string;
    readonly url: string;
    /** From 0. */
    readonly lineNumber: number;
    readonly columnNumber: number;
  };
}

/** As V8 writes it. Times are microseconds. */
interface CpuProfile {
  readonly nodes: readonly ProfileNode[];
  readonly samples: readonly number[];
  readonly timeDeltas: readonly number[];
}

/** The first that fits a function's place says to whom its time goes. */
const GROUPS: readonly (readonly [string, RegExp])[] = [
  ['undici', /node_modules\/undici\/|^wasm:/],
  [
    'logging and metrics',
    /node_modules\/(?:pino|prom-client|sonic-boom|thread-stream|safe-stable|tdigest)|src\/ops\//,
  ],
  ['other packages', /node_modules\//],
  ['src/http', /src\/http\//],
  ['src/kube', /src\/kube\//],
  ['src/kratos', /src\/kratos\//],
  ['src/reconcile', /src\/reconcile\//],
  ['src/model', /src\/model\//],
  ['src/queue', /src\/queue\//],
  ['the rest of src', /src\//],
  ['Node: TLS, crypto', /^node:(?:internal\/)?(?:_?tls|crypto)/],
  [
    'Node: timers, promises, ticks',
    /^node:(?:internal\/)?(?:timers|process|async|abort|event_target|priority|linkedlist)/,
  ],
  ['Node: streams, sockets, the rest', /^node:/],
];
const SLOWEST = 12;
/** Time in which there was nothing to do. */
const IDLE: ReadonlySet<string> = new Set(['(idle)', '(root)']);

/**
 * Where the CPU time of a convergence goes, start included, by groups and by function; milliseconds for each resource. What V8 does for a
 * function, such as JSON, is that function's own. On a busy machine the time in which others ran counts too.
 */
export async function profileOf(scene: Scene, size: number): Promise<string> {
  const folder = join(scene.cluster.folder, `profile-${size}`);
  await mkdir(folder);
  const nodeOptions = `--cpu-prof --cpu-prof-dir=${folder}`;
  const { subject, fleet, kratos, convergence } = await converge(scene, { size, nodeOptions });
  await subject.stop();
  await fleet.clear();
  await kratos.stop();
  const [file = ''] = await readdir(folder);
  const profile = JSON.parse(await readFile(join(folder, file), 'utf8')) as CpuProfile;
  const map = new SourceMap(JSON.parse(await readFile(`${BUNDLE}.map`, 'utf8')) as SourceMapPayload);
  const cpu = (convergence.cpuSeconds.operator * 1000) / size;
  return `${size} resources: ${cpu.toFixed(2)} ms of CPU each, all threads\n${tableOf(profile, map, size)}`;
}

function tableOf(profile: CpuProfile, map: SourceMap, size: number): string {
  const self = new Map<number, number>();
  profile.samples.forEach((id, index) => {
    self.set(id, (self.get(id) ?? 0) + (profile.timeDeltas[index] ?? 0));
  });
  const groups = new Map<string, number>();
  const functions = new Map<string, number>();
  for (const node of profile.nodes) {
    const each = (self.get(node.id) ?? 0) / 1000 / size;
    if (each === 0 || IDLE.has(node.callFrame.functionName)) continue;
    const { group, place } = whereabouts(node, map);
    groups.set(group, (groups.get(group) ?? 0) + each);
    const name = `${node.callFrame.functionName || '(anonymous)'} ${place}`;
    functions.set(name, (functions.get(name) ?? 0) + each);
  }
  const lines = (all: ReadonlyMap<string, number>, most: number) =>
    [...all]
      .sort(([, a], [, b]) => b - a)
      .slice(0, most)
      .map(([name, each]) => `  ${each.toFixed(3)} ms  ${name}`);
  return [
    'of the main thread, by group:',
    ...lines(groups, 99),
    'by function:',
    ...lines(functions, SLOWEST),
  ].join('\n');
}

function whereabouts({ callFrame }: ProfileNode, map: SourceMap): { group: string; place: string } {
  const { functionName, url, lineNumber, columnNumber } = callFrame;
  if (functionName === '(garbage collector)') return { group: 'garbage collector', place: '' };
  if (url === '') return { group: 'native code of Node: sockets, TLS', place: '' };
  const entry = url.endsWith('main.mjs') ? map.findEntry(lineNumber, columnNumber) : undefined;
  const source = entry !== undefined && 'originalSource' in entry ? String(entry.originalSource) : url;
  const group = GROUPS.find(([, pattern]) => pattern.test(source))?.[0] ?? 'unknown';
  return { group, place: source.replace(/^.*?(?=node_modules\/|src\/)/, '') };
}
