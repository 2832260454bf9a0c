import { readFile } from 'node:fs/promises';
import { adminApi } from '../kratos/admin-api.ts';
import { Connection } from '../kratos/connection.ts';
import { Server } from '../kratos/server.ts';
import { toError } from '../model/errors.ts';
import { Advice } from './advice.ts';
import type { Command } from './command.ts';
import { COMMANDS } from './commands/all.ts';
import { readDocument } from './document.ts';
import { EXIT, failureOf } from './failure.ts';
import { CONNECTION, type ConnectionSettings } from './flags.ts';
import type { Io } from './io.ts';
import { Output } from './output.ts';
import { type Asked, parse } from './parse.ts';
import { Progress } from './progress.ts';
import { UsageError, unreadable } from './usage-error.ts';

type Run = Extract<Asked, { kind: 'run' }>;
type Remote = Extract<Command, { kind: 'remote' }>;

/** The command line for people, from what was typed to the exit code. */
export async function kratos(io: Io): Promise<number> {
  const asked = parse(COMMANDS, io.argv, io.env);
  if (asked.kind === 'problems') {
    const lines = [...asked.problems.map((problem) => `error: ${problem}`), asked.hint];
    await io.stderr.write(`${lines.join('\n')}\n`);
    return EXIT.usage;
  }
  const advice = new Advice(teller(io));
  try {
    await carryOut(io, asked, advice);
    return EXIT.done;
  } catch (thrown) {
    // Whoever read the answer has read enough.
    if (isBrokenPipe(thrown)) return EXIT.done;
    const subject = asked.kind === 'run' ? subjectOf(asked) : undefined;
    const { code, lines } = failureOf(thrown, { subject, advice, interrupted: io.interrupted.aborted });
    await io.stderr.write(`${lines.join('\n')}\n`);
    return code;
  }
}

async function carryOut(io: Io, asked: Exclude<Asked, { kind: 'problems' }>, advice: Advice): Promise<void> {
  if (asked.kind === 'help') await io.stdout.write(asked.text);
  else if (asked.command.kind === 'local') await io.stdout.write(asked.command.run(asked.given));
  else await askKratos(io, asked, asked.command, advice);
}

async function askKratos(io: Io, asked: Run, command: Remote, advice: Advice): Promise<void> {
  await checkFiles(asked.connection);
  const connection = new Connection({ ...asked.connection, connections: 8, clock: io.clock });
  const server = new Server(connection);
  // Ends what is under way, whatever it is: a probe has no signal of its own.
  io.interrupted.addEventListener('abort', () => void connection.close());
  const tell = teller(io);
  try {
    await command.run(
      {
        api: adminApi(server),
        server,
        output: new Output(asked.format, io.stdout, tell),
        advice,
        progress: new Progress(io.stderr, io.clock),
        read: (file) => readDocument(file, () => unlessInterrupted(io.stdin(), io.interrupted)),
        tell,
        now: io.clock.now(),
        signal: io.interrupted,
      },
      asked.given,
    );
  } finally {
    await connection.close();
  }
}

function teller(io: Io): (line: string) => Promise<void> {
  return (line) => io.stderr.write(`${line}\n`);
}

/** The operator waits for such files to appear; a person is told. */
async function checkFiles({ tokenFile, caFile }: ConnectionSettings): Promise<void> {
  for (const [{ name, env }, file] of [
    [CONNECTION.tokenFile, tokenFile],
    [CONNECTION.caFile, caFile],
  ] as const) {
    if (file === undefined) continue;
    const text = await readFile(file, 'utf8').catch((thrown: unknown) => {
      throw unreadable(`--${name} (${env})`, thrown);
    });
    if (text.trim() === '') throw new UsageError(`--${name} (${env}) is an empty file`);
  }
}

function subjectOf({ command, given }: Run): string | undefined {
  return command.kind === 'remote' ? command.subject?.(given) : undefined;
}

function isBrokenPipe(thrown: unknown): boolean {
  return thrown instanceof Error && 'code' in thrown && thrown.code === 'EPIPE';
}

/** Waiting for a person to type has no other end. */
function unlessInterrupted<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
  const interruption = new Promise<never>((_, reject) => {
    if (signal.aborted) reject(toError(signal.reason));
    signal.addEventListener('abort', () => reject(toError(signal.reason)), { once: true });
  });
  return Promise.race([work, interruption]);
}
