import { RE2JS, RE2JSSyntaxException } from 're2js';

const compiled = new Map<string, RE2JS | 'unknown' | undefined>();

/**
 * A pattern as Go's `regexp` runs it: a search, in linear time. `undefined` where Go refuses it, `unknown` where it is a
 * question of the release of Go, or of the port.
 */
export function compiledPattern(pattern: string): RE2JS | 'unknown' | undefined {
  if (!compiled.has(pattern)) compiled.set(pattern, compile(pattern));
  return compiled.get(pattern);
}

function compile(pattern: string): RE2JS | 'unknown' | undefined {
  try {
    return RE2JS.compile(pattern);
  } catch (error) {
    if (!(error instanceof RE2JSSyntaxException)) return 'unknown';
    // Go 1.25 knows more classes by name, and Go takes two groups of one name.
    return /\\p/i.test(pattern) || error.message.includes('duplicate') ? 'unknown' : undefined;
  }
}
