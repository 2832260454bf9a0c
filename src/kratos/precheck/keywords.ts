import { isObject, type JsonObject, type JsonValue } from '../../model/json.ts';

export type Draft = 4 | 6 | 7;

/** The keywords that not every draft has, with the first that does. In older ones they mean nothing. */
const SINCE: ReadonlyMap<string, Draft> = new Map([
  ['const', 6],
  ['contains', 6],
  ['propertyNames', 6],
  ['if', 7],
  ['then', 7],
  ['else', 7],
  ['contentEncoding', 7],
  ['contentMediaType', 7],
]);

export function keywordOf(schema: JsonObject, keyword: string, draft: Draft): JsonValue | undefined {
  return (SINCE.get(keyword) ?? 4) <= draft ? schema[keyword] : undefined;
}

/** The schemas (but for booleans) right below one, as far as Kratos uses them: `definitions` only by `$ref`. */
export function subschemas(schema: JsonObject, draft: Draft): JsonObject[] {
  const read = (keyword: string) => keywordOf(schema, keyword, draft);
  const found: (JsonValue | undefined)[] = ['not', 'additionalProperties', 'propertyNames', 'contains'].map(
    read,
  );
  for (const keyword of ['allOf', 'anyOf', 'oneOf']) found.push(...listOf(read(keyword)));
  for (const keyword of ['properties', 'patternProperties', 'dependencies']) {
    found.push(...Object.values(membersOf(read(keyword))));
  }
  const items = read('items');
  if (Array.isArray(items)) found.push(...listOf(items), read('additionalItems'));
  else found.push(items);
  if (isConditional(schema, draft)) found.push(...['if', 'then', 'else'].map(read));
  return found.filter((part): part is JsonObject => isObject(part));
}

/** `if` alone says nothing. */
export function isConditional(schema: JsonObject, draft: Draft): boolean {
  const [condition, ...branches] = ['if', 'then', 'else'].map((keyword) => keywordOf(schema, keyword, draft));
  return condition !== undefined && branches.some((branch) => branch !== undefined);
}

export function listOf(value: JsonValue | undefined): readonly JsonValue[] {
  return Array.isArray(value) ? value : [];
}

/** The texts of a list, e.g. of `required`. */
export function textsOf(value: JsonValue | undefined): string[] {
  return listOf(value).filter((item) => typeof item === 'string');
}

export function membersOf(value: JsonValue | undefined): JsonObject {
  return isObject(value) ? value : {};
}
