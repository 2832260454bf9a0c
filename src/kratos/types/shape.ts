import type { JsonObject } from '../../model/json.ts';
import { isObject } from '../../model/json.ts';

/**
 * What the readers of this folder check with. A type of the wire is a type alias, not an interface: then it is JSON to the
 * compiler too, and goes into a request or out to a caller without a cast.
 */

/** Tells whether a value is a `T`. Looks only; a value that passes is the value that is handed on, unknown fields and all. */
export type Shape<T> = (value: unknown) => value is T;

/** One of a set that later servers may add to: the known members are for the reader of the code, any text is let through. */
export type Open<Known extends string> = Known | (string & Record<never, never>);

type OptionalKey<T> = { [K in keyof T]-?: Partial<Pick<T, K>> extends Pick<T, K> ? K : never }[keyof T];

/** Every required field of `T`, so that no type promises what its reader did not look at. */
type RequiredShapes<T> = { readonly [K in Exclude<keyof T, OptionalKey<T>>]: Shape<T[K]> };

/** Optional fields of `T`: those whose wrong type would mislead a caller. */
type OptionalShapes<T> = { readonly [K in OptionalKey<T>]?: Shape<Exclude<T[K], undefined>> };

export function isText(value: unknown): value is string {
  return typeof value === 'string';
}

export function isId(value: unknown): value is string {
  return typeof value === 'string' && value !== '';
}

export function isFlag(value: unknown): value is boolean {
  return typeof value === 'boolean';
}

export function isNumber(value: unknown): value is number {
  return typeof value === 'number';
}

export function orNull<T>(shape: Shape<T>): Shape<T | null> {
  return (value): value is T | null => value === null || shape(value);
}

export function oneOf<const T extends string>(...members: readonly T[]): Shape<T> {
  return (value): value is T => members.some((member) => member === value);
}

export function either<A, B>(a: Shape<A>, b: Shape<B>): Shape<A | B> {
  return (value): value is A | B => a(value) || b(value);
}

/** Every item or nothing. */
export function listOf<T>(item: Shape<T>): Shape<readonly T[]> {
  return (value): value is readonly T[] => Array.isArray(value) && value.every(item);
}

/** An object of any keys, every value of one shape. */
export function mapOf<T>(item: Shape<T>): Shape<{ readonly [key: string]: T }> {
  return (value): value is { readonly [key: string]: T } =>
    isObject(value) && Object.values(value).every(item);
}

/** An object with these fields; an optional one may be absent, and that alone. */
export function objectOf<T>(required: RequiredShapes<T>, optional?: OptionalShapes<T>): Shape<T> {
  const must: readonly (readonly [string, Shape<unknown>])[] = Object.entries(required);
  const may: readonly (readonly [string, Shape<unknown>])[] = Object.entries(optional ?? {});
  return (value): value is T =>
    isObject(value) &&
    must.every(([key, shape]) => shape(value[key])) &&
    may.every(([key, shape]) => value[key] === undefined || shape(value[key]));
}

/** A user's object: traits, metadata, a schema. Nothing in it is looked at. */
export const isOpenObject: Shape<JsonObject> = isObject;
