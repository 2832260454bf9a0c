import { badRequest, Refused } from './answer.ts';
import { base64url, isUuid } from './identity.ts';
import { withQuery } from './paging.ts';
import type { SessionRecord } from './session.ts';
import type { Call, World } from './world.ts';

const NO_ID = '00000000-0000-0000-0000-000000000000';
const END_OF_TIME = '2200-12-31 23:59:59';
const DEFAULT_SIZE = 250;
const MAX_SIZE = 1000;

/** Where a page begins: after the session of that id; later releases go back in time, v1.0 up the ids. */
interface Place {
  readonly id: string;
  /** As in tokens: UTC, without zone. */
  readonly createdAt: string;
}

/**
 * The page of everybody's sessions that a request asks for. The size is read at once, the token when the page is:
 * Kratos refuses other parameters in between.
 */
export function sessionPage(found: readonly SessionRecord[], call: Call, world: World) {
  const wanted = call.query.get('page_size') || '0';
  if (!/^[+-]?\d+$/.test(wanted)) {
    throw new Refused({ code: 400, message: 'could not parse parameter page_size' });
  }
  const size = Math.min(Number(wanted) > 0 ? Number(wanted) : DEFAULT_SIZE, MAX_SIZE);
  return () => {
    const byId = world.dialect.version === '1.0';
    const token = call.query.get('page_token') ?? '';
    const place = byId ? { id: token || NO_ID, createdAt: '' } : placeOf(token);
    const rest = found
      .toSorted((left, right) => (isBefore(placeIn(left), placeIn(right), byId) ? -1 : 1))
      .filter((session) => isBefore(place, placeIn(session), byId));
    const records = rest.slice(0, size);
    const last = rest.length > size ? records.at(-1) : undefined;
    const to = (next: Place) =>
      withQuery(call.path, { page_size: size, page_token: byId ? next.id : tokenOf(next) }, call.query);
    const first = `<${to({ id: NO_ID, createdAt: END_OF_TIME })}>; rel="first"`;
    const link = last === undefined ? first : `${first},<${to(placeIn(last))}>; rel="next"`;
    const total = world.dialect.version === '26.2' ? {} : { 'x-total-count': `${found.length}` };
    return { records, headers: { link, ...total } };
  };
}

function isBefore(left: Place, right: Place, byId: boolean): boolean {
  if (byId || left.createdAt === right.createdAt) return left.id < right.id;
  return left.createdAt > right.createdAt;
}

function placeIn({ id, issuedAt }: SessionRecord): Place {
  return { id, createdAt: new Date(issuedAt).toISOString().replace('T', ' ').replace('Z', '') };
}

function tokenOf({ id, createdAt }: Place): string {
  return base64url(`id=${id}/created_at=${createdAt}`);
}

function placeOf(token: string): Place {
  if (token === '') return { id: NO_ID, createdAt: END_OF_TIME };
  const text = Buffer.from(token, 'base64url').toString();
  const parts = new Map(text.split('/').map((part) => [part.split('=')[0], part.split('=')[1]] as const));
  const id = parts.get('id') ?? '';
  if (isUuid(id)) return { id, createdAt: parts.get('created_at') ?? '' };
  throw badRequest('The page token is invalid, do not craft your own page tokens');
}
