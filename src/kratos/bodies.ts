import type { Capabilities, Edit, Identity, IdentityChange, NewIdentity } from '../model/identity.ts';
import { isObject, type JsonValue } from '../model/json.ts';
import { type Path, toPointer, valueAt } from '../model/pointer.ts';
import type { CreateIdentityBody, JsonPatchOperation, UpdateIdentityBody } from './types/identity.ts';

/** The body of a create; what is `undefined` is not sent. */
export function createBodyOf(wanted: NewIdentity): CreateIdentityBody {
  return {
    ...(wanted.schemaId === undefined ? {} : { schema_id: wanted.schemaId }),
    traits: wanted.traits,
    ...(wanted.state === undefined ? {} : { state: wanted.state }),
    ...(wanted.metadataPublic === undefined ? {} : { metadata_public: wanted.metadataPublic }),
    ...(wanted.metadataAdmin === undefined ? {} : { metadata_admin: wanted.metadataAdmin }),
    ...(wanted.externalId === undefined ? {} : { external_id: wanted.externalId }),
  };
}

/** The change as a JSON Patch document (RFC 6902). It names nothing that the change does not. */
export function jsonPatchOf(change: IdentityChange): JsonPatchOperation[] {
  return [
    ...operations('/schema_id', change.schemaId),
    ...operations('/state', change.state),
    ...operations('/external_id', change.externalId),
    ...change.traits.map((edit) => operation('/traits', edit)),
    ...change.metadataPublic.map((edit) => operation('/metadata_public', edit)),
    ...change.metadataAdmin.map((edit) => operation('/metadata_admin', edit)),
  ];
}

/**
 * The change as the body of a PUT: `current` with only those edits. PUT wipes what it omits, so `current` must come from a read
 * of that one identity (lists of v0.10 leave `metadata_admin` out), and every field the server has is sent.
 */
export function putBodyOf(has: Capabilities, current: Identity, change: IdentityChange): UpdateIdentityBody {
  const state = change.state ?? current.state;
  const traits = edited(current.traits, change.traits);
  const metadataPublic = edited(current.metadataPublic, change.metadataPublic);
  const metadataAdmin = edited(current.metadataAdmin, change.metadataAdmin);
  const externalId = change.externalId ?? current.externalId;
  return {
    schema_id: change.schemaId ?? current.schemaId,
    traits: isObject(traits) ? traits : {},
    ...(has.state && state !== undefined ? { state } : {}),
    ...(has.metadata && metadataPublic !== undefined ? { metadata_public: metadataPublic } : {}),
    ...(has.metadata && metadataAdmin !== undefined ? { metadata_admin: metadataAdmin } : {}),
    ...(has.externalIds && externalId !== undefined ? { external_id: externalId } : {}),
  };
}

/** `add` replaces a member that exists already, so that one operation serves for both. */
function operations(path: string, value: string | undefined): JsonPatchOperation[] {
  return value === undefined ? [] : [{ op: 'add', path, value }];
}

function operation(root: string, edit: Edit): JsonPatchOperation {
  const path = root + toPointer(edit.path);
  return edit.op === 'set' ? { op: 'add', path, value: edit.value } : { op: 'remove', path };
}

function edited(root: JsonValue | undefined, edits: readonly Edit[]): JsonValue | undefined {
  return edits.reduce<JsonValue | undefined>((value, edit) => {
    return edit.op === 'set' ? withValue(value, edit.path, edit.value) : without(value, edit.path);
  }, root);
}

/**
 * A copy of `root` with `value` at `path`; what stands in the way of the path becomes an object. Spread and computed keys
 * define own properties, whatever their names: a key called `__proto__` is a key.
 */
function withValue(root: JsonValue | undefined, path: Path, value: JsonValue): JsonValue {
  const parents = path.map((_, depth) => valueAt(root, path.slice(0, depth)));
  return path.reduceRight((child, key, depth) => {
    const parent = parents[depth];
    return { ...(isObject(parent) ? parent : {}), [key]: child };
  }, value);
}

/** A copy of `root` without what is at `path`; `root` itself where nothing is. */
function without(root: JsonValue | undefined, path: Path): JsonValue | undefined {
  const last = path.at(-1);
  if (last === undefined) return undefined;
  const parentPath = path.slice(0, -1);
  const parent = valueAt(root, parentPath);
  if (!isObject(parent)) return root;
  return withValue(
    root,
    parentPath,
    Object.fromEntries(Object.entries(parent).filter(([key]) => key !== last)),
  );
}
