import fc from 'fast-check';

const { SIM_SEED, SIM_PATH, SIM_RUNS } = process.env;
const SEED = 20_260_101;

/**
 * Holds a property to a fixed number of seeded runs, or to what the environment says: `SIM_SEED` and `SIM_PATH` repeat one run,
 * `SIM_RUNS` says how many runs of a seed. A failure names the command that repeats it.
 */
export async function hold<T>(
  where: { readonly file: string; readonly test: string; readonly runs: number },
  arbitrary: fc.Arbitrary<T>,
  property: (value: T) => Promise<void>,
): Promise<void> {
  const seed = SIM_SEED === undefined ? SEED : Number(SIM_SEED);
  const numRuns = SIM_RUNS === undefined ? where.runs : Number(SIM_RUNS);
  const path = SIM_PATH === undefined ? {} : { path: SIM_PATH };
  const details = await fc.check(fc.asyncProperty(arbitrary, property), { seed, numRuns, ...path });
  if (!details.failed) return;
  const error = details.errorInstance instanceof Error ? details.errorInstance : new Error('interrupted');
  const command = `SIM_SEED=${details.seed} SIM_PATH=${details.counterexamplePath} npm test -- ${where.file} -t '${where.test}'`;
  throw new Error(
    `${error.message}\n\nthe shortest history found:\n${told(details.counterexample?.[0])}\n\nrepeat it:\n  ${command}\n`,
    { cause: error },
  );
}

function told(history: unknown): string {
  return Array.isArray(history)
    ? history.map((one) => `  ${JSON.stringify(one)}`).join('\n')
    : String(history);
}
