import { isObject, type JsonValue } from '../../../src/model/json.ts';
import { scalarText } from './go-json.ts';

const SHORT: Readonly<Record<string, string>> = {
  '\u0007': '\\a',
  '\b': '\\b',
  '\f': '\\f',
  '\n': '\\n',
  '\r': '\\r',
  '\t': '\\t',
  '\v': '\\v',
  '"': '\\"',
  '\\': '\\\\',
};

/** A text as Go quotes it. */
export function goQuoted(text: string): string {
  const quoted = text.replaceAll(/["\\]|[^\p{L}\p{M}\p{N}\p{P}\p{S} ]/gu, (character) => {
    const code = character.codePointAt(0) ?? 0;
    if (SHORT[character] !== undefined) return SHORT[character];
    const hex = code.toString(16);
    if (code < 0x80) return `\\x${hex.padStart(2, '0')}`;
    return code > 0xffff ? `\\U${hex.padStart(8, '0')}` : `\\u${hex.padStart(4, '0')}`;
  });
  return `"${quoted}"`;
}

/** A decoded value as `fmt` prints it with `%q` or `%s`. Numbers are texts to Kratos' decoder. */
export function goPrinted(value: JsonValue, verb: 'q' | 's'): string {
  return value === null ? `%!${verb}(<nil>)` : printed(value, verb);
}

function printed(value: JsonValue, verb: 'q' | 's'): string {
  if (value === null) return '<nil>';
  if (typeof value === 'boolean') return `%!${verb}(bool=${value})`;
  if (Array.isArray(value)) return `[${value.map((item: JsonValue) => printed(item, verb)).join(' ')}]`;
  if (isObject(value)) {
    const members = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1));
    return `map[${members.map(([key, member]) => `${printed(key, verb)}:${printed(member, verb)}`).join(' ')}]`;
  }
  return verb === 'q' ? goQuoted(scalarText(value)) : scalarText(value);
}
