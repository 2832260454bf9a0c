/** Releases of Kratos, compared by their numbers. */

/** `0.13.0` of `v0.13.0` or `0.13`. */
export function atLeast(version: string, least: string): boolean {
  const [have, want] = [numbers(version), numbers(least)];
  for (const [index, number] of want.entries()) {
    const other = have[index] ?? 0;
    if (other !== number) return other > number;
  }
  return true;
}

function numbers(version: string): readonly number[] {
  const found = version.match(/\d+/g)?.slice(0, 3).map(Number);
  if (found === undefined) throw new Error(`no release: ${version}`);
  return found;
}
