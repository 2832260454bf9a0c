import { type Argument, type Command, type Flag, nameOf } from './command.ts';
import { CONNECTION, flagsOf } from './flags.ts';

/** How the command line is called. */
export const PROGRAM = 'kratos-identity-operator kratos';

const CODES = 'Exit codes: 0 done, 1 failed, 2 usage, 3 not found, 4 conflict, 5 unavailable.';

/** Help about everything, about one noun, or about one command, by the words that name it. */
export function helpText(commands: readonly Command[], path: readonly string[]): string {
  const about = commands.filter(({ words }) => path.every((word, at) => words[at] === word));
  const [command] = about;
  if (command !== undefined && command.words.length === path.length) return commandHelp(command);
  const rows = about.map((one) => [usage(one), one.summary] as const);
  const parts = [
    path.length === 0 ? "Works with Ory Kratos' admin API." : undefined,
    `Usage: ${[PROGRAM, ...path, path.length === 0 ? 'COMMAND' : 'VERB', '[flags]'].join(' ')}`,
    `Commands:\n${columns(rows)}`,
    path.length === 0
      ? `Where Kratos is, for every command that asks it:\n${flagRows(Object.values(CONNECTION))}`
      : undefined,
    `${[PROGRAM, ...path, path.length === 0 ? 'COMMAND' : 'VERB', '--help'].join(' ')} tells more.`,
    path.length === 0 ? CODES : undefined,
  ];
  return joined(parts);
}

function commandHelp(command: Command): string {
  const all: readonly Argument[] = Object.values(command.arguments);
  return joined([
    `${command.summary[0]?.toUpperCase()}${command.summary.slice(1)}.`,
    `Usage: ${PROGRAM} ${usage(command)} [flags]`,
    all.length === 0
      ? undefined
      : `Arguments:\n${columns(all.map(({ name, help }) => [name, help] as const))}`,
    `Flags, environment variables and [defaults]:\n${flagRows(flagsOf(command))}`,
    command.kind === 'remote' ? CODES : undefined,
  ]);
}

/** `identities get [ID]`, with the flags that cannot be left out. */
function usage(command: Command): string {
  const all: readonly Argument[] = Object.values(command.arguments);
  const required = Object.values(command.flags).flatMap((flag) =>
    flag.kind === 'option' && flag.required ? [`${spelled(flag)} ${flag.value}`] : [],
  );
  const words = all.map(({ name, optional }) => (optional ? `[${name}]` : name));
  return [nameOf(command), ...words, ...required].join(' ');
}

function spelled({ name, short }: Flag): string {
  return short === undefined ? `--${name}` : `-${short}`;
}

function flagRows(flags: readonly Flag[]): string {
  const rows = flags.map((flag) => {
    const names = flag.short === undefined ? `    --${flag.name}` : `-${flag.short}, --${flag.name}`;
    const isOption = flag.kind === 'option';
    const required = isOption && flag.required ? ' (required)' : '';
    return [
      isOption ? `${names} ${flag.value}` : names,
      (isOption && flag.env) || '',
      `${flag.help}${required}`,
    ];
  });
  return columns(rows);
}

function columns(rows: readonly (readonly string[])[]): string {
  const widths = (rows[0] ?? []).map((_, at) => Math.max(...rows.map((row) => row[at]?.length ?? 0)));
  return rows
    .map((row) => {
      const cells = row.map((cell, at) => cell.padEnd(widths[at] ?? 0)).filter((cell) => cell !== '');
      return `  ${cells.join('  ').trimEnd()}`;
    })
    .join('\n');
}

function joined(parts: readonly (string | undefined)[]): string {
  return `${parts.filter((part) => part !== undefined).join('\n\n')}\n`;
}
