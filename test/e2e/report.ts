/** One check that was made. */
interface Outcome {
  readonly scenario: string;
  readonly what: string;
  readonly failure: string | undefined;
}

/** The timeline on standard output and the count at its end. */
export class Report {
  readonly #started = performance.now();
  readonly #outcomes: Outcome[] = [];
  readonly #figures: string[] = [];

  /** A line about what goes on, which is no check. */
  say(line: string): void {
    console.log(`${this.#elapsed()}   ${line}`);
  }

  passed(scenario: string, what: string, seconds: number): void {
    this.#outcomes.push({ scenario, what, failure: undefined });
    this.#line('✓', scenario, what, seconds);
  }

  failed(scenario: string, what: string, failure: string, seconds: number): void {
    this.#outcomes.push({ scenario, what, failure });
    this.#line('✗', scenario, what, seconds);
    for (const line of failure.split('\n').slice(0, 40)) console.log(`${' '.repeat(10)}${line}`);
  }

  /** A measurement, printed at the end. */
  figure(line: string): void {
    this.#figures.push(line);
  }

  /** Prints the end and answers whether all went well. */
  end(): boolean {
    const failures = this.#outcomes.filter(({ failure }) => failure !== undefined);
    if (this.#figures.length > 0)
      console.log(`\nfigures (not asserted)\n${this.#figures.map((line) => `  ${line}\n`).join('')}`);
    if (failures.length > 0) {
      console.log('failed');
      for (const { scenario, what, failure } of failures)
        console.log(`  ✗ ${scenario}: ${what}\n      ${failure?.split('\n')[0]}`);
    }
    console.log(`\n${this.#outcomes.length - failures.length} passed, ${failures.length} failed`);
    return failures.length === 0 && this.#outcomes.length > 0;
  }

  #line(mark: string, scenario: string, what: string, seconds: number): void {
    console.log(`${this.#elapsed()} ${mark} ${scenario.padEnd(24)} ${what} (${seconds.toFixed(1)} s)`);
  }

  #elapsed(): string {
    return `${((performance.now() - this.#started) / 1000).toFixed(1).padStart(6)} s`;
  }
}
