import { parseArgs } from 'node:util';
import { type Argument, type Command, type Flag, nameOf } from './command.ts';
import { CONNECTION, type ConnectionSettings, flagsOf } from './flags.ts';
import type { Format } from './format.ts';
import { helpText, PROGRAM } from './help.ts';
import { nearest } from './nearest.ts';

type Environment = Readonly<Record<string, string | undefined>>;
type Values = Readonly<Record<string, unknown>>;

/** What was asked for. */
export type Asked =
  | { readonly kind: 'help'; readonly text: string }
  /** Sentences, all there are to say, and where to read on. */
  | { readonly kind: 'problems'; readonly problems: readonly string[]; readonly hint: string }
  | {
      readonly kind: 'run';
      readonly command: Command;
      readonly given: Values;
      readonly format: Format;
      readonly connection: ConnectionSettings;
    };

/** Reads a command line by the table of commands, and what its flags leave open from the environment. */
export function parse(commands: readonly Command[], argv: readonly string[], env: Environment): Asked {
  const typed = readTokens(commands, argv);
  const command = commands.find(({ words }) => words.every((word, at) => typed.words[at] === word));
  const path = command?.words ?? knownWords(commands, typed.words);
  if (typed.flags.some(({ name }) => name === 'help'))
    return { kind: 'help', text: helpText(commands, path) };
  const hint = `see ${[PROGRAM, ...path, '--help'].join(' ')}`;
  if (command === undefined) {
    return { kind: 'problems', problems: [noCommand(commands, typed.words, path)], hint };
  }
  const problems: string[] = [];
  const flags = readFlags(command, typed.flags, env, problems);
  const given = {
    ...readArguments(command, typed.words.slice(command.words.length), problems),
    ...valuesOf(command.flags, flags),
  };
  if (problems.length > 0) return { kind: 'problems', problems, hint };
  const format = (flags.get('output') ?? command.formats[0] ?? 'table') as Format;
  const connection = valuesOf(CONNECTION, flags) as ConnectionSettings;
  return { kind: 'run', command, given, format, connection };
}

/** A flag as it was typed; `value` is absent where none was given. */
interface Typed {
  readonly name: string;
  readonly raw: string;
  readonly value: string | undefined;
}

/** Which flags take a value is the same in all commands, so that flags can stand before the command too. */
function readTokens(commands: readonly Command[], argv: readonly string[]) {
  const options = Object.fromEntries(
    commands.flatMap(flagsOf).map(({ name, kind, short }) => {
      const type = kind === 'switch' ? ('boolean' as const) : ('string' as const);
      return [name, { type, ...(short === undefined ? {} : { short }) }];
    }),
  );
  const { tokens } = parseArgs({
    args: [...argv],
    options,
    strict: false,
    tokens: true,
    allowPositionals: true,
  });
  const words: string[] = [];
  const flags: Typed[] = [];
  for (const token of tokens) {
    if (token.kind === 'positional') words.push(token.value);
    if (token.kind !== 'option') continue;
    const isMissing = token.inlineValue !== true && token.value?.startsWith('-') && token.value !== '-';
    flags.push({ name: token.name, raw: token.rawName, value: isMissing ? undefined : token.value });
  }
  return { words, flags };
}

/** The noun that was typed, if it is one. */
function knownWords(commands: readonly Command[], words: readonly string[]): readonly string[] {
  const [noun = ''] = words;
  return commands.some(({ words: [first] }) => first === noun) ? [noun] : [];
}

function noCommand(commands: readonly Command[], words: readonly string[], path: readonly string[]): string {
  const typed = words[path.length];
  const next = commands
    .filter(({ words: all }) => path.every((word, at) => all[at] === word))
    .map(({ words: all }) => all[path.length] ?? '');
  if (typed === undefined) return `a command is missing: ${[...new Set(next)].join(', ')}`;
  const meant = nearest(typed, next);
  const command = [...path, shown(typed)].join(' ');
  return `there is no command ${command}${meant === undefined ? '' : `; did you mean ${[...path, meant].join(' ')}?`}`;
}

