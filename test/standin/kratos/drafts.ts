import { randomUUID } from 'node:crypto';
import { isObject, type JsonObject, type JsonValue } from '../../../src/model/json.ts';
import { badRequest, NotDone, Refused } from './answer.ts';
import { compiledSchema } from './compiled.ts';
import { scalarText } from './go-json.ts';
import type { Credential, IdentityRecord, RecoveryRecord, VerifiableRecord } from './identity.ts';
import { type Derived, judgeTraits } from './traits.ts';
import { timestamp, type World } from './world.ts';

/** An identity that has not been validated; `traits` may be absent. */
export type Draft = Omit<IdentityRecord, 'traits'> & { readonly traits: JsonValue | undefined };

const DEFAULT_SCHEMA = 'default';

/** A new identity as a create body says it. Throws `Refused` for a bad state or an import that cannot be read. */
export function draftOf(body: JsonObject, world: World): Draft {
  const now = timestamp(world);
  return {
    id: randomUUID(),
    externalId: text(body.external_id) ?? '',
    organizationId: organizationOf(body.organization_id),
    schemaId: text(body.schema_id) || DEFAULT_SCHEMA,
    state: validState(text(body.state) || 'active'),
    stateChangedAt: now,
    traits: body.traits,
    metadataPublic: body.metadata_public,
    metadataAdmin: body.metadata_admin,
    credentials: importCredentials(new Map(), body.credentials, now),
    verifiable: importVerifiable(body.verifiable_addresses, now),
    recovery: [],
    createdAt: now,
    updatedAt: now,
  };
}

export function text(value: JsonValue | undefined): string | undefined {
  return typeof value === 'string' ? value : undefined;
}

/** Whoever reads bodies has seen that it is none or a UUID. */
function organizationOf(value: JsonValue | undefined): string {
  return (text(value) ?? '').toLowerCase();
}

export function validState(state: string): string {
  if (state === 'active' || state === 'inactive') return state;
  throw badRequest('identity state is not valid');
}

/** Validates a draft against its schema and derives identifiers and addresses from its traits. Throws `Refused`. */
export function validated(draft: Draft, world: World): IdentityRecord {
  const schemaId = draft.schemaId || DEFAULT_SCHEMA;
  const schema = world.schemas.get(schemaId);
  if (schema === undefined) throw badRequest(`Unable to find JSON Schema ID: ${schemaId}`);
  const compiled = compiledSchema(schema, world.dialect);
  if (draft.traits === undefined && world.dialect.absentTraits === 'broken') {
    throw new Refused({ code: 500, message: "invalid character '}' looking for beginning of value" });
  }
  const traits = draft.traits ?? (draft.traits === null ? null : {});
  const { failure, derived } = judgeTraits(compiled, traits, world.dialect);
  if (failure !== undefined) throw badRequest(failure);
  const now = timestamp(world);
  return {
    ...draft,
    schemaId,
    traits,
    credentials: withIdentifiers(draft.credentials, derived, now),
    verifiable: derived.verifiable.map((address) => keptOr(draft.verifiable, newVerifiable(address, now))),
    recovery: derived.recovery.map((address) =>
      keptOr(draft.recovery, { id: randomUUID(), ...address, createdAt: now }),
    ),
    updatedAt: now,
  };
}

function keptOr<Kept extends VerifiableRecord | RecoveryRecord>(known: readonly Kept[], fresh: Kept): Kept {
  return known.find((address) => address.via === fresh.via && address.value === fresh.value) ?? fresh;
}

function newVerifiable(
  address: { readonly via: string; readonly value: string },
  now: string,
): VerifiableRecord {
  return {
    id: randomUUID(),
    ...address,
    verified: false,
    status: 'pending',
    verifiedAt: undefined,
    createdAt: now,
  };
}

/** A credential keeps its old identifiers when the traits hold none any more. */
function withIdentifiers(known: ReadonlyMap<string, Credential>, derived: Derived, now: string) {
  const credentials = new Map(known);
  for (const [type, identifiers] of derived.identifiers) {
    const old = credentials.get(type) ?? { type, config: {}, createdAt: now };
    credentials.set(type, { ...old, identifiers, updatedAt: now });
  }
  return credentials;
}

/** Adds imported credentials to known ones: a password replaces, OIDC providers are appended. */
export function importCredentials(
  known: ReadonlyMap<string, Credential>,
  imported: JsonValue | undefined,
  now: string,
): ReadonlyMap<string, Credential> {
  const credentials = new Map(known);
  const password = configOf(imported, 'password');
  if (password !== undefined) {
    const config = passwordConfig(password);
    credentials.set('password', {
      type: 'password',
      identifiers: [],
      config,
      createdAt: now,
      updatedAt: now,
    });
  }
  if (configOf(imported, 'saml') !== undefined) throw new NotDone('the import of SAML credentials');
  const oidc = configOf(imported, 'oidc');
  if (oidc !== undefined) credentials.set('oidc', withProviders(credentials.get('oidc'), oidc, now));
  return credentials;
}

function configOf(imported: JsonValue | undefined, type: string): JsonObject | undefined {
  const credential = isObject(imported) ? imported[type] : undefined;
  if (!isObject(credential)) return undefined;
  return isObject(credential.config) ? credential.config : {};
}

const KNOWN_HASH =
  /^(?:\$(?:2[abxy]?|argon2id?|pbkdf2-sha\d+|scrypt|firescrypt|md5(?:-crypt)?|sha\d*(?:-crypt)?|hmac-.+|[156])\$|\{S(?:SHA|SHA256|SHA512)\})/;

function passwordConfig(config: JsonObject): JsonObject {
  if (config.use_password_migration_hook === true) {
    return { hashed_password: '', use_password_migration_hook: true };
  }
  const plain = text(config.password) ?? '';
  const hash = plain === '' ? (text(config.hashed_password) ?? '') : NO_HASH;
  if (KNOWN_HASH.test(hash)) return { hashed_password: hash };
  throw badRequest(
    'The imported password does not match any known hash format. For more information see https://www.ory.sh/dr/2',
  );
}

/** In place of the hash of every password: as long as one of bcrypt, and of no password. */
const NO_HASH = `$2a$12$${'the.stand-in.hashes.no.password'.padEnd(53, '.')}`;

function withProviders(known: Credential | undefined, config: JsonObject, now: string): Credential {
  const providersOf = ({ providers }: JsonObject) =>
    (Array.isArray(providers) ? providers : []).filter(isObject);
  const providers = providersOf(config);
  const all = [...providersOf(known?.config ?? {}), ...providers];
  const identifiers = providers.map(
    ({ provider, subject }) => `${scalarText(provider)}:${scalarText(subject)}`,
  );
  return {
    type: 'oidc',
    identifiers: [...(known?.identifiers.toSorted() ?? []), ...identifiers],
    config: { providers: all.length > 0 ? all : null },
    createdAt: known?.createdAt ?? now,
    updatedAt: now,
  };
}

/** An imported address survives validation only where the traits derive the same one. */
function importVerifiable(imported: JsonValue | undefined, now: string): VerifiableRecord[] {
  return (Array.isArray(imported) ? imported : []).filter(isObject).map((address) => ({
    id: randomUUID(),
    value: (text(address.value) ?? '').toLowerCase(),
    via: text(address.via) ?? '',
    verified: address.verified === true,
    status: text(address.status) ?? 'pending',
    verifiedAt: address.verified === true ? now : undefined,
    createdAt: now,
  }));
}
