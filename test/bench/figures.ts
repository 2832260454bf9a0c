import type { Convergence } from './convergence.ts';
import type { Percentiles } from './idle.ts';
import type { FleetResult, Mode, SizeResult } from './run-fleet.ts';

/** One row of the table. */
export interface Figure {
  readonly what: string;
  readonly ours: string;
  readonly floor: string;
  readonly ratio: string;
  readonly aim: string;
}

const KIB_PER_MIB = 1024;

/** What holds whatever the size. */
export function generalFigures({ restMib, sizes, slow }: FleetResult): Figure[] {
  const [small, large] = [sizes.at(0), sizes.at(-1)];
  const figures: Figure[] = [];
  if (restMib !== undefined) {
    figures.push(figure('RSS at rest, no resources', mib(restMib), { aim: '≤ 100 MiB' }));
  }
  if (small !== undefined && large !== undefined && small.size < large.size) {
    const more = (of: (mode: Mode) => number) =>
      `${(((of(large.threeWrites) - of(small.threeWrites)) * KIB_PER_MIB) / (large.size - small.size)).toFixed(1)} kB`;
    const between = `from ${small.size} to ${large.size}`;
    figures.push(
      figure(`peak RSS for each further resource, ${between}`, more(peakOf), { aim: '≤ 4 kB' }),
      figure(`settled RSS for each further resource, ${between}`, more(settledOf), { aim: '≤ 4 kB' }),
    );
  }
  if (slow !== undefined) {
    const { size, latencyMs, convergence } = slow;
    const rate = (seconds: number) => `${(size / seconds).toFixed(0)}/s`;
    const { floor } = sizes[0]?.threeWrites ?? { floor: [] };
    const bare = Math.min(...floor.map(({ seconds }) => seconds / (sizes[0]?.size ?? 1)));
    figures.push(
      figure(
        `with ${latencyMs} ms of Kratos latency, ${size} resources, from the first write`,
        rate(convergence.writingSeconds),
        {
          floor: `${(1 / bare).toFixed(0)}/s without it`,
          ratio: (size / convergence.writingSeconds) * bare,
          aim: '≥ 200/s',
        },
      ),
      figure('the same, from the start of the process', rate(convergence.seconds)),
    );
  }
  return figures;
}

export function sizeFigures({ size, threeWrites, twoWrites, restart, deletion }: SizeResult): Figure[] {
  return [
    ...convergenceFigures(size, threeWrites, twoWrites),
    ...memoryFigures(threeWrites),
    ...idleFigures(threeWrites, twoWrites),
    ...(restart === undefined
      ? []
      : [
          figure('restart, all converged: every identity compared after', seconds([restart.seconds]), {
            floor: `${seconds([restart.lists.kubeSeconds + restart.lists.kratosSeconds])} of reading, ${seconds([restart.lists.wholeSeconds])} with its start`,
            ratio: restart.seconds / restart.lists.wholeSeconds,
            aim: '≤ 1.5 × bare lists',
          }),
          figure('… requests to Kratos, probes included', `${total(restart.kratosRequests)}`, {
            aim: '≤ 120',
          }),
          figure('… writes of resources', `${writesIn(restart.kubeRequests)}`, { aim: '0' }),
        ]),
    ...(deletion === undefined
      ? []
      : [
          figure(`deletion of all ${deletion.count}`, seconds([deletion.seconds]), {
            aim: '≤ 45 s for 10,000',
          }),
          figure('… left: resources / identities', `${deletion.resourcesLeft} / ${deletion.identitiesLeft}`, {
            aim: '0 / 0',
          }),
        ]),
  ];
}

