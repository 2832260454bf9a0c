import { badRequest, json, NotDone } from './answer.ts';
import { included } from './credentials.ts';
import { type IdentityRecord, identityJson, isUuid } from './identity.ts';
import { page } from './paging.ts';
import type { Dialect } from './version.ts';
import type { Handler } from './world.ts';

const NO_ORGANIZATION = '00000000-0000-0000-0000-000000000000';
const SIMILAR = 'preview_credentials_identifier_similar';

/** What a list is narrowed to; an empty text or list and the nil organization narrow nothing. */
interface Filters {
  readonly ids: readonly string[];
  readonly organization: string;
  readonly identifier: string;
  readonly similar: string;
  readonly include: readonly string[];
}

export const listIdentities: Handler = (world, call) => {
  const { dialect, store, urls } = world;
  const filters = dialect.oneFilter ? oneFilter(dialect, call.query) : anyFilters(dialect, call.query);
  const { identifier, similar, include } = filters;
  const all = store.identities();
  const found = all.filter((record) => passes(record, filters, dialect));
  const { records, headers } = page(found, identifier === '' ? all.length : undefined, call, world);
  const credentials = identifier !== '' || similar !== '' || include.length > 0;
  const view = { kind: 'list', publicUrl: urls.public, credentials, include } as const;
  return json(
    200,
    records.map((record) => identityJson(record, dialect, view)),
    headers,
  );
};

/** Up to v1.3 filters add up; those that a release does not have it does not look at. */
function anyFilters(dialect: Dialect, query: URLSearchParams): Filters {
  // Lists show configs since v1.2.
  const include = dialect.paging === 'keyset' ? included(dialect, query) : [];
  const ids = dialect.ids ? uuids(query, 'ids') : [];
  const identifier = dialect.identifierFilter ? (query.get('credentials_identifier') ?? '') : '';
  const similar = dialect.paging === 'keyset' ? (query.get(SIMILAR) ?? '') : '';
  if (identifier !== '' && similar !== '') {
    throw badRequest(`Cannot pass both credentials_identifier and ${SIMILAR}.`);
  }
  return { ids, organization: NO_ORGANIZATION, identifier, similar, include };
}

function oneFilter(dialect: Dialect, query: URLSearchParams): Filters {
  const ids = uuids(query, 'ids');
  if (ids.length > 500) throw badRequest('The number of ids to filter must not exceed 500.');
  const organization = uuid(query.get('organization_id') || NO_ORGANIZATION, 'organization_id');
  const identifier = query.get('credentials_identifier') ?? '';
  const similar = query.get(SIMILAR) ?? '';
  const include = included(dialect, query, true);
  const asked = [ids.length > 0, query.get('organization_id'), identifier, similar].filter(Boolean);
  if (asked.length > 1) throw badRequest('You cannot combine multiple filters in this API');
  return { ids, organization, identifier, similar, include };
}

function uuids(query: URLSearchParams, parameter: string): readonly string[] {
  return query.getAll(parameter).map((id) => uuid(id, parameter));
}

function uuid(id: string, parameter: string): string {
  if (isUuid(id)) return id.toLowerCase();
  throw badRequest(`Invalid UUID value \`${id}\` for parameter \`${parameter}\`.`);
}

function passes(
  record: IdentityRecord,
  { ids, organization, identifier, similar }: Filters,
  dialect: Dialect,
): boolean {
  return (
    (ids.length === 0 || ids.includes(record.id)) &&
    (organization === NO_ORGANIZATION || record.organizationId === organization) &&
    (identifier === '' || identifies(record, identifier, dialect)) &&
    (similar === '' || isSimilar(record, similar))
  );
}

/** Names at other providers are looked up as they are, and only since v1.1. */
function identifies(record: IdentityRecord, identifier: string, { paging }: Dialect): boolean {
  const normal = identifier.trim().toLowerCase();
  return [...record.credentials].some(([type, { identifiers }]) =>
    type === 'oidc' ? paging === 'keyset' && identifiers.includes(identifier) : identifiers.includes(normal),
  );
}

/** `LIKE` of SQLite: no difference between cases. */
function isSimilar({ credentials }: IdentityRecord, start: string): boolean {
  if (/[%_\\]/.test(start))
    throw new NotDone('lists by identifiers with signs that a database reads as patterns');
  const wanted = start.trim().toLowerCase();
  return [...credentials.values()].some(({ identifiers }) =>
    identifiers.some((identifier) => identifier.toLowerCase().startsWith(wanted)),
  );
}