/** What was typed where a word was expected may be a URL with a password that lost its flag. */
function shown(typed: string): string {
  return /^[a-z][a-z-]{0,30}$/i.test(typed) ? typed : 'of that name';
}

function readFlags(
  command: Command,
  typed: readonly Typed[],
  env: Environment,
  problems: string[],
): ReadonlyMap<string, unknown> {
  const known = flagsOf(command);
  const texts = new Map<string, string>();
  const seen = new Set<string>();
  for (const { name, raw, value } of typed) {
    const flag = known.find((one) => one.name === name);
    const problem =
      flag === undefined ? unknownFlag(command, raw, known) : problemOf(flag, value, seen.has(name));
    if (problem !== undefined) problems.push(problem);
    seen.add(name);
    texts.set(name, value ?? '');
  }
  const values = new Map<string, unknown>();
  for (const flag of known) {
    if (flag.kind === 'switch') {
      values.set(flag.name, seen.has(flag.name));
      continue;
    }
    const text = seen.has(flag.name) ? texts.get(flag.name) : fromEnvironment(flag, env);
    const isBad = problems.some((problem) => problem.startsWith(`--${flag.name} `));
    if (isBad || (text === undefined && flag.required !== true)) continue;
    const read = flag.read(text ?? '');
    if ('value' in read) values.set(flag.name, read.value);
    else problems.push(`${labelOf(flag)} ${text === undefined ? 'is required and ' : ''}${read.problem}`);
  }
  return values;
}

function problemOf(flag: Flag, value: string | undefined, again: boolean): string | undefined {
  if (again) return `--${flag.name} is given twice`;
  if (flag.kind === 'switch') return value === undefined ? undefined : `--${flag.name} takes no value`;
  return value === undefined ? `--${flag.name} needs a value: ${flag.value}` : undefined;
}

function unknownFlag(command: Command, raw: string, known: readonly Flag[]): string {
  const meant = nearest(
    raw.replace(/^-+/, ''),
    known.map(({ name }) => name),
  );
  return `${nameOf(command)} has no flag ${raw}${meant === undefined ? '' : `; did you mean --${meant}?`}`;
}

/** An empty variable is an unset one. */
function fromEnvironment(flag: Flag, env: Environment): string | undefined {
  const value = flag.kind === 'switch' || flag.env === undefined ? undefined : env[flag.env];
  return value === '' ? undefined : value;
}

function labelOf(flag: Extract<Flag, { kind: 'option' }>): string {
  return flag.env === undefined ? `--${flag.name}` : `--${flag.name} (${flag.env})`;
}

function readArguments(command: Command, typed: readonly string[], problems: string[]): Values {
  const wanted: readonly (readonly [string, Argument])[] = Object.entries(command.arguments);
  const values: Record<string, unknown> = {};
  for (const [at, [key, argument]] of wanted.entries()) {
    const text = typed[at];
    if (text === undefined) {
      if (argument.optional !== true)
        problems.push(`${nameOf(command)} needs ${argument.name}: ${argument.help}`);
      continue;
    }
    const read = argument.read(text);
    if ('value' in read) values[key] = read.value;
    else problems.push(`${argument.name} ${read.problem}`);
  }
  if (typed.length > wanted.length) {
    const most = wanted.length === 0 ? 'no argument' : wanted.map(([, { name }]) => name).join(' ');
    problems.push(`${nameOf(command)} takes ${most}, and ${typed.length - wanted.length} more given`);
  }
  return values;
}

function valuesOf(flags: Readonly<Record<string, Flag>>, values: ReadonlyMap<string, unknown>): Values {
  return Object.fromEntries(Object.entries(flags).map(([key, { name }]) => [key, values.get(name)]));
}
