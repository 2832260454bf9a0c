/** What two ways of doing the same took, and how they compare. */
export interface Comparison {
  readonly what: string;
  /** Milliseconds of each round, in order. */
  readonly ours: readonly number[];
  readonly theirs: readonly number[];
}

/**
 * Runs both, one right after the other, round after round, each first as often as the other: what slows the machine for a while slows both.
 * Rounds before the first that counts warm up.
 */
export async function compare(
  what: string,
  rounds: { readonly warm: number; readonly counted: number },
  ours: () => Promise<void>,
  theirs: () => Promise<void>,
): Promise<Comparison> {
  const times: { readonly ours: number[]; readonly theirs: number[] } = { ours: [], theirs: [] };
  for (let round = 0; round < rounds.warm + rounds.counted; round += 1) {
    const order = round % 2 === 0 ? (['ours', 'theirs'] as const) : (['theirs', 'ours'] as const);
    for (const side of order) {
      const began = performance.now();
      await (side === 'ours' ? ours() : theirs());
      if (round >= rounds.warm) times[side].push(performance.now() - began);
    }
  }
  return { what, ...times };
}

/** How many times as fast as theirs ours was, round by round: least, median, most. */
export function ratios({ ours, theirs }: Comparison): readonly [number, number, number] {
  const sorted = theirs.map((time, round) => time / (ours[round] ?? Number.NaN)).sort((a, b) => a - b);
  const at = (index: number) => sorted[index] ?? Number.NaN;
  return [at(0), at(Math.floor(sorted.length / 2)), at(sorted.length - 1)];
}

export function line(comparison: Comparison, aim: string): string {
  const [least, median, most] = ratios(comparison).map((ratio) => ratio.toFixed(2));
  const { what, ours, theirs } = comparison;
  const took = `${mid(ours)} ms against ${mid(theirs)} ms`;
  return `${what.padEnd(58)} ${`×${median}`.padStart(8)}  (${least} to ${most})  aim ${aim.padEnd(8)} ${took}`;
}

function mid(times: readonly number[]): string {
  const sorted = times.toSorted((a, b) => a - b);
  return (sorted[Math.floor(sorted.length / 2)] ?? Number.NaN).toFixed(0);
}

/** Works through all of them, so many at once. */
export async function inFlight<T>(
  items: readonly T[],
  most: number,
  work: (item: T) => Promise<unknown>,
): Promise<void> {
  let next = 0;
  const worker = async () => {
    for (let index = next++; index < items.length; index = next++) await work(items[index] as T);
  };
  await Promise.all(Array.from({ length: Math.min(most, items.length) }, worker));
}
