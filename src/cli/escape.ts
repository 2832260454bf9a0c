/*
 * Texts of servers hold what strangers wrote. On a terminal a control character moves the cursor, changes the title or hides
 * what follows; a format character turns the direction of writing around.
 */

const UNSAFE = /[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/u;
const EVERY_UNSAFE = /[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/gu;
const EVERY_UNSAFE_BUT_LINES = /(?!\n)[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/gu;

export function isUnsafe(text: string): boolean {
  return UNSAFE.test(text);
}

/** The text on one line, with every character that a terminal would act on spelled out: `\x1b`, `\u202e`. */
export function escaped(text: string): string {
  return text.replace(EVERY_UNSAFE, (character) => {
    const code = character.codePointAt(0) ?? 0;
    if (code > 0xffff) return `\\u{${code.toString(16)}}`;
    return code > 0xff ? units(character) : `\\x${hex(code, 2)}`;
  });
}

/** The same for what is written as JSON or in double quotes, where such an escape means the same text; lines stay lines. */
export function escapedInQuotes(text: string): string {
  return text.replace(EVERY_UNSAFE_BUT_LINES, units);
}

function units(character: string): string {
  return Array.from({ length: character.length }, (_, at) => `\\u${hex(character.charCodeAt(at), 4)}`).join(
    '',
  );
}

function hex(code: number, digits: number): string {
  return code.toString(16).padStart(digits, '0');
}
