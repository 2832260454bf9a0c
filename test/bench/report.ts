import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type Figure, generalFigures, sizeFigures } from './figures.ts';
import type { KratosKind } from './kratos-side.ts';
import { machine } from './machine.ts';
import type { FleetResult, SizeResult } from './run-fleet.ts';

/** One run, as it is kept. */
interface Run {
  readonly machine: string;
  readonly result: FleetResult;
}

type Runs = { readonly [kind in KratosKind]?: Run };

const TITLES: Readonly<Record<KratosKind, string>> = {
  stub: 'With a Kratos stand-in that answers at once',
  '1.3.1': 'With a real Kratos v1.3.1 on SQLite',
};

const INTRO = `# Benchmark

The built operator, with the flags of the image, on a real etcd and kube-apiserver (audit log on); everything on one machine. The floor
is a program that makes the bare writes for each resource and nothing else, with the operator's bodies, 32 in flight, undici pools
of 50 connections; in the same run, by turns. Ratios are what to rely on: they are of that run, and each round's of its own floor.

*Three writes*: finalizer, identity, status. *Two writes*: the finalizer is there when the resource is made. Converging is measured
from the start of the process to the answer to the last status write, by the API server's clock; the floor from its first write on.
Creations while idle are seen through a watch, from the sending of the request.

To repeat it, on a machine that does nothing else (the servers are built once, with Go; see CONTRIBUTING.md):

\`\`\`sh
npm run build
npm run bench -- --only fleet --out docs                                      # this page
npm run bench -- --only fleet --out docs --kratos 1.3.1 --resources 1000      # and its part about a real Kratos
npm run bench -- --profile --resources 1000                                   # where the operator's time goes
\`\`\`
`;

/** The tables of one run. */
export function markdownOf(kind: KratosKind, { machine: on, result }: Run): string {
  const general = generalFigures(result);
  return [
    `## ${TITLES[kind]}`,
    on,
    ...result.sizes.flatMap((size) => [
      `### ${size.size} resources`,
      table(['figure', 'ours', 'floor', 'ratio', 'aim'], sizeFigures(size).map(cellsOf)),
      'Requests of the operator:',
      requestsTable(size),
    ]),
    ...(general.length === 0
      ? []
      : ['### Whatever the size', table(['figure', 'ours', 'floor', 'ratio', 'aim'], general.map(cellsOf))]),
  ].join('\n\n');
}

export function runOf(result: FleetResult): Run {
  return { machine: machine(), result };
}

/** Writes the run into the folder's JSON, in place of the last one on such a Kratos, and the page that shows all of them. */
export async function writeReport(folder: string, kind: KratosKind, run: Run): Promise<void> {
  await mkdir(folder, { recursive: true });
  const path = join(folder, 'benchmark.json');
  const before = JSON.parse(await readFile(path, 'utf8').catch(() => '{}')) as Runs;
  const runs: Runs = { ...before, [kind]: run };
  await writeFile(path, `${JSON.stringify(runs, undefined, 2)}\n`);
  const parts = (Object.keys(TITLES) as KratosKind[]).flatMap((one) => {
    const known = runs[one];
    return known === undefined ? [] : [markdownOf(one, known)];
  });
  await writeFile(join(folder, 'benchmark.md'), `${[INTRO.trimEnd(), ...parts].join('\n\n')}\n`);
}

/** What was asked of each side, phase by phase. */
function requestsTable({ threeWrites, twoWrites, restart, deletion }: SizeResult): string {
  const [three, two] = [threeWrites.ours.at(-1), twoWrites.ours.at(-1)];
  const phases = [
    ['three writes', three?.kubeRequests, three?.kratosRequests],
    ['two writes', two?.kubeRequests, two?.kratosRequests],
    ['restart', restart?.kubeRequests, restart?.kratosRequests],
    ['deletion', deletion?.kubeRequests, deletion?.kratosRequests],
  ] as const;
  const shown = phases.filter(([, kube]) => kube !== undefined);
  const rowsOf = (side: string, at: 1 | 2) =>
    [...new Set(shown.flatMap((phase) => Object.keys(phase[at] ?? {})))]
      .sort()
      .map((name) => [side, name, ...shown.map((phase) => `${phase[at]?.[name] ?? 0}`)]);
  return table(
    ['server', 'request', ...shown.map(([name]) => name)],
    [...rowsOf('API server', 1), ...rowsOf('Kratos', 2)],
  );
}

function cellsOf({ what, ours, floor, ratio, aim }: Figure): readonly string[] {
  return [what, ours, floor, ratio, aim];
}

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]) =>
    `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`;
  return [line(head), line(head.map(() => '---')), ...rows.map(line)].join('\n');
}
