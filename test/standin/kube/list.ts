import { isObject, type JsonObject } from '../../../src/model/json.ts';
import { fieldOf, type KubeObject } from './object.ts';
import type { Resource } from './resource.ts';
import { filterOf, hasSelector } from './selector.ts';
import { badRequest, invalid, revisionTooLarge } from './status.ts';
import { keyOf, type Storage } from './storage.ts';

/** One page of a list. */
export interface Page {
  readonly items: readonly KubeObject[];
  readonly metadata: JsonObject;
}

const listOptions = { group: 'meta.k8s.io', plural: 'listoptions', kind: 'ListOptions' };

/** Lists with paging, selectors and resourceVersion rules; throws 410 for a token whose snapshot is forgotten. */
export function listPage(
  storage: Storage,
  resource: Resource,
  namespace: string,
  query: URLSearchParams,
): Page {
  const filter = filterOf(resource, namespace, query);
  const token = readToken(query.get('continue') ?? '');
  const wanted = query.get('resourceVersion') ?? '';
  checkOptions(query, wanted, token !== undefined);
  const exact = query.get('resourceVersionMatch') === 'Exact';
  const revision = token?.rv ?? (exact ? Number(wanted) : storage.revision);
  if (Number(wanted) > storage.revision) throw revisionTooLarge(Number(wanted), storage.revision);
  const all =
    revision === storage.revision
      ? storage.list(resource.collection)
      : storage.listAt(resource.collection, revision);
  const rest = all.filter((object) => filter(object) && (token === undefined || keyOf(object) > token.start));
  // Answered from the watch cache, which knows no pages.
  const limit = wanted === '0' ? 0 : integer(query.get('limit') ?? '0');
  const items = limit > 0 ? rest.slice(0, limit) : rest;
  const left = rest.length - items.length;
  const last = items.at(-1);
  return {
    items,
    metadata: {
      resourceVersion: String(revision),
      ...(left > 0 && last !== undefined
        ? { continue: writeToken({ rv: revision, start: keyOf(last) }) }
        : {}),
      ...(left > 0 && !hasSelector(query) ? { remainingItemCount: left } : {}),
    },
  };
}

/** A query parameter of Go's `int64`. */
export function integer(text: string): number {
  if (!/^[-+]?\d+$/.test(text)) throw badRequest(`strconv.ParseInt: parsing "${text}": invalid syntax`);
  return Number(text);
}

export function forbiddenOption(field: string, why: string): Error {
  return invalid(listOptions, '', [{ reason: 'FieldValueForbidden', message: `Forbidden: ${why}`, field }]);
}

function checkOptions(query: URLSearchParams, wanted: string, continues: boolean): void {
  if (continues && wanted !== '' && wanted !== '0') {
    throw badRequest('specifying resource version is not allowed when using continue');
  }
  if (query.has('resourceVersionMatch') && wanted === '') {
    throw forbiddenOption(
      'resourceVersionMatch',
      'resourceVersionMatch is forbidden unless resourceVersion is provided',
    );
  }
  if (wanted !== '' && !/^\d+$/.test(wanted)) {
    throw badRequest(`invalid resource version: resourceVersion: Invalid value: "${wanted}"`);
  }
}

interface Token {
  readonly rv: number;
  /** The key of the last object already given. */
  readonly start: string;
}

function writeToken(token: Token): string {
  return Buffer.from(JSON.stringify(token)).toString('base64url');
}

function readToken(text: string): Token | undefined {
  if (text === '') return undefined;
  try {
    const value: unknown = JSON.parse(Buffer.from(text, 'base64url').toString());
    const [rv, start] = isObject(value) ? [fieldOf(value, 'rv'), fieldOf(value, 'start')] : [];
    if (typeof rv === 'number' && typeof start === 'string') return { rv, start };
  } catch {
    // Refused below, whatever is wrong with it.
  }
  throw badRequest('invalid continue token: continue key is not valid');
}
