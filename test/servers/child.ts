import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, openSync, readFileSync } from 'node:fs';
import { Hopeless, until } from './wait.ts';

export interface ChildOptions {
  /** For messages. */
  readonly name: string;
  readonly command: string;
  readonly arguments: readonly string[];
  readonly cwd?: string;
  /** The whole environment. */
  readonly env: Readonly<Record<string, string>>;
  /** Gets standard output and error; appended to. */
  readonly logFile: string;
}

/** How a process ended: its exit code, or the signal that ended it. */
export interface Ending {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
}

const STOP_SECONDS = 40;
const running = new Set<ChildProcess>();

// Whatever ends this process, nothing it started outlives it.
process.once('exit', () => {
  for (const child of running) child.kill('SIGKILL');
});

/** One process that we started, its log, and the signals we send it. */
export class Child {
  readonly name: string;
  readonly logFile: string;
  readonly ended: Promise<Ending>;
  readonly #process: ChildProcess;
  #ending: Ending | undefined;

  constructor(options: ChildOptions) {
    this.name = options.name;
    this.logFile = options.logFile;
    const log = openSync(options.logFile, 'a');
    this.#process = spawn(options.command, options.arguments, {
      cwd: options.cwd,
      env: options.env,
      stdio: ['ignore', log, log],
    });
    closeSync(log);
    running.add(this.#process);
    this.ended = this.#watch();
  }

  get pid(): number {
    return this.#process.pid ?? 0;
  }

  /** Waits for a condition that this process is to bring about; gives up at once, with the log's end, when the process ends. */
  async ready(ask: () => Promise<boolean>, seconds = 60): Promise<void> {
    const asking = until(
      `${this.name} to be ready`,
      async () => {
        if (this.#ending !== undefined)
          throw new Hopeless(`${this.name} ended (${JSON.stringify(this.#ending)})`);
        return ask();
      },
      seconds,
    );
    await asking.catch((error: Error) => {
      throw new Error(`${error.message}\n${this.tail()}`);
    });
  }

  signal(signal: NodeJS.Signals): void {
    this.#process.kill(signal);
  }

  /** SIGTERM, and SIGKILL to one that does not listen. */
  async stop(): Promise<Ending> {
    if (this.#ending !== undefined) return this.#ending;
    this.signal('SIGCONT');
    this.signal('SIGTERM');
    const late = setTimeout(() => this.signal('SIGKILL'), STOP_SECONDS * 1000);
    const ending = await this.ended;
    clearTimeout(late);
    return ending;
  }

  async kill(): Promise<void> {
    this.signal('SIGKILL');
    await this.ended;
  }

  log(): string {
    return readFileSync(this.logFile, 'utf8');
  }

  /** The log's last lines, for a message about a failure. */
  tail(lines = 15): string {
    return this.log()
      .trimEnd()
      .split('\n')
      .slice(-lines)
      .map((line) => `    | ${line.slice(0, 400)}`)
      .join('\n');
  }

  async #watch(): Promise<Ending> {
    try {
      const [code, signal] = (await once(this.#process, 'exit')) as [number | null, NodeJS.Signals | null];
      this.#ending = { code, signal };
    } catch {
      this.#ending = { code: 127, signal: null };
    }
    running.delete(this.#process);
    return this.#ending;
  }
}
