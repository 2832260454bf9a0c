import { isObject, type JsonObject, type JsonValue } from '../../../src/model/json.ts';

const ESCAPES: Readonly<Record<string, string>> = {
  '<': '\\u003c',
  '>': '\\u003e',
  '&': '\\u0026',
  '\u2028': '\\u2028',
  '\u2029': '\\u2029',
};

/** JSON text as Go's encoder writes it: HTML characters escaped. */
export function goJson(value: JsonValue): string {
  return JSON.stringify(value).replace(/[<>&\u2028\u2029]/g, (character) => ESCAPES[character] ?? character);
}

/** A body that Go's decoder refuses; the message is the decoder's text. */
export class DecodeError extends Error {
  override readonly name = 'DecodeError';
}

/** The Go struct a body is decoded into: its name, and the JSON type each field must have (`any`: every type). */
export interface Shape {
  readonly name: string;
  readonly fields: Readonly<Record<string, 'string' | 'object' | 'array' | 'any'>>;
}

/** A value as text: a string is itself, everything else its JSON; absent is empty. */
export function scalarText(value: JsonValue | undefined): string {
  if (value === undefined) return '';
  return typeof value === 'string' ? value : JSON.stringify(value);
}

export function jsonKind(value: JsonValue): 'null' | 'bool' | 'number' | 'string' | 'array' | 'object' {
  if (value === null) return 'null';
  if (typeof value === 'boolean') return 'bool';
  if (typeof value === 'number') return 'number';
  if (typeof value === 'string') return 'string';
  return isObject(value) ? 'object' : 'array';
}

/** The first value of a body; what follows it is not looked at, as in a Go stream. */
export function decodeFirst(body: string): JsonValue {
  if (body.trim() === '') throw new DecodeError('EOF');
  const error = parseError(body);
  if (error === undefined) return JSON.parse(body) as JsonValue;
  if (error.trailing) return JSON.parse(body.slice(0, error.position)) as JsonValue;
  throw new DecodeError(error.truncated ? 'unexpected EOF' : syntaxText(body, error.position));
}

/** A whole body that must be one value. */
export function unmarshal(body: string): JsonValue {
  const error = body.trim() === '' ? { truncated: true, position: 0 } : parseError(body);
  if (error === undefined) return JSON.parse(body) as JsonValue;
  throw new DecodeError(error.truncated ? 'unexpected end of JSON input' : syntaxText(body, error.position));
}

function parseError(body: string) {
  try {
    JSON.parse(body);
    return undefined;
  } catch (error) {
    const text = error instanceof Error ? error.message : '';
    const position = Number(/at position (\d+)/.exec(text)?.[1] ?? body.length);
    const truncated = /end of JSON|^Unterminated/.test(text) || position >= body.length;
    return { truncated, position, trailing: text.includes('after JSON') };
  }
}

function syntaxText(body: string, position: number): string {
  return `invalid character '${body[position] ?? ''}' looking for beginning of value`;
}

/**
 * Decodes a body into `shape` the way Go does: a `null` field is absent, and the first offending field in the
 * order of the document decides the error. `strict` refuses unknown fields, else they are dropped.
 */
export function decodeObject(value: JsonValue, shape: Shape, strict: boolean): JsonObject {
  if (value === null) return {};
  if (!isObject(value)) {
    throw new DecodeError(
      `json: cannot unmarshal ${jsonKind(value)} into Go value of type identity.${shape.name}`,
    );
  }
  const known: Record<string, JsonValue> = Object.create(null);
  for (const [field, content] of Object.entries(value)) {
    const type = Object.hasOwn(shape.fields, field) ? shape.fields[field] : undefined;
    if (type === undefined && strict) throw new DecodeError(`json: unknown field "${field}"`);
    if (type === undefined || (content === null && type !== 'any')) continue;
    if (type !== 'any' && jsonKind(content) !== type)
      throw new DecodeError(mismatch(content, shape, field, type));
    known[field] = content;
  }
  return known;
}

function mismatch(content: JsonValue, shape: Shape, field: string, type: string): string {
  return `json: cannot unmarshal ${jsonKind(content)} into Go struct field ${shape.name}.${field} of type ${type}`;
}
