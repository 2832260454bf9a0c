import { messageOf } from './fields.ts';
import { HELP, type Options, parseOptions } from './options.ts';
import type { Undo } from './servers.ts';
import { show } from './show.ts';
import { Timeline } from './timeline.ts';

/* `npm run demo`: reads the flags, maps signals and failures to exit codes, and leaves nothing behind. */

const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

async function main(): Promise<number> {
  const asked = parseOptions(process.argv.slice(2));
  switch (asked.kind) {
    case 'help':
      process.stdout.write(HELP);
      return 0;
    case 'problems':
      process.stderr.write(`${asked.problems.join('\n')}\nTry: npm run demo -- --help\n`);
      return 2;
    case 'options':
      return run(asked.options);
  }
}

async function run(options: Options): Promise<number> {
  const interrupted = new AbortController();
  const interrupt = () => interrupted.abort(new Error('interrupted'));
  // Every one of them, the second Ctrl-C too, only asks: what was begun is always undone, and that has deadlines.
  for (const signal of SIGNALS) process.on(signal, interrupt);
  // A reader that goes away (`| head`) is no reason to leave anything behind.
  process.stdout.on('error', interrupt);

  const timeline = new Timeline(process.stdout);
  const undo: Undo = [];
  const failures: unknown[] = [];
  try {
    await show(options, timeline, interrupted.signal, undo);
  } catch (error) {
    failures.push(error);
  }
  for (const step of undo.reverse()) await step().catch((error: unknown) => failures.push(error));
  const real = failures.filter((failure) => failure !== interrupted.signal.reason);
  for (const failure of real) timeline.ended(`Failed: ${messageOf(failure)}`);
  if (real.length > 0) return 1;
  if (failures.length > 0) timeline.ended('Interrupted.');
  else timeline.ended(options.keep ? 'Stopped.' : `All of it was seen, in ${timeline.elapsed} s.`);
  return failures.length > 0 ? 130 : 0;
}

process.exitCode = await main();
