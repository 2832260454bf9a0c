import { toError } from '../model/errors.ts';

/** What was typed, or a file that was named, cannot be used; each problem is a sentence for the person. Exit code 2. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
  readonly problems: readonly string[];

  constructor(...problems: readonly string[]) {
    super(problems.join('; '));
    this.problems = problems;
  }
}

/** That a file cannot be read, and the platform's code for why, e.g. `ENOENT`. */
export function unreadable(name: string, thrown: unknown): UsageError {
  const error = toError(thrown);
  const code = 'code' in error && typeof error.code === 'string' ? ` (${error.code})` : '';
  return new UsageError(`${name} cannot be read${code}`);
}
