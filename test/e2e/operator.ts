import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Child, type Ending } from '../servers/child.ts';
import { freePort } from '../servers/wait.ts';

export const BUNDLE = fileURLToPath(new URL('../../dist/main.mjs', import.meta.url));

export interface OperatorOptions {
  /** For messages and the log's file name. */
  readonly name: string;
  readonly folder: string;
  readonly flags: readonly string[];
  /** The whole environment, apart from what Node itself needs. */
  readonly env?: Readonly<Record<string, string>>;
}

/** Node's own flags, as the image runs it. */
export async function imageFlags(): Promise<string[]> {
  const dockerfile = await readFile(new URL('../../Dockerfile', import.meta.url), 'utf8');
  const flags = [...dockerfile.matchAll(/^ {2}"(--[^"]+)", \\$/gm)].map(([, flag]) => flag ?? '');
  if (flags.length === 0) throw new Error('the Dockerfile has no entry point of the known form');
  return flags;
}

let started = 0;

/** The built bundle as a process of its own: nothing in it knows that it is tested. */
export class Operator {
  readonly child: Child;
  readonly #url: string;

  private constructor(child: Child, url: string) {
    this.child = child;
    this.#url = url;
  }

  static async launch(options: OperatorOptions): Promise<Operator> {
    if (!existsSync(BUNDLE)) throw new Error('dist/main.mjs is not built: npm run build');
    const address = `127.0.0.1:${await freePort()}`;
    started += 1;
    const child = new Child({
      name: `operator ${options.name}`,
      command: process.execPath,
      arguments: [...(await imageFlags()), BUNDLE, '--listen-address', address, ...options.flags],
      env: { HOME: '/nonexistent', PATH: process.env.PATH ?? '', ...options.env },
      logFile: join(options.folder, `operator-${started}-${options.name}.log`),
    });
    return new Operator(child, `http://${address}`);
  }

  /** Launches and waits for /readyz. */
  static async start(options: OperatorOptions): Promise<Operator> {
    const operator = await Operator.launch(options);
    await operator.isReady();
    return operator;
  }

  isReady(seconds?: number): Promise<void> {
    return this.child.ready(async () => (await this.status('/readyz')) === 200, seconds);
  }

  async status(path: string): Promise<number> {
    const answer = await fetch(this.#url + path);
    await answer.body?.cancel();
    return answer.status;
  }

  async metrics(): Promise<string> {
    return (await fetch(`${this.#url}/metrics`)).text();
  }

  /** The value of the first sample whose line begins so. */
  async metric(start: string): Promise<number | undefined> {
    const line = (await this.metrics()).split('\n').find((one) => one.startsWith(start));
    return line === undefined ? undefined : Number(line.slice(line.lastIndexOf(' ') + 1));
  }

  async isLeader(): Promise<boolean> {
    return (await this.metric('leader_election_master_status')) === 1;
  }

  stop(): Promise<Ending> {
    return this.child.stop();
  }

  kill(): Promise<void> {
    return this.child.kill();
  }
}
