import { isObject, type JsonValue } from '../../../src/model/json.ts';
import { fieldOf } from './object.ts';

/** One step: `.field`, `['field']`, `[0]` or `[?(@.field=="value")]`. */
const step =
  /^(?:\.((?:\\.|[^.[\\])+)|\['([^']*)'\]|\[(\d+)\]|\[\?\(@\.([^=\s]+)\s*==\s*["']([^"']*)["']\)\])/;

/** What a printer column's JSONPath finds first, `null` for nothing; throws for syntax that is not a simple path. */
export function jsonPath(value: JsonValue, path: string): JsonValue {
  let found: JsonValue | undefined = value;
  for (let rest = path; rest !== ''; ) {
    const match = step.exec(rest);
    if (match === null) throw new SyntaxError(`JSONPath ${path}: cannot read ${rest}`);
    found = found === undefined ? undefined : take(found, match);
    rest = rest.slice(match[0].length);
  }
  return found ?? null;
}

function take(value: JsonValue, match: RegExpExecArray): JsonValue | undefined {
  const [, dotted, quoted, index, key, wanted] = match;
  const field = dotted?.replaceAll('\\.', '.') ?? quoted;
  if (field !== undefined) return fieldOf(value, field);
  if (!Array.isArray(value)) return undefined;
  if (index !== undefined) return value[Number(index)];
  return value.find((entry: JsonValue) => isObject(entry) && fieldOf(entry, key ?? '') === wanted);
}