function convergenceFigures(size: number, three: Mode, two: Mode): Figure[] {
  const whole = (mode: Mode) => mode.ours.map((one) => one.seconds);
  const bare = (mode: Mode) => mode.floor.map((one) => one.seconds);
  const writing = (mode: Mode) => mode.ours.map((one) => one.writingSeconds);
  const perResource = (all: readonly number[]) => all.map((one) => (one * 1000) / size);
  const cpu = (mode: Mode) => perResource(mode.ours.map((one) => one.cpuSeconds.operator));
  const bareCpu = (mode: Mode) => perResource(mode.floor.map((one) => one.cpuSeconds));
  const server = (mode: Mode) => perResource(mode.ours.map((one) => one.cpuSeconds.apiserver));
  const bareServer = (mode: Mode) => perResource(mode.floor.map((one) => one.apiserverCpuSeconds));
  const pairs = (ours: readonly number[], floor: readonly number[]) =>
    median(ours.map((one, round) => one / (floor[round] ?? Number.NaN)));
  const row = (
    what: string,
    [ours, floor]: readonly [readonly number[], readonly number[]],
    show: (all: readonly number[]) => string,
    aim = '',
    against = floor,
  ) => figure(what, show(ours), { floor: show(floor), ratio: pairs(ours, against), aim });
  return [
    row('converge, cold, three writes', [whole(three), bare(three)], seconds, '≤ 1.25 × three-write floor'),
    row('… from the first write', [writing(three), bare(three)], seconds),
    row(
      'converge, cold, two writes',
      [whole(two), bare(two)],
      seconds,
      '≤ 0.75 × three-write floor',
      bare(three),
    ),
    row('… from the first write', [writing(two), bare(two)], seconds, '', bare(three)),
    row('CPU for each resource, three writes', [cpu(three), bareCpu(three)], millis, '≤ 1.4 ms'),
    row('CPU for each resource, two writes', [cpu(two), bareCpu(two)], millis, '≤ 1.0 ms'),
    row("API server's CPU for each, three writes", [server(three), bareServer(three)], millis),
    row("API server's CPU for each, two writes", [server(two), bareServer(two)], millis),
  ];
}

function memoryFigures(three: Mode): Figure[] {
  const floor = Math.max(...three.floor.map(({ peakMib }) => peakMib));
  return [
    figure('peak RSS', mib(peakOf(three)), {
      floor: mib(floor),
      ratio: peakOf(three) / floor,
      aim: '≤ 140 MiB for 10,000',
    }),
    figure('settled RSS', mib(settledOf(three))),
  ];
}

function idleFigures(three: Mode, two: Mode): Figure[] {
  const aims = [
    ['three writes', three.idle, '≤ 15 / 20 ms'],
    ['two writes', two.idle, '≤ 12 ms'],
  ] as const;
  return aims.flatMap(([name, idle, aim]) =>
    idle === undefined
      ? []
      : [
          figure(`one creation while idle, ${name}, p50 / p95`, both(idle.fromSent), {
            floor: `${both(idle.statusWrite)} for one status write`,
            ratio: idle.fromSent.p50 / idle.statusWrite.p50,
            aim,
          }),
          figure('… from the answer to the creation', both(idle.fromMade)),
        ],
  );
}

function figure(
  what: string,
  ours: string,
  beside: { readonly floor?: string; readonly ratio?: number; readonly aim?: string } = {},
): Figure {
  const { floor = '–', ratio, aim = '' } = beside;
  return { what, ours, floor, ratio: ratio === undefined ? '–' : `×${ratio.toFixed(2)}`, aim };
}

/** Requests that change resources: what leases, events and checks of rights cost is shown apart. */
function writesIn(requests: Readonly<Record<string, number>>): number {
  return total(
    Object.fromEntries(
      Object.entries(requests).filter(([kind]) => /^(?!get|list|watch)\w+ kratosid/.test(kind)),
    ),
  );
}

function total(requests: Readonly<Record<string, number>>): number {
  return Object.values(requests).reduce((sum, count) => sum + count, 0);
}

function peakOf({ ours }: Mode): number {
  return Math.max(...ours.map(({ peakMib }: Convergence) => peakMib));
}

function settledOf({ ours }: Mode): number {
  return median(ours.map(({ settledMib }: Convergence) => settledMib));
}

function median(all: readonly number[]): number {
  const sorted = all.toSorted((a, b) => a - b);
  const [low, high] = [sorted[Math.floor((sorted.length - 1) / 2)], sorted[Math.floor(sorted.length / 2)]];
  return ((low ?? Number.NaN) + (high ?? Number.NaN)) / 2;
}

function mib(value: number): string {
  return `${value.toFixed(0)} MiB`;
}

function seconds(all: readonly number[]): string {
  return spread(all, 's', 2);
}

function millis(all: readonly number[]): string {
  return spread(all, 'ms', 2);
}

/** The median, and where there were several rounds the least and the most. */
function spread(all: readonly number[], unit: string, digits: number): string {
  const middle = `${median(all).toFixed(digits)} ${unit}`;
  if (all.length < 2) return middle;
  return `${middle} (${Math.min(...all).toFixed(digits)}–${Math.max(...all).toFixed(digits)})`;
}

function both({ p50, p95 }: Percentiles): string {
  return `${p50.toFixed(1)} / ${p95.toFixed(1)} ms`;
}
