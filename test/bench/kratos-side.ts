import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { KratosClient } from '../../src/kratos/client.ts';
import type { Binaries } from '../servers/build.ts';
import { Child } from '../servers/child.ts';
import { KratosServer } from '../servers/kratos.ts';
import { freePort } from '../servers/wait.ts';
import { realClock } from '../wire/clocks.ts';
import { childNamed, cpuSeconds } from './procfs.ts';

/** `stub` is the stand-in that answers at once. */
export type KratosKind = 'stub' | '1.3.1';

/** What was asked of the stand-in since it was told to forget. */
export interface Seen {
  readonly requests: Readonly<Record<string, number>>;
  /** When the last one was answered, in epoch milliseconds. */
  readonly lastAt: number;
}

export interface KratosOptions {
  readonly kind: KratosKind;
  readonly binaries: Binaries;
  readonly folder: string;
  /** Of each answer; of the stand-in only. */
  readonly latencyMs?: number;
}

let started = 0;

/** The Kratos of one measurement: fresh, and with nothing in it. */
export class KratosSide {
  readonly adminUrl: string;
  readonly publicUrl: string;
  readonly #client: KratosClient;
  readonly #pid: number;
  readonly #isStandIn: boolean;
  readonly #end: () => Promise<unknown>;

  private constructor(
    parts: { readonly adminUrl: string; readonly publicUrl: string; readonly pid: number },
    isStandIn: boolean,
    end: () => Promise<unknown>,
  ) {
    this.adminUrl = parts.adminUrl;
    this.publicUrl = parts.publicUrl;
    this.#pid = parts.pid;
    this.#isStandIn = isStandIn;
    this.#end = end;
    this.#client = new KratosClient({ adminUrl: parts.adminUrl, connections: 1, clock: realClock });
  }

  static async start({ kind, binaries, folder, latencyMs = 0 }: KratosOptions): Promise<KratosSide> {
    if (kind === 'stub') return KratosSide.#standIn(folder, latencyMs);
    const server = await KratosServer.start(kind, binaries, folder);
    return new KratosSide(
      { adminUrl: server.adminUrl, publicUrl: server.publicUrl, pid: childNamed('kratos') },
      false,
      () => server.stop(),
    );
  }

  static async #standIn(folder: string, latencyMs: number): Promise<KratosSide> {
    const port = await freePort();
    started += 1;
    const child = new Child({
      name: 'stand-in',
      command: process.execPath,
      // A key of that name is one like any other.
      arguments: [
        '--disable-proto=delete',
        fileURLToPath(new URL('fast-kratos.ts', import.meta.url)),
        `${port}`,
        `${latencyMs}`,
      ],
      env: {},
      logFile: join(folder, `stand-in-${started}.log`),
    });
    const url = `http://127.0.0.1:${port}`;
    await child.ready(async () => (await fetch(`${url}/admin/health/ready`)).ok);
    return new KratosSide({ adminUrl: url, publicUrl: url, pid: child.pid }, true, () => child.stop());
  }

  cpu(): number {
    return cpuSeconds(this.#pid);
  }

  /** `undefined` on a real one. */
  async seen(): Promise<Seen | undefined> {
    return this.#isStandIn
      ? ((await (await fetch(`${this.adminUrl}/bench/seen`)).json()) as Seen)
      : undefined;
  }

  async forget(): Promise<void> {
    if (this.#isStandIn) await fetch(`${this.adminUrl}/bench/seen`, { method: 'DELETE' });
  }

  async identities(): Promise<number> {
    const has = await this.#client.probe();
    let count = 0;
    for await (const page of this.#client.listIdentities(has)) count += page.length;
    return count;
  }

  async stop(): Promise<void> {
    await this.#client.close();
    await this.#end();
  }
}
