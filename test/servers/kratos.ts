import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdtemp, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { type Binaries, sourceFolder } from './build.ts';
import { Child } from './child.ts';
import { freePort } from './wait.ts';

/** The releases that are run; the first is of the classic generation, the second of the modern one. */
export const kratosVersions = ['0.5.5', '1.3.1'] as const;
/** A release that a flag adds; nothing but the conformance suite is for it. */
export const conformanceVersion = '1.0.0';
export type KratosVersion = (typeof kratosVersions)[number] | typeof conformanceVersion;

const run = promisify(execFile);
const SCHEMAS = {
  default: new URL('schemas/default.schema.json', import.meta.url).href,
  note: new URL('schemas/note.schema.json', import.meta.url).href,
};
/** Asked for up to v1.0. */
const COURIER = { courier: { smtp: { connection_uri: 'smtp://127.0.0.1:1/' } } };
const STARTS = 3;
const ACCOUNT_PAGES = 'http://127.0.0.1:4455';

/** How one release is run. */
interface Release {
  readonly binary: string;
  readonly cwd: string | undefined;
  readonly readyPath: string;
  readonly serve: readonly string[];
  readonly config: (ports: Ports) => object;
}

interface Ports {
  readonly public: number;
  readonly admin: number;
}

/**
 * A real Kratos on loopback ports with a database file, the schemas `default` (an email is identifier, verifiable and recovery
 * address) and `note` (no identifier), and both recovery methods. It keeps its ports and its data when it is started again.
 */
export class KratosServer {
  readonly version: KratosVersion;
  readonly adminUrl: string;
  readonly publicUrl: string;
  readonly #release: Release;
  readonly #home: string;
  readonly #ports: Ports;
  #child: Child | undefined;

  private constructor(version: KratosVersion, release: Release, home: string, ports: Ports) {
    this.version = version;
    this.adminUrl = `http://127.0.0.1:${ports.admin}`;
    this.publicUrl = `http://127.0.0.1:${ports.public}`;
    this.#release = release;
    this.#home = home;
    this.#ports = ports;
  }

  /** Makes the database and starts the server. */
  static async start(version: KratosVersion, binaries: Binaries, folder: string): Promise<KratosServer> {
    const release = await RELEASES[version](binaries);
    const home = await mkdtemp(join(folder, `kratos-${version}-`));
    const ports = { public: await freePort(), admin: await freePort() };
    const server = new KratosServer(version, release, home, ports);
    await server.useDatabase('kratos');
    await server.resume();
    return server;
  }

  /** What it has at the next start: another database, empty the first time that its name is used. */
  async useDatabase(name: string): Promise<void> {
    const file = join(this.#home, `${name}.sqlite`);
    const dsn = `sqlite://${file}?_fk=true&_busy_timeout=10000`;
    const { binary, cwd, config } = this.#release;
    await writeFile(
      join(this.#home, 'kratos.json'),
      JSON.stringify({ dsn, ...config(this.#ports) }, undefined, 2),
    );
    if (existsSync(file)) return;
    await run(binary, ['migrate', 'sql', '-e', '--yes'], {
      cwd,
      env: environment(dsn),
      timeout: 60_000,
      maxBuffer: 16 * 1024 * 1024,
    });
  }

  /** Starts it again, after `stop`, on the same ports with the same data. */
  async resume(): Promise<void> {
    for (let start = 1; ; start += 1) {
      const child = this.#serve();
      this.#child = child;
      try {
        return await child.ready(async () => (await fetch(this.adminUrl + this.#release.readyPath)).ok);
      } catch (error) {
        // v0.5 sets its two listeners up at once, and now and then panics over a route that both of them register.
        if (start === STARTS || !child.tail(60).includes('a handle is already registered')) throw error;
      }
    }
  }

  #serve(): Child {
    const { binary, cwd, serve } = this.#release;
    return new Child({
      name: `kratos ${this.version}`,
      command: binary,
      arguments: ['serve', '--dev', ...serve, '-c', join(this.#home, 'kratos.json')],
      ...(cwd !== undefined && { cwd }),
      env: environment(),
      logFile: join(this.#home, 'kratos.log'),
    });
  }

  async stop(): Promise<void> {
    await this.#child?.stop();
  }

  /** Stops its clock: it accepts connections and answers nothing, until `thaw`. */
  freeze(): void {
    this.#child?.signal('SIGSTOP');
  }

  thaw(): void {
    this.#child?.signal('SIGCONT');
  }
}

const RELEASES: Readonly<Record<KratosVersion, (binaries: Binaries) => Promise<Release>>> = {
  '0.5.5': async (binaries) => ({
    binary: binaries['kratos-0.5.5'],
    cwd: await sourceFolder('kratos-0.5.5'),
    readyPath: '/health/ready',
    serve: ['--disable-telemetry'],
    config: (ports) => ({
      identity: { default_schema_url: SCHEMAS.default, schemas: [{ id: 'note', url: SCHEMAS.note }] },
      ...COURIER,
      ...common(ports, {}),
    }),
  }),
  '1.0.0': (binaries) => Promise.resolve(modern(binaries['kratos-1.0.0'], COURIER)),
  '1.3.1': (binaries) => Promise.resolve(modern(binaries['kratos-1.3.1'])),
};

function modern(binary: string, more: object = {}): Release {
  return {
    binary,
    cwd: undefined,
    readyPath: '/admin/health/ready',
    serve: ['--sqa-opt-out'],
    config: (ports) => ({
      identity: {
        default_schema_id: 'default',
        schemas: Object.entries(SCHEMAS).map(([id, url]) => ({ id, url })),
      },
      ...more,
      ...common(ports, { methods: { link: { enabled: true }, code: { enabled: true } } }),
    }),
  };
}

function common(ports: Ports, selfservice: object): object {
  const listener = (port: number) => ({ host: '127.0.0.1', port, base_url: `http://127.0.0.1:${port}/` });
  return {
    selfservice: {
      default_browser_return_url: `${ACCOUNT_PAGES}/`,
      flows: {
        recovery: { enabled: true, ui_url: `${ACCOUNT_PAGES}/recovery` },
        verification: { enabled: true, ui_url: `${ACCOUNT_PAGES}/verification` },
      },
      ...selfservice,
    },
    serve: { public: listener(ports.public), admin: listener(ports.admin) },
  };
}

/** v0.5 calls the `go` command, which wants its caches. */
function environment(dsn?: string): Record<string, string> {
  const kept = ['PATH', 'HOME', 'GOPATH', 'GOMODCACHE', 'GOCACHE', 'GOFLAGS', 'GOPROXY', 'GOTOOLCHAIN'];
  const inherited = kept.flatMap((name) => {
    const value = process.env[name];
    return value === undefined ? [] : [[name, value] as const];
  });
  return { ...Object.fromEntries(inherited), ...(dsn !== undefined && { DSN: dsn }) };
}
