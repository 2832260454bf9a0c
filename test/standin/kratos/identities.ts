import type { JsonObject } from '../../../src/model/json.ts';
import { type Answer, json, noContent, notFound, Refused } from './answer.ts';
import { decodeCreate, decodeUpdate } from './bodies.ts';
import { included } from './credentials.ts';
import { type Draft, draftOf, importCredentials, text, validated, validState } from './drafts.ts';
import { type IdentityRecord, identityJson } from './identity.ts';
import { patched } from './patched.ts';
import { UniqueViolation } from './store.ts';
import { type Handler, timestamp, type World } from './world.ts';

const EXISTS = 'Unable to insert or update resource because a resource with that value exists already';

export const createIdentity: Handler = (world, call) => {
  const draft = draftOf(decodeCreate(call, world.dialect), world);
  const record = validated(draft, world);
  stored(world, () => world.store.insert(record), world.dialect.conflictReason);
  return json(201, writeView(record, world), { location: `${world.urls.admin}/identities/${record.id}` });
};

export const getIdentity: Handler = (world, call, { id = '' }) =>
  shown(world, world.store.find(id), call.query);

export const getByExternalId: Handler = (world, call, { externalId = '' }) =>
  shown(world, world.store.findByExternalId(externalId), call.query);

export const putIdentity: Handler = (world, call, { id = '' }) => {
  const body = decodeUpdate(call, world.dialect);
  const old = world.store.find(id);
  if (old === undefined) throw notFound();
  return written(
    world,
    old,
    world.dialect.modern ? modernUpdate(old, body, world) : classicUpdate(old, body),
  );
};

export const patchIdentity: Handler = (world, call, { id = '' }) => {
  const old = world.store.find(id);
  if (old === undefined) throw notFound();
  return written(world, old, patched(old, call.body, world));
};

export const deleteIdentity: Handler = (world, _call, { id = '' }) => {
  if (!world.store.remove(id)) throw notFound();
  return noContent;
};

/** Carries out a write of the store; a unique key in the way is a 409. */
export function stored(world: World, write: () => void, conflictReason = false): void {
  try {
    write();
  } catch (error) {
    if (!(error instanceof UniqueViolation)) throw error;
    throw conflictReason ? createConflict() : conflict(error, world);
  }
}

/** The 409 of every write but a modern create. */
export function conflict(error: UniqueViolation, { dialect }: World): Refused {
  const message = dialect.modern ? EXISTS : `sqlite create: ${error.message}: ${EXISTS}`;
  return new Refused({ code: 409, message });
}

function createConflict(): Refused {
  return new Refused({
    code: 409,
    message: 'The resource could not be created due to a conflict',
    reason: 'This identity conflicts with another identity that already exists.',
  });
}

function classicUpdate(old: IdentityRecord, body: JsonObject): Draft {
  return { ...old, schemaId: text(body.schema_id) || old.schemaId, traits: body.traits };
}

/** Keeps state, schema and credentials that are not named; clears everything else that is not. */
function modernUpdate(old: IdentityRecord, body: JsonObject, world: World): Draft {
  const now = timestamp(world);
  const state = text(body.state) || old.state;
  return {
    ...old,
    schemaId: text(body.schema_id) || old.schemaId,
    externalId: text(body.external_id) ?? '',
    state: state === old.state ? state : validState(state),
    stateChangedAt: state === old.state ? old.stateChangedAt : now,
    traits: body.traits,
    metadataPublic: body.metadata_public,
    metadataAdmin: body.metadata_admin,
    credentials: importCredentials(old.credentials, body.credentials, now),
  };
}

function written(world: World, old: IdentityRecord, draft: Draft): Answer {
  const record = validated(draft, world);
  stored(world, () => world.store.replace(record));
  return json(200, writeView(record, world, old.schemaId));
}

function writeView(
  record: IdentityRecord,
  { dialect, urls }: World,
  urlSchemaId = record.schemaId,
): JsonObject {
  return identityJson(record, dialect, {
    kind: 'write',
    publicUrl: urls.public,
    urlSchemaId,
    credentials: true,
  });
}

function shown({ dialect, urls }: World, record: IdentityRecord | undefined, query: URLSearchParams): Answer {
  if (record === undefined) throw notFound();
  const include = included(dialect, query);
  return json(
    200,
    identityJson(record, dialect, { kind: 'read', publicUrl: urls.public, credentials: true, include }),
  );
}
