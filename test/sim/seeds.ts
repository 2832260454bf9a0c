import fc from 'fast-check';
import { expect } from 'vitest';

const { SIM_SEED, SIM_PATH, SIM_RUNS } = process.env;
const SEED = 20_260_101;

/**
 * Holds a property to a fixed number of seeded runs, or to what the environment says: `SIM_SEED` and `SIM_PATH` repeat one run,
 * `SIM_RUNS` says how many runs of a seed. A failure tells the shortest counterexample, and the command that repeats it.
 */
export async function hold<T>(
  file: string,
  property: fc.IAsyncPropertyWithHooks<T>,
  runs: number,
): Promise<void> {
  const seed = SIM_SEED === undefined ? SEED : Number(SIM_SEED);
  const numRuns = SIM_RUNS === undefined ? runs : Number(SIM_RUNS);
  const path = SIM_PATH === undefined ? {} : { path: SIM_PATH, endOnFailure: true };
  const details = await fc.check(property, { seed, numRuns, ...path });
  if (!details.failed) return;
  const error = details.errorInstance instanceof Error ? details.errorInstance : new Error('interrupted');
  const from = `SIM_SEED=${details.seed} SIM_PATH=${details.counterexamplePath}`;
  throw new Error(
    `${error.message}\n\nthe shortest one found:\n${told(details.counterexample)}\n\nrepeat it:\n  ${from} npm test -- ${file} -t '${pattern()}'\n`,
    { cause: error },
  );
}

/** The name of the test that runs, as `-t` takes it: a regular expression over the names of its groups and its own. */
function pattern(): string {
  const { currentTestName = '' } = expect.getState();
  return currentTestName.replaceAll(/[^\w ]/g, '.');
}

function told(counterexample: unknown): string {
  return [counterexample]
    .flat(2)
    .map((one) => `  ${fc.stringify(one)}`)
    .join('\n');
}
