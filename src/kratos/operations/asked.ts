import type { JsonValue } from '../../model/json.ts';

type Reader<T> = (body: JsonValue | undefined) => T | undefined;

/**
 * Reads the one thing that was asked for; another is no answer to the question. Kratos tells ids in lower case, however they
 * were asked for.
 */
export function theOne<T extends { readonly id: string }>(id: string, read: Reader<T>): Reader<T> {
  return (body) => {
    const found = read(body);
    return found?.id === id || found?.id === id.toLowerCase() ? found : undefined;
  };
}
