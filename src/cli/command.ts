import { oneOf, type Read, text } from '../settings.ts';
import type { Context } from './context.ts';
import type { Format } from './format.ts';

/** A flag that is there or not. */
export interface Switch {
  readonly kind: 'switch';
  readonly name: string;
  readonly short?: string;
  readonly help: string;
}

/** A flag with a value. */
export interface Option<T = unknown> {
  readonly kind: 'option';
  readonly name: string;
  readonly short?: string;
  /** The environment variable that stands in for it. */
  readonly env?: string;
  /** What the value is called in help. */
  readonly value: string;
  readonly read: (text: string) => Read<T>;
  readonly required?: true;
  /** All the values there are, where they are few. */
  readonly words?: readonly string[];
  /** It names a file. */
  readonly file?: true;
  readonly help: string;
}

export type Flag = Switch | Option;

export interface Argument<T = unknown> {
  readonly name: string;
  readonly read: (text: string) => Read<T>;
  readonly optional?: true;
  /** All the values there are, where they are few. */
  readonly words?: readonly string[];
  readonly help: string;
}

/** In the order in which they are given. */
export type Arguments = Readonly<Record<string, Argument>>;
export type Flags = Readonly<Record<string, Flag>>;

type ReadBy<S> = S extends { read: (text: string) => Read<infer T> } ? T : boolean;
type IsSure<S> = S extends { kind: 'switch' } | { required: true } ? true : false;

/** What was given: a switch is `true` or `false`, what was left out `undefined`. */
export type Given<A extends Arguments, F extends Flags> = {
  readonly [K in keyof A]: A[K] extends { optional: true } ? ReadBy<A[K]> | undefined : ReadBy<A[K]>;
} & {
  readonly [K in keyof F]: IsSure<F[K]> extends true ? ReadBy<F[K]> : ReadBy<F[K]> | undefined;
};

interface Shape<A extends Arguments, F extends Flags> {
  /** How it is called: a noun and a verb, or one word. */
  readonly words: readonly [string] | readonly [string, string];
  readonly summary: string;
  readonly arguments: A;
  readonly flags: F;
  /** The forms of its answer, the usual one first; none where it has but one. */
  readonly formats: readonly Format[];
}

interface RemoteSpec<A extends Arguments, F extends Flags> extends Shape<A, F> {
  /** What it is about, for "Kratos has no …". */
  readonly subject?: (given: Given<A, F>) => string;
  readonly run: (context: Context, given: Given<A, F>) => Promise<void>;
}

interface LocalSpec<A extends Arguments, F extends Flags> extends Shape<A, F> {
  /** The text to print. */
  readonly run: (given: Given<A, F>) => string;
}

type Remote = RemoteSpec<Arguments, Flags> & { readonly kind: 'remote' };
type Local = LocalSpec<Arguments, Flags> & { readonly kind: 'local' };

/** `remote` asks a server, `local` needs none. */
export type Command = Remote | Local;

/** Types `run` by what the command declares. */
export function remote<const A extends Arguments, const F extends Flags>(spec: RemoteSpec<A, F>): Command {
  return { ...spec, kind: 'remote' } as unknown as Remote;
}

export function local<const A extends Arguments, const F extends Flags>(spec: LocalSpec<A, F>): Command {
  return { ...spec, kind: 'local' } as unknown as Local;
}

/** A reader of one of a few words, and those words. */
export function choice<const T extends string>(...words: readonly T[]) {
  return { read: oneOf(...words), words };
}

/** An id that stays one segment of a path: dots alone would be resolved away on the way. */
export function id(value: string): Read<string> {
  return /^\.{1,2}$/.test(value) ? { problem: 'must be an id' } : text(value);
}

/** A command's words as they are typed. */
export function nameOf({ words }: Pick<Command, 'words'>): string {
  return words.join(' ');
}
