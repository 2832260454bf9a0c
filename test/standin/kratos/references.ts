import { isObject, type JsonValue } from '../../../src/model/json.ts';

/** Whether a reference stays in its document by a pointer. */
export function isLocal(reference: string): boolean {
  return reference === '' || reference === '#' || reference.startsWith('#/');
}

/** What a local reference leads to; `undefined`: nothing. */
export function resolved(root: JsonValue, reference: string): JsonValue | undefined {
  if (['', '#', '#/'].includes(reference)) return root;
  let found: JsonValue | undefined = root;
  for (const part of reference.slice(2).split('/')) {
    const key = unescaped(part);
    if (key === undefined) return undefined;
    if (Array.isArray(found)) found = /^[+-]?\d+$/.test(key) ? found[Number(key)] : undefined;
    else found = isObject(found) ? found[key] : undefined;
  }
  return found;
}

/** In the order of Kratos' validator: those of pointers first, then those of URLs. */
function unescaped(part: string): string | undefined {
  try {
    return decodeURIComponent(part.replaceAll('~1', '/').replaceAll('~0', '~'));
  } catch {
    return undefined;
  }
}
