import { kratos } from '../../src/cli/cli.ts';
import type { Io, Sink } from '../../src/cli/io.ts';
import type { Clock } from '../../src/model/clock.ts';
import { type KratosOptions, type KratosStandIn, startKratos } from '../standin/kratos/server.ts';
import type { KratosVersion } from '../standin/kratos/version.ts';
import { testClock } from './kratos-server.ts';

export interface Ran {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

export interface RunOptions {
  readonly env?: Readonly<Record<string, string>>;
  /** `undefined`: nothing; `null`: it never ends. */
  readonly stdin?: string | null;
  /** Columns of a terminal that both streams go to. */
  readonly terminal?: number;
  readonly clock?: Clock;
  readonly interrupted?: AbortSignal;
  /** What writing to standard output fails with. */
  readonly stdoutFails?: NodeJS.ErrnoException;
}

/** Runs the command line as `main` does, but for the process around it. */
export async function run(argv: readonly string[], options: RunOptions = {}): Promise<Ran> {
  const { env = {}, stdin = '', terminal, clock = testClock(), stdoutFails } = options;
  const written = { stdout: '', stderr: '' };
  const sink = (name: keyof typeof written, failure?: Error): Sink => ({
    isTerminal: terminal !== undefined,
    columns: terminal,
    write(text) {
      if (failure !== undefined) return Promise.reject(failure);
      written[name] += text;
      return Promise.resolve();
    },
  });
  const io: Io = {
    argv,
    env,
    stdin: () => (stdin === null ? new Promise(() => {}) : Promise.resolve(new TextEncoder().encode(stdin))),
    stdout: sink('stdout', stdoutFails),
    stderr: sink('stderr'),
    clock,
    interrupted: options.interrupted ?? new AbortController().signal,
  };
  const code = await kratos(io);
  return { code, ...written };
}

export interface World extends AsyncDisposable {
  readonly server: KratosStandIn;
  /** Runs a command against that server. */
  readonly run: (line: string, options?: RunOptions) => Promise<Ran>;
  /** Creates an identity with this address and answers its id. */
  readonly create: (email: string) => Promise<string>;
}

/** A stand-in of that release, and the command line that knows both its ports. */
export async function world(version: KratosVersion, options: Partial<KratosOptions> = {}): Promise<World> {
  const server = await startKratos({ version, ...options });
  const env = { KRATOS_ADMIN_URL: server.adminUrl, KRATOS_PUBLIC_URL: server.publicUrl };
  const here: World['run'] = (line, options) =>
    run(line === '' ? [] : line.split(' '), { ...options, env: { ...env, ...options?.env } });
  return {
    server,
    run: here,
    async create(email) {
      const stdin = JSON.stringify({ schema_id: 'default', traits: { email } });
      const { code, stdout, stderr } = await here('identities create -f - -o name', { stdin });
      if (code !== 0) throw new Error(stderr);
      return stdout.trim();
    },
    [Symbol.asyncDispose]: () => server.stop(),
  };
}

export const NOBODY = '11111111-2222-4333-8444-555555555555';
