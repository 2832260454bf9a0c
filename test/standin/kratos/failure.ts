/** Where a check is: both pointers, already escaped, e.g. `#/traits/email`. */
export interface Place {
  readonly instance: string;
  readonly schema: string;
}

/** One failed check and what caused it. */
export interface Failure {
  readonly at: Place;
  readonly message: string;
  readonly causes: readonly Failure[];
}

export function fail(at: Place, message: string, causes: readonly Failure[] = []): Failure {
  return { at, message, causes };
}

/** The same instance under a keyword of its schema. */
export function under(at: Place, keyword: string): Place {
  return { instance: at.instance, schema: `${at.schema}/${keyword}` };
}

/** The text of a failure: one line per check, children indented below their parent. */
export function failureText(failure: Failure): string {
  const lines = [`I[${failure.at.instance}] S[${failure.at.schema}] ${failure.message}`];
  for (const cause of failure.causes) {
    for (const line of failureText(cause).split('\n')) lines.push(`  ${line}`);
  }
  return lines.join('\n');
}
