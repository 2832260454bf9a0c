import { json, noContent, notFound, Refused } from './answer.ts';
import { isUuid } from './identities.ts';
import { pageLinks, tokenQuery, withQuery } from './paging.ts';
import type { Handler, World } from './world.ts';

const PAGE_SIZE = 250;

/** The sessions of one identity, all on one page. */
export const listSessions: Handler = (world, call, { id = '' }) => {
  const sessions = world.store.sessionsOf(owner(id));
  const link = pageLinks(sessions.length, 0, PAGE_SIZE, (offset, size) =>
    world.dialect.paging === 'keyset'
      ? withQuery(call.path, tokenQuery(offset, size))
      : withQuery(`${world.urls.admin}/sessions`, { page: offset / size, per_page: size }),
  );
  const shown = sessions.map((session) => ({ id: session, active: isActive(world, id) }));
  return json(200, shown, { link, 'x-total-count': `${sessions.length}` });
};

export const deleteSessions: Handler = (world, _call, { id = '' }) => {
  if (world.store.endSessions(owner(id)) === 0) throw notFound();
  return noContent;
};

function owner(id: string): string {
  if (isUuid(id)) return id;
  throw new Refused({ code: 400, message: `uuid: incorrect UUID length ${id.length} in string "${id}"` });
}

function isActive({ store }: World, id: string): boolean {
  return store.find(id)?.state === 'active';
}
