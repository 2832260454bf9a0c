import { isObject, type JsonObject } from '../model/json.ts';

/** What every stored object of the API server has. */
export interface KubeObject {
  readonly metadata: {
    readonly name: string;
    readonly namespace?: string;
    readonly uid: string;
    readonly resourceVersion: string;
  };
}

/**
 * The one place where an answer becomes a typed object: `undefined` unless it has a name, uid and resourceVersion (and the kind,
 * where one is asked for). The rest is the API server's word: it validated the object against the schema that the type was
 * generated from. `metadata.managedFields` is dropped; nothing here reads it, and it is a quarter of a cached object.
 */
export function shaped<T extends KubeObject>(value: unknown, kind?: string): T | undefined {
  if (!isObject(value) || (kind !== undefined && value.kind !== kind)) return undefined;
  const { metadata } = value;
  if (!isObject(metadata) || !hasIdentity(metadata)) return undefined;
  const { managedFields: _, ...kept } = metadata;
  return { ...value, metadata: kept } as unknown as T;
}

function hasIdentity(metadata: JsonObject): boolean {
  return [metadata.name, metadata.uid, metadata.resourceVersion].every(
    (field) => typeof field === 'string' && field !== '',
  );
}

/** `namespace/name`. */
export function objectKey(object: KubeObject): string {
  return `${object.metadata.namespace}/${object.metadata.name}`;
}

/** The path of a namespaced collection, or of one object in it; `namespace` undefined is the collection of all namespaces. */
export function resourcePath(
  api: string,
  namespace: string | undefined,
  plural: string,
  name?: string,
): string {
  const scope = namespace === undefined ? '' : `/namespaces/${encodeURIComponent(namespace)}`;
  return `${api}${scope}/${plural}${name === undefined ? '' : `/${encodeURIComponent(name)}`}`;
}
