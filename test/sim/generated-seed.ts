import fc from 'fast-check';
import { expect } from 'vitest';

/** What every run of `npm test` begins with; another one and the way to a counterexample come from the environment. */
const SEED = Number(process.env.GENERATED_SEED ?? 20_260_101);
const WAY = process.env.GENERATED_PATH;

/** Checks a property from a fixed seed; a failure ends with the command that repeats it. */
export async function holds<T>(
  file: string,
  property: fc.IAsyncPropertyWithHooks<T>,
  numRuns: number,
): Promise<void> {
  const result = await fc.check(property, {
    seed: SEED,
    numRuns,
    ...(WAY !== undefined && { path: WAY, endOnFailure: true }),
  });
  if (!result.failed) return;
  const from = `GENERATED_SEED=${result.seed} GENERATED_PATH=${result.counterexamplePath}`;
  const command = `${from} npx vitest run ${file} -t '${expect.getState().currentTestName}'`;
  const report = await fc.asyncDefaultReportMessage(result);
  throw new Error(`${report}\n\nrepeat it with: ${command}`, { cause: result.errorInstance });
}
