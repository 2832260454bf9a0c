/** A value as JSON can say it. User data (traits, metadata) is carried in this form and never merged into objects of ours. */
export type JsonValue = null | boolean | number | string | readonly JsonValue[] | JsonObject;

export interface JsonObject {
  readonly [key: string]: JsonValue;
}

declare global {
  // Of ECMAScript's source text access for JSON, which Node 24 has and TypeScript's libraries do not yet.
  interface JSON {
    rawJSON(text: string): object;
    isRawJSON(value: unknown): boolean;
    parse(
      text: string,
      reviver: (key: string, value: unknown, context: { readonly source?: string }) => unknown,
    ): JsonValue;
  }
}

/** A number that is kept as its own text (`JSON.rawJSON`) is none. */
export function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value) && !JSON.isRawJSON(value);
}
