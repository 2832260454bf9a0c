import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { isObject, type JsonObject } from '../src/model/json.ts';
import { objectOf, textOf } from './fields.ts';
import { Http } from './http.ts';

const BUNDLE = fileURLToPath(new URL('../dist/main.mjs', import.meta.url));
const STOP_WITHIN_MS = 35_000;
const LAST_WORDS = 8;

/** Whatever the operator reads from its environment: the demo says everything by flags. */
const SETTINGS =
  /^(KRATOS_|KUBECONFIG$|WATCH_NAMESPACES$|OWNER_ID$|CONCURRENCY$|RESYNC_|LEADER_ELECT|RECOVERY_|LISTEN_|LOG_|KUBERNETES_SERVICE_)/;

/** The operator as users run it: `node dist/main.mjs`, in a process of its own. */
export class Operator {
  readonly #child: ChildProcess;
  readonly #troubles: string[] = [];
  readonly #died = new AbortController();
  #port: number | undefined;
  #asked = false;
  /** Resolves with the exit code, or the signal's name. */
  readonly ended: Promise<number | string>;

  constructor(flags: readonly string[]) {
    if (!existsSync(BUNDLE)) throw new Error('there is no dist/main.mjs: npm run build makes it');
    const env = Object.fromEntries(Object.entries(process.env).filter(([name]) => !SETTINGS.test(name)));
    const stdio: ['ignore', 'pipe', 'pipe'] = ['ignore', 'pipe', 'pipe'];
    // A process group of its own, so that Ctrl-C reaches the demo alone: it stops the operator when that is in order.
    const child = spawn(process.execPath, [BUNDLE, ...flags], { env, stdio, detached: true });
    this.#child = child;
    createInterface({ input: child.stdout }).on('line', (line) => this.#read(line));
    createInterface({ input: child.stderr }).on('line', (line) => this.#trouble(line));
    this.ended = new Promise((resolve) => {
      child.once('error', (error) => resolve(error.message));
      child.once('exit', (code, signal) => resolve(code ?? signal ?? 'unknown'));
    });
    void this.ended.then((how) => {
      if (!this.#asked) this.#died.abort(new Error(`the operator ended by itself (${how})`));
    });
  }

  get pid(): number | undefined {
    return this.#child.pid;
  }

  /** Aborted when the process ends without being asked to. */
  get died(): AbortSignal {
    return this.#died.signal;
  }

  /** Where it serves health and metrics, once it does. */
  get url(): string | undefined {
    return this.#port === undefined ? undefined : `http://127.0.0.1:${this.#port}`;
  }

  /** The last warnings and errors that it logged. */
  get troubles(): readonly string[] {
    return this.#troubles.slice(-LAST_WORDS);
  }

  /** Whether its caches are complete and it holds the lease, as `/readyz` and `/metrics` say. */
  async leads(): Promise<true | undefined> {
    if (this.url === undefined) return undefined;
    const http = new Http(this.url);
    try {
      const { status } = await http.send('GET', '/readyz');
      const { body } = await http.send('GET', '/metrics');
      return status === 200 && /^leader_election_master_status\{.*\} 1$/m.test(textOf(body))
        ? true
        : undefined;
    } finally {
      await http.close();
    }
  }

  /** SIGTERM, and SIGKILL if it does not go in time. Answers as `ended` does. */
  async stop(): Promise<number | string> {
    this.#asked = true;
    this.#child.kill('SIGTERM');
    const patience = setTimeout(() => this.#child.kill('SIGKILL'), STOP_WITHIN_MS);
    const how = await this.ended;
    clearTimeout(patience);
    return how;
  }

  #read(line: string): void {
    const entry = parse(line);
    if (entry === undefined) {
      this.#trouble(line);
      return;
    }
    if (typeof entry.port === 'number') this.#port = entry.port;
    if (!['warn', 'error', 'fatal'].includes(textOf(entry.level))) return;
    const cause = textOf(objectOf(entry.err).message);
    this.#trouble(`${textOf(entry.msg)}${cause === '' ? '' : `: ${cause}`}`);
  }

  #trouble(line: string): void {
    this.#troubles.push(line);
  }
}

function parse(line: string): JsonObject | undefined {
  try {
    const value: unknown = JSON.parse(line);
    return isObject(value) ? value : undefined;
  } catch {
    return undefined;
  }
}
