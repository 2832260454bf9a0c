import type { JsonValue } from '../model/json.ts';
import { escapedInQuotes, isUnsafe } from './escape.ts';

/** As JSON for people and programs alike; what a terminal would act on is escaped, which JSON reads as the same text. */
export function jsonText(value: JsonValue): string {
  return `${escapedInQuotes(JSON.stringify(value, undefined, 2))}\n`;
}

/** A number that is kept as its own text, in a form that YAML knows; only whole ones stay exact. */
function withoutRaw(_: unknown, value: unknown): unknown {
  if (!JSON.isRawJSON(value)) return value;
  const text = JSON.stringify(value);
  return /^-?\d+$/.test(text) ? BigInt(text) : Number(text);
}

/** As YAML 1.2, in quotes wherever a reader of 1.1 would take it for something else. */
export async function yamlText(value: JsonValue): Promise<string> {
  const { Document, visit } = await import('yaml');
  const document = new Document(value, withoutRaw, { compat: 'yaml-1.1' });
  visit(document, {
    Scalar(_, node) {
      if (typeof node.value === 'string' && isUnsafe(node.value)) node.type = 'QUOTE_DOUBLE';
    },
  });
  return escapedInQuotes(
    document.toString({ lineWidth: 0, doubleQuotedMinMultiLineLength: Number.MAX_SAFE_INTEGER }),
  );
}
