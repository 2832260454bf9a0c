import type { JsonObject, JsonValue } from '../../../src/model/json.ts';
import type { KubeObject } from './object.ts';
import { conform, type Schema } from './schema.ts';
import { badRequest, type Cause, type ResourceName } from './status.ts';
import { validate } from './validate.ts';

export type Verb = 'get' | 'list' | 'watch' | 'create' | 'update' | 'patch' | 'delete' | 'deletecollection';

/** A column of `kubectl get`. */
export interface Column {
  readonly name: string;
  readonly type: string;
  /** Above 0: only with `-o wide`. */
  readonly priority: number;
  cell(object: JsonObject): JsonValue;
}

/** One resource of the API, and everything in which it differs from the others. */
export interface Resource extends ResourceName {
  readonly version: string;
  readonly singular: string;
  readonly namespaced: boolean;
  readonly shortNames: readonly string[];
  readonly categories: readonly string[];
  /** Where its objects are stored; two resources may show the same ones. */
  readonly collection: string;
  readonly verbs: readonly Verb[];
  /** Has `/status`, and counts generations by what is outside it. */
  readonly hasStatus: boolean;
  readonly countsGenerations: boolean;
  /** Takes a PUT without a resourceVersion. */
  readonly unconditionalUpdate: boolean;
  /** A PUT makes what is not there. */
  readonly createOnUpdate: boolean;
  /** Takes strategic merge patches (custom resources do not). */
  readonly strategicMerge: boolean;
  /** Names are DNS labels, not subdomains. */
  readonly nameIsLabel: boolean;
  readonly columns: readonly Column[];
  /** Brings a body into its stored form: pruned, defaulted. Throws 400 for what cannot be read at all. */
  decode(body: JsonObject, onUnknown: (path: string) => void): JsonObject;
  /** What the server itself writes into an object as it is stored. */
  prepare(object: KubeObject, previous: KubeObject | undefined): KubeObject;
  validate(object: KubeObject, previous: KubeObject | undefined): readonly Cause[];
  /** What field selectors may ask for, besides name and namespace. */
  selectable(object: JsonObject): Readonly<Record<string, string>>;
  /** The stored form as this resource shows it. */
  present(object: KubeObject): JsonObject;
}

export const allVerbs: readonly Verb[] = [
  'delete',
  'deletecollection',
  'get',
  'list',
  'patch',
  'create',
  'update',
  'watch',
];

export function apiVersionOf(resource: Resource): string {
  return resource.group === '' ? resource.version : `${resource.group}/${resource.version}`;
}

type Own = 'group' | 'version' | 'plural' | 'kind';

/** A resource of the server's own, with typed decoding by `schema`; `traits` overrides the ordinary. */
export function builtin(
  name: Pick<Resource, Own>,
  schema: Schema,
  traits: Partial<Omit<Resource, Own>>,
): Resource {
  const root = rootSchema(schema);
  return {
    ...name,
    singular: name.kind.toLowerCase(),
    namespaced: true,
    shortNames: [],
    categories: [],
    collection: `${name.group}/${name.plural}`,
    verbs: allVerbs,
    hasStatus: false,
    countsGenerations: false,
    unconditionalUpdate: true,
    createOnUpdate: false,
    strategicMerge: true,
    nameIsLabel: false,
    columns: [],
    decode: (body, onUnknown) => decodeTyped(name, root, body, onUnknown),
    prepare: (object) => object,
    validate: () => [],
    selectable: () => ({}),
    present: (object) => object,
    ...traits,
  };
}

/** Go's decoding: a field of the wrong type is not an invalid object but no such object at all. */
export function decodeTyped(
  name: Pick<Resource, Own>,
  root: Schema,
  body: JsonObject,
  onUnknown: (path: string) => void,
): JsonObject {
  const decoded = conform(root, body, '', onUnknown) as JsonObject;
  const [cause] = validate(root, decoded, '');
  if (cause !== undefined) throw undecodable(name, `${cause.field}: ${cause.message}`);
  return decoded;
}

export function undecodable(name: Pick<Resource, Own>, why: string): Error {
  return badRequest(`${name.kind} in version "${name.version}" cannot be handled as a ${name.kind}: ${why}`);
}

/** A schema of a whole object: what every object has is known, and `metadata` is left to the server. */
export function rootSchema(schema: Schema): Schema {
  const metadata = { ...schema.properties?.metadata, 'x-kubernetes-preserve-unknown-fields': true };
  const properties = {
    ...schema.properties,
    apiVersion: { type: 'string' },
    kind: { type: 'string' },
    metadata,
  };
  return { ...schema, type: 'object', properties };
}
