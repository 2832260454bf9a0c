import { isObject, type JsonObject, type JsonValue } from './json.ts';
import { fromPointer, valueAt } from './pointer.ts';

const EXTENSION = 'ory.sh/kratos';
const MAX_DEPTH = 32;

/**
 * The login identifiers that traits hold by their identity schema (`credentials.<type>.identifier: true`): Kratos keeps them unique.
 * Follows `properties` and local `$ref`s; what it cannot follow yields nothing, which is the safe answer.
 */
export function identifiersIn(schema: JsonObject, traits: JsonObject): string[] {
  const root = valueAt(schema, ['properties', 'traits']);
  const found = new Set<string>();
  collect({ schema, found }, root, traits, 0);
  return [...found];
}

interface Walk {
  readonly schema: JsonObject;
  readonly found: Set<string>;
}

function collect(walk: Walk, node: JsonValue | undefined, value: JsonValue, depth: number): void {
  if (!isObject(node) || depth > MAX_DEPTH) return;
  const ref = node.$ref;
  if (typeof ref === 'string') {
    collect(walk, resolve(walk.schema, ref), value, depth + 1);
    return;
  }
  if (typeof value === 'string' && isIdentifier(node) && value.trim() !== '') walk.found.add(value);
  const properties = node.properties;
  if (!isObject(properties) || !isObject(value)) return;
  for (const [key, child] of Object.entries(properties)) {
    const inner = Object.hasOwn(value, key) ? value[key] : undefined;
    if (inner !== undefined) collect(walk, child, inner, depth + 1);
  }
}

function isIdentifier(node: JsonObject): boolean {
  const credentials = valueAt(node, [EXTENSION, 'credentials']);
  if (!isObject(credentials)) return false;
  return Object.values(credentials).some((one) => isObject(one) && one.identifier === true);
}

function resolve(schema: JsonObject, ref: string): JsonValue | undefined {
  return ref.startsWith('#/') ? valueAt(schema, fromPointer(ref.slice(1))) : undefined;
}
