import { unexpected } from '../api.ts';
import type { CallOptions } from '../call-options.ts';
import { type Page, type PageQuery, pageBy } from '../pages.ts';
import { type IdentityRecord, readIdentities } from '../record.ts';
import type { Server } from '../server.ts';
import type { CredentialType } from '../types/credential.ts';
import { keysetWalk, numberedWalk, WALK_PAGE_SIZE } from '../walk.ts';

/** Which identities. v25.4 and later take one filter at a time; `includeCredential` is none. */
export interface IdentityFilter {
  /** v1.1 and later; at most 500, unknown ones are left out. */
  readonly ids?: readonly string[] | undefined;
  /** Exact login identifier, compared trimmed and in lower case (but `oidc`, `saml`); v0.13 and later. */
  readonly credentialsIdentifier?: string | undefined;
  /** v25.4 and later. */
  readonly organizationId?: string | undefined;
  /** Shows these credentials' `config`, secrets included; v1.2 and later. */
  readonly includeCredential?: readonly CredentialType[] | undefined;
}

export interface ListIdentitiesOptions extends IdentityFilter, PageQuery, CallOptions {
  /** Page by number: 0 and 1 are the same page up to v0.13, 0-based from v1.0; beyond the 1,000th identity `invalid` from v1.1. */
  readonly page?: number | undefined;
}

export interface WalkIdentitiesOptions extends IdentityFilter, CallOptions {
  /** From 1 to 500; 250 by default. */
  readonly pageSize?: number | undefined;
}

const LIST = { operation: 'GET identities', method: 'GET', expect: 200 } as const;
/** No server gives more; a page that came back smaller than asked for would be taken for the last. */
const MOST_PER_PAGE = 500;

/** Lists of identities. A filter that the server would ignore rejects `unsupported` before anything is sent. */
export function listOperations(server: Server) {
  const readPage = async (query: URLSearchParams, { signal }: CallOptions): Promise<Page<IdentityRecord>> => {
    const { identities: path } = await server.paths();
    return server.ports.lists.ask({
      ...LIST,
      path: query.size === 0 ? path : `${path}?${query.toString()}`,
      signal,
      read: pageBy(readIdentities),
    });
  };

  return {
    /** `GET /identities`, 200: one page, as this server pages. */
    async listIdentities(options: ListIdentitiesOptions = {}): Promise<Page<IdentityRecord>> {
      if (matchesNothing(options)) return NOTHING_FOUND;
      const query = await filterQuery(server, options);
      const { page, pageSize, pageToken } = options;
      if (pageToken !== undefined) await requireKeyset(server);
      // Keyset servers page by number where `page` is given, and know `per_page` then only.
      const keyset = page === undefined && (await server.has('ids'));
      if (pageSize !== undefined) query.set(keyset ? 'page_size' : 'per_page', `${pageSize}`);
      if (page !== undefined) query.set('page', `${page}`);
      if (pageToken !== undefined) query.set('page_token', pageToken);
      const found = await readPage(query, options);
      // v0.13 and v1.0 link to tokens too, of another kind.
      return keyset ? found : { ...found, nextPageToken: undefined };
    },

    /** Every identity once, a page at a time; not a snapshot: what comes or goes during the walk may be missed. */
    async *walkIdentities(options: WalkIdentitiesOptions = {}): AsyncGenerator<readonly IdentityRecord[]> {
      if (matchesNothing(options)) return;
      const filter = await filterQuery(server, options);
      const size = Math.min(Math.max(options.pageSize ?? WALK_PAGE_SIZE, 1), MOST_PER_PAGE);
      const withPage = (more: Readonly<Record<string, string>>) =>
        new URLSearchParams([...filter, ...Object.entries(more)]);
      // Keyset paging and the `ids` filter came in the same release.
      if (await server.has('ids')) {
        yield* keysetWalk((token) => {
          const page = { page_size: `${size}`, ...(token === undefined ? {} : { page_token: token }) };
          return readPage(withPage(page), options);
        }, lost);
      } else {
        yield* numberedWalk(
          (page) => readPage(withPage({ per_page: `${size}`, page: `${page}` }), options),
          size,
          lost,
        );
      }
    },
  };
}

/** A filter with nothing in it: servers take it for no filter at all, and would answer every identity. */
function matchesNothing({ ids, credentialsIdentifier, organizationId }: IdentityFilter): boolean {
  return ids?.length === 0 || credentialsIdentifier === '' || organizationId === '';
}

const NOTHING_FOUND: Page<IdentityRecord> = {
  items: [],
  nextPageToken: undefined,
  total: 0,
  linked: true,
  raw: [],
};

function lost(): Error {
  return unexpected(LIST);
}

async function filterQuery(server: Server, filter: IdentityFilter): Promise<URLSearchParams> {
  const query = new URLSearchParams();
  const { ids = [], credentialsIdentifier, organizationId, includeCredential = [] } = filter;
  if (ids.length > 0) await requireFilter(server, 'ids', 'Kratos v1.1 or later (the ids filter)');
  for (const id of ids) query.append('ids', id);
  if (credentialsIdentifier !== undefined) {
    // The filter came with the batch route.
    await requireFilter(server, 'batch', 'Kratos v0.13 or later (the credentials_identifier filter)');
    query.set('credentials_identifier', credentialsIdentifier);
  }
  if (organizationId !== undefined) {
    await requireFilter(server, 'organizations', 'Kratos v25.4 or later (the organization_id filter)');
    query.set('organization_id', organizationId);
  }
  if (includeCredential.length > 0) {
    await requireFilter(server, 'listCredentials', 'Kratos v1.2 or later (include_credential on lists)');
  }
  for (const type of includeCredential) query.append('include_credential', type);
  return query;
}

type FilterFeature = 'ids' | 'batch' | 'organizations' | 'listCredentials';

function requireFilter(server: Server, feature: FilterFeature, needs: string): Promise<void> {
  return server.require(LIST.operation, feature, needs);
}

function requireKeyset(server: Server): Promise<void> {
  return requireFilter(server, 'ids', 'Kratos v1.1 or later (page tokens)');
}
