import { json, NotDone, noContent, notFound, Refused } from './answer.ts';
import { uuidTrouble } from './bodies.ts';
import { isUuid } from './identity.ts';
import { pageLinks, tokenPage, tokenQuery, withQuery } from './paging.ts';
import { type Expansion, isCurrent, SESSION_MS, type SessionRecord, sessionJson } from './session.ts';
import { sessionPage } from './session-pages.ts';
import type { Handler, World } from './world.ts';

/** The sessions of one identity, the latest first. */
export const listSessions: Handler = (world, call, { id = '' }) => {
  const { dialect, store, urls } = world;
  const found = filtered(world, store.sessionsOf(uuidOf(id)), call.query);
  if (dialect.version === '0.10') {
    if (found.length > 0) throw new NotDone('sessions as v0.10 shows them');
    return json(200, []);
  }
  const { number, size } = tokenPage(call.query);
  const link = pageLinks(found.length, number, size, (offset, perPage) =>
    dialect.paging === 'keyset'
      ? withQuery(call.path, tokenQuery(offset, perPage), call.query)
      : withQuery(`${urls.admin}/sessions`, { page: offset / perPage, per_page: perPage }),
  );
  // The first page is both page 0 and page 1.
  const from = (Math.max(number, 1) - 1) * size;
  const shown = found
    .toSorted((left, right) => right.issuedAt - left.issuedAt)
    .slice(from, from + size)
    .map((session) => sessionJson(world, session, { identity: 'unlinked', devices: true }));
  return json(200, shown, { link, 'x-total-count': `${found.length}` });
};

/** Everybody's sessions. */
export const listAllSessions: Handler = (world, call) => {
  const found = filtered(world, world.store.sessions(), call.query);
  const page = sessionPage(found, call, world);
  const expansion = expansionOf(call.query, 'bare');
  const { records, headers } = page();
  const view = { ...expansion, devicesAbsent: 'null' } as const;
  const shown = records.map((session) => sessionJson(world, session, view));
  return json(200, shown, headers);
};

export const getSession: Handler = (world, call, { id = '' }) => {
  const sessionId = uuidOf(id);
  const expansion = expansionOf(call.query, 'whole');
  return json(200, sessionJson(world, existing(world, sessionId), expansion));
};

/** The session stays, and is active no more. */
export const disableSession: Handler = (world, _call, { id = '' }) => {
  world.store.keepSession({ ...existing(world, uuidOf(id)), enabled: false });
  return { ...noContent, headers: { 'content-type': 'application/json; charset=utf-8' } };
};

export const extendSession: Handler = (world, _call, { id = '' }) => {
  const session = existing(world, uuidOf(id));
  const extended = { ...session, expiresAt: world.clock.now() + SESSION_MS };
  world.store.keepSession(extended);
  // v1.0 answers what it wrote, later releases read it again.
  return json(
    200,
    sessionJson(world, extended, world.dialect.version === '1.0' ? {} : { identity: 'whole' }),
  );
};

export const deleteSessions: Handler = (world, _call, { id = '' }) => {
  if (world.store.endSessions(uuidOf(id)) === 0) throw notFound();
  return noContent;
};

function existing({ store }: World, id: string): SessionRecord {
  const session = store.findSession(id);
  if (session === undefined) throw notFound();
  return session;
}

function uuidOf(id: string): string {
  if (isUuid(id)) return id.toLowerCase();
  throw new Refused({ code: 400, message: uuidTrouble(id) });
}

/** By `active`, written as Go writes booleans. */
function filtered(world: World, sessions: readonly SessionRecord[], query: URLSearchParams) {
  const active = query.get('active') ?? '';
  if (active === '') return sessions;
  const isTrue = /^(?:1|t|T|TRUE|true|True)$/.test(active);
  if (!isTrue && !/^(?:0|f|F|FALSE|false|False)$/.test(active)) {
    throw new Refused({ code: 400, message: 'could not parse parameter active' });
  }
  return sessions.filter((session) => isCurrent(session, world) === isTrue);
}

function expansionOf(query: URLSearchParams, form: 'whole' | 'bare'): Expansion {
  const asked = query.getAll('expand');
  const unknown = asked.find((name) => !/^(?:identity|devices)$/i.test(name));
  if (unknown !== undefined) {
    const reason = `Could not parse expand option: ${unknown}`;
    throw new Refused({
      code: 400,
      message: 'The request was malformed or contained invalid parameters',
      reason,
    });
  }
  const names = asked.map((name) => name.toLowerCase());
  return { ...(names.includes('identity') ? { identity: form } : {}), devices: names.includes('devices') };
}
