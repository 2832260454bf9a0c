import { RE2JS, RE2JSSyntaxException } from 're2js';

/**
 * A pattern as Go's `regexp` takes it, for an unanchored search in linear time. `undefined` where no Go takes it, `unknown`
 * where only some do: Go 1.25 brought names for classes of characters, and never minded a group's name used twice.
 */
export function compiledPattern(pattern: string): RE2JS | 'unknown' | undefined {
  try {
    return RE2JS.compile(pattern);
  } catch (error) {
    const isCertain =
      error instanceof RE2JSSyntaxException && !/\\p/i.test(pattern) && !/duplicate/.test(error.error);
    return isCertain ? undefined : 'unknown';
  }
}
