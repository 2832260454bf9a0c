import { type Call, NOTHING } from '../api.ts';
import type { CallOptions } from '../call-options.ts';
import { type IdentityRecord, readIdentity } from '../record.ts';
import type { Server } from '../server.ts';
import type { CredentialType } from '../types/credential.ts';
import type { CreateIdentityBody, JsonPatchOperation, UpdateIdentityBody } from '../types/identity.ts';
import { theOne } from './asked.ts';

export interface GetIdentityOptions extends CallOptions {
  /** Shows these credentials' `config`, secrets included. v0.8 to v0.13: `oidc` only; others are refused as `invalid`. */
  readonly includeCredential?: readonly CredentialType[] | undefined;
}

export interface DeleteCredentialOptions extends CallOptions {
  /** `provider:subject`; required for `oidc` and `saml`. v1.3 and later. */
  readonly identifier?: string | undefined;
}

/** Operations on one identity. Every method rejects with a `RemoteError` only; sources: ory/kratos identity/handler.go. */
export function identityOperations(server: Server) {
  return { ...readOperations(server), ...writeOperations(server), ...removeOperations(server) };
}

function readOperations(server: Server) {
  const { admin } = server.ports;

  const read = async (
    key: 'id' | 'externalId',
    value: string,
    options: GetIdentityOptions,
  ): Promise<IdentityRecord> => {
    const paths = await server.paths();
    const path = key === 'id' ? paths.identity(value) : paths.externalId(value);
    const { includeCredential = [], signal } = options;
    // Up to v0.7 the parameter would be ignored without a word; `state` on create came in the release that has it.
    if (includeCredential.length > 0)
      await server.require('GET identity', 'state', `${V0_8} (include_credential)`);
    const query = includeCredential.map((type) => `include_credential=${encodeURIComponent(type)}`).join('&');
    const since = key === 'id' ? {} : { since: 'Kratos v25.4 or later (external ids)' };
    const call = { ...identityCall('GET', query === '' ? path : `${path}?${query}`), ...since, signal };
    return admin.ask({ ...call, read: key === 'id' ? theOne(value, readIdentity) : byExternalId(value) });
  };

  return {
    /** `GET /identities/{id}`, 200. Rejects `notFound` only for Kratos' own JSON 404; an id that is no UUID is one too. */
    getIdentity(id: string, options: GetIdentityOptions = {}): Promise<IdentityRecord> {
      return read('id', id, options);
    },

    /** `GET /identities/by/external/{externalID}`, 200; v25.4 and later, else `unsupported`. */
    getIdentityByExternalId(externalId: string, options: GetIdentityOptions = {}): Promise<IdentityRecord> {
      return read('externalId', externalId, options);
    },
  };
}

function writeOperations(server: Server) {
  const { admin } = server.ports;
  return {
    /**
     * `POST /identities`, 201. Sends the body as it is; whatever the server does not know is refused as `invalid` (`fieldUnknown`).
     * Rejects `invalid` (`traits` with violations, `schemaUnknown`, …), `conflict` when an identifier, address or external id is taken.
     */
    async createIdentity(body: CreateIdentityBody, { signal }: CallOptions = {}): Promise<IdentityRecord> {
      const { identities } = await server.paths();
      const call = {
        operation: 'POST identity',
        method: 'POST',
        path: identities,
        body,
        expect: 201,
      } as const;
      return admin.ask({ ...call, signal, read: readIdentity });
    },

    /**
     * `PUT /identities/{id}`, 200. Replaces: modern servers clear metadata and `external_id` and empty `traits` where the body leaves them
     * out; `state`, `schema_id` and credentials stay. Rejects `unsupported` for fields that the server would drop without a word;
     * up to v0.9 unknown fields are `invalid` (they answer 500 to them).
     */
    async updateIdentity(
      id: string,
      body: UpdateIdentityBody,
      { signal }: CallOptions = {},
    ): Promise<IdentityRecord> {
      await requireFields(server, 'PUT identity', Object.keys(body));
      const path = (await server.paths()).identity(id);
      return admin.ask({ ...identityCall('PUT', path), body, signal, read: theOne(id, readIdentity) });
    },

    /**
     * `PATCH /identities/{id}` with a JSON Patch of `add`, `remove` and `replace`, 200; v0.11 and later, else `unsupported`.
     * v0.11 wipes `metadata_admin` (ory/kratos#3099). Rejects `invalid` (`patchNotApplied`) where a path cannot be followed.
     */
    async patchIdentity(
      id: string,
      patch: readonly JsonPatchOperation[],
      { signal }: CallOptions = {},
    ): Promise<IdentityRecord> {
      const roots = patch.map(({ path }) => path.split('/')[1]?.toLowerCase() ?? '');
      await requireFields(server, 'PATCH identity', roots);
      const path = (await server.paths()).identity(id);
      const call = { ...identityCall('PATCH', path), since: 'Kratos v0.11 or later (JSON Patch)', signal };
      return admin.ask({ ...call, body: patch, read: theOne(id, readIdentity) });
    },
  };
}

function removeOperations(server: Server) {
  const { admin } = server.ports;
  return {
    /** `DELETE /identities/{id}`, 204. Rejects `notFound` where there is none, whatever the documentation of 0.5 says. */
    async deleteIdentity(id: string, { signal }: CallOptions = {}): Promise<void> {
      const path = (await server.paths()).identity(id);
      await admin.ask({ ...identityCall('DELETE', path), ...NOTHING, signal });
    },

    /**
     * `DELETE /identities/{id}/credentials/{type}`, 204; v0.13 and later, else `unsupported`. Which types can go depends on the
     * release (second factors first, `oidc` v1.3, `saml` and `password` v25.4); the others are `invalid`. Rejects `notFound`
     * where there is no such identity or credential.
     */
    async deleteIdentityCredential(
      id: string,
      type: CredentialType,
      { identifier, signal }: DeleteCredentialOptions = {},
    ): Promise<void> {
      const route = (await server.paths()).credential(id, type);
      const path = identifier === undefined ? route : `${route}?identifier=${encodeURIComponent(identifier)}`;
      const call = { operation: 'DELETE credential', method: 'DELETE', path, about: 'one', signal } as const;
      await admin.ask({ ...call, ...NOTHING, since: 'Kratos v0.13 or later (deleting credentials)' });
    },
  };
}

const V0_8 = 'Kratos v0.8 or later';

function identityCall(method: Call<unknown>['method'], path: string) {
  return { operation: `${method} identity`, method, path, about: 'one', expect: 200 } as const;
}

/** Modern servers before the field's release answer 200 and drop it. */
async function requireFields(server: Server, operation: string, fields: readonly string[]): Promise<void> {
  if (fields.includes('external_id')) {
    await server.require(operation, 'externalIds', 'Kratos v25.4 or later (external_id)');
  }
  // PUT takes credentials since the release that brought JSON Patch.
  if (fields.includes('credentials')) {
    await server.require(operation, 'patch', 'Kratos v0.11 or later (credentials in an update)');
  }
}

function byExternalId(externalId: string): Call<IdentityRecord>['read'] {
  return (body) => {
    const identity = readIdentity(body);
    return identity?.externalId === externalId ? identity : undefined;
  };
}
