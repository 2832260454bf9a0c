import { isObject, type JsonObject, type JsonValue } from '../../../src/model/json.ts';
import { badRequest, Refused } from './answer.ts';
import { DecodeError, decodeFirst, decodeObject, type Shape, scalarText } from './go-json.ts';
import { isUuid } from './identity.ts';
import { type Dialect, isSince } from './version.ts';
import type { Call } from './world.ts';

const CLASSIC = { schema_id: 'string', traits: 'any' } as const;

const WRITE = {
  ...CLASSIC,
  credentials: 'object',
  metadata_public: 'any',
  metadata_admin: 'any',
  state: 'string',
} as const;

const CREATE = { ...WRITE, verifiable_addresses: 'array', recovery_addresses: 'array' } as const;

function shapeOf(name: string, fields: Shape['fields'], dialect: Dialect): Shape {
  if (!dialect.modern) return { name, fields: CLASSIC };
  return { name, fields: dialect.externalIds ? { ...fields, external_id: 'string' } : fields };
}

/** A create body; unknown fields are refused. */
function createBody(value: JsonValue, dialect: Dialect): JsonObject {
  const name = dialect.modern ? 'CreateIdentityBody' : 'CreateIdentity';
  const fields = dialect.externalIds ? { ...CREATE, organization_id: 'any' as const } : CREATE;
  const body = decodeObject(value, shapeOf(name, fields, dialect), true);
  checkImport(body.credentials, dialect);
  checkOrganization(body.organization_id ?? null);
  return body;
}

function checkImport(credentials: JsonValue | undefined, { externalIds, version }: Dialect): void {
  if (!isObject(credentials)) return;
  refuseUnknown(credentials, externalIds ? ['password', 'oidc', 'saml'] : ['password', 'oidc']);
  const { password } = credentials;
  if (!isObject(password)) return;
  refuseUnknown(password, ['config']);
  const fields = ['hashed_password', 'password'];
  const hook = isSince(version, '1.3') ? ['use_password_migration_hook'] : [];
  if (isObject(password.config)) refuseUnknown(password.config, [...fields, ...hook]);
}

function refuseUnknown(object: JsonObject, known: readonly string[]): void {
  const unknown = Object.keys(object).find((field) => !known.includes(field));
  if (unknown !== undefined) throw new DecodeError(`json: unknown field "${unknown}"`);
}

/** What Go says about a text that is no UUID. */
export function uuidTrouble(text: string): string {
  return text.length === 36
    ? 'uuid: invalid UUID format'
    : `uuid: incorrect UUID length ${text.length} in string "${text}"`;
}

function checkOrganization(id: JsonValue): void {
  if (id === null || (typeof id === 'string' && isUuid(id))) return;
  throw new DecodeError(uuidTrouble(scalarText(id)));
}

export function decodeCreate(call: Call, dialect: Dialect): JsonObject {
  return refusing({ code: dialect.decodeCode, status: 400 }, () =>
    createBody(decodeFirst(call.body), dialect),
  );
}

/** v0.5 is strict and answers 500; later releases need a JSON content type and drop what they do not know. */
export function decodeUpdate(call: Call, dialect: Dialect): JsonObject {
  const name = dialect.modern ? 'UpdateIdentityBody' : 'UpdateIdentity';
  const shape = shapeOf(name, WRITE, dialect);
  if (dialect.modern) return decodeLenient(call, shape);
  return refusing({ code: 500, status: 500 }, () => decodeObject(decodeFirst(call.body), shape, true));
}

/** The items of a batch: each a create body with its patch id, or `undefined` for one without `create`. */
export function decodeBatch(call: Call, dialect: Dialect): (BatchItem | undefined)[] {
  return refusing({ code: 500, status: 400 }, () => {
    const body = decodeObject(
      decodeFirst(call.body),
      { name: 'BatchPatchIdentitiesBody', fields: { identities: 'array' } },
      true,
    );
    const items = Array.isArray(body.identities) ? (body.identities as readonly JsonValue[]) : [];
    return items.map((item) => {
      const fields = decodeObject(
        item,
        { name: 'BatchIdentityPatch', fields: { create: 'object', patch_id: 'string' } },
        true,
      );
      if (!isObject(fields.create)) return undefined;
      const patchId = typeof fields.patch_id === 'string' ? fields.patch_id : undefined;
      return { create: createBody(fields.create, dialect), patchId };
    });
  });
}

export interface BatchItem {
  readonly create: JsonObject;
  readonly patchId: string | undefined;
}

/** A body that must say it is JSON and must not be empty; unknown fields are dropped. */
export function decodeLenient(call: Call, shape: Shape): JsonObject {
  const type = call.headers['content-type'] ?? '';
  if (type.split(';')[0]?.trim() !== 'application/json') {
    throw badRequest(
      `HTTP ${call.method} Request used unknown HTTP Header "Content-Type: ${type}", only [application/json] are supported.`,
    );
  }
  if (call.body === '') {
    throw badRequest('Unable to decode HTTP Request Body because its HTTP Header "Content-Length" is zero.');
  }
  try {
    return decodeObject(decodeFirst(call.body), shape, false);
  } catch (error) {
    if (!(error instanceof DecodeError)) throw error;
    throw badRequest(`Unable to decode JSON payload: ${error.message}`);
  }
}

function refusing<Decoded>(
  as: { readonly code: number; readonly status: number },
  decode: () => Decoded,
): Decoded {
  try {
    return decode();
  } catch (error) {
    if (!(error instanceof DecodeError)) throw error;
    throw new Refused({ code: as.code, message: error.message }, as.status);
  }
}
