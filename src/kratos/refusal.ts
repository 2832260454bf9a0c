import type { Refusal, Violation } from '../model/errors.ts';
import { Sensitive } from '../model/sensitive.ts';

/** What Kratos says about an error, in its own JSON form. Quotes values: never to be shown, logged or kept. */
export interface Fault {
  readonly reason: string;
  readonly message: string;
}

const PATCH_REASON = 'An error occured when applying the JSON patch';
const CONCURRENT = 'Unable to serialize access due to a concurrent update in another session';
const SCHEMA_UNKNOWN = 'Unable to find JSON Schema ID';
const UNKNOWN_FIELD = 'json: unknown field "';

/** One failure of the validator: `I[<instance pointer>] S[<schema pointer>] <message>`, children indented below their parent. */
const VIOLATION = /^( *)I\[#([^\]]*)\] S\[([^\]]*)\] (.*)/;

/**
 * Which refusal a 400 is. The texts are Kratos' own and have been the same since v0.5; they are matched at fixed places, so
 * that no value of a user (reasons quote them) can pass for one.
 */
export function refusalOf(fault: Fault): Refusal {
  const { reason, message } = fault;
  if (isUnknownField(fault)) return 'fieldUnknown';
  if (reason.startsWith(SCHEMA_UNKNOWN)) return 'schemaUnknown';
  if (reason === PATCH_REASON) return 'patchNotApplied';
  // Older servers put the database driver's words before it.
  if (message.endsWith(CONCURRENT) || reason.startsWith(CONCURRENT)) return 'concurrentUpdate';
  return VIOLATION.test(reason) ? 'traits' : 'other';
}

/** The strict decoder met a field this server does not know. */
export function isUnknownField(fault: Fault): boolean {
  return fault.message.startsWith(UNKNOWN_FIELD);
}

/**
 * The validator's leaf failures as pointer, keyword and words, without duplicates and in a stable order (the server's own order
 * varies). `required` and `additionalProperties` point at the parent object, as the validator does.
 */
export function violationsOf(fault: Fault): Violation[] {
  const lines = fault.reason.split('\n').flatMap(parseLine);
  const leaves = lines.filter((line, index) => (lines[index + 1]?.depth ?? 0) <= line.depth);
  const unique = new Map(
    leaves.map(({ pointer, keyword, message }) => [`${pointer} ${keyword}`, { pointer, keyword, message }]),
  );
  return [...unique.entries()].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, violation]) => violation);
}

function parseLine(line: string): (Violation & { readonly depth: number })[] {
  const match = VIOLATION.exec(line);
  if (!match) return [];
  const [, indent = '', instance = '', schema = '', words = ''] = match;
  const keyword = unescaped(schema.slice(schema.lastIndexOf('/') + 1));
  return [{ depth: indent.length, pointer: unescaped(instance), keyword, message: new Sensitive(words) }];
}

/** Pointers come URL-path escaped on top of RFC 6901's own escapes, which stay. */
function unescaped(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
