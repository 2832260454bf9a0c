import type { Argument, Command, Flag } from './command.ts';
import { flagsOf, HELP } from './flags.ts';

/** A word that can be typed, and what it does. */
export interface Choice {
  readonly word: string;
  readonly help: string;
}

/** What a shell completes after certain words. */
export interface Place {
  /** What was typed so far, without flags: `kratos identities`. */
  readonly after: string;
  /** Words that can come next, directly. */
  readonly words: readonly Choice[];
  /** Flags that can come next, here or after further words. */
  readonly flags: readonly Flag[];
}

const NOUNS: Readonly<Record<string, string>> = {
  identities: 'identities, their traits and states',
  recovery: 'ways back into an account',
  schemas: 'identity schemas',
  flows: 'self-service flows',
  errors: 'errors that users were shown',
  sessions: 'sessions of users',
  courier: 'messages to users',
};

/** Every place in a command line that begins with the word `kratos`, those that say more first. */
export function placesOf(commands: readonly Command[]): readonly Place[] {
  const nouns = [...new Set(commands.map(({ words: [noun] }) => noun))];
  const first = nouns.map((noun) => {
    const command = commands.find(({ words }) => words.length === 1 && words[0] === noun);
    return { word: noun, help: command?.summary ?? NOUNS[noun] ?? '' };
  });
  const groups = nouns.flatMap((noun) => {
    const verbs = commands.flatMap(({ words: [one, verb], summary }) =>
      one === noun && verb !== undefined ? [{ word: verb, help: summary }] : [],
    );
    return verbs.length === 0 ? [] : [{ after: `kratos ${noun}`, words: verbs, flags: [HELP] }];
  });
  return [
    ...commands.map(placeOf),
    ...groups,
    { after: 'kratos', words: first, flags: [HELP] },
    { after: '', words: [{ word: 'kratos', help: "works with Kratos' admin API" }], flags: [] },
  ];
}

function placeOf(command: Command): Place {
  const [argument]: readonly Argument[] = Object.values(command.arguments);
  const words = (argument?.words ?? []).map((word) => ({ word, help: '' }));
  return { after: ['kratos', ...command.words].join(' '), words, flags: flagsOf(command) };
}

/** The spellings of a flag: `-o`, `--output`. */
export function spellings({ name, short }: Flag): readonly string[] {
  return short === undefined ? [`--${name}`] : [`-${short}`, `--${name}`];
}

/** Every spelling of the flags that take a value, or of those that take the name of a file. */
export function valued(places: readonly Place[], file: boolean): readonly string[] {
  const all = places.flatMap(({ flags }) => flags);
  const wanted = all.filter((flag) => flag.kind === 'option' && (!file || flag.file === true));
  return [...new Set(wanted.flatMap(spellings))];
}
