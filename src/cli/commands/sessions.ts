import type { AdminApi } from '../../kratos/admin-api.ts';
import type { Session } from '../../kratos/types/session.ts';
import { isRemote } from '../../model/errors.ts';
import { age } from '../age.ts';
import { id, remote } from '../command.ts';
import type { Context } from '../context.ts';
import { FORMATS } from '../format.ts';
import type { View } from '../output.ts';

export const sessions = [
  remote({
    words: ['sessions', 'list'],
    summary: 'lists the sessions of an identity (Kratos v0.9 or later)',
    arguments: { id: { name: 'ID', read: id, help: 'id of the identity' } },
    flags: {},
    formats: FORMATS,
    subject: ({ id }) => `identity ${id}`,
    run: async ({ api, output, signal, now, tell }, { id }) => {
      const { items, total } = await sessionsOf(api, id, signal);
      // Servers do not tell an identity without sessions from none at all.
      if (items.length === 0) await api.getIdentity(id, { signal });
      await output.many(viewOf(now), items);
      if (total > items.length) await tell(`there are more than these ${items.length}: ${total}`);
    },
  }),

  remote({
    words: ['sessions', 'revoke'],
    summary: 'ends one session, or all of an identity',
    arguments: { id: { name: 'ID', read: id, help: 'id of a session or of an identity' } },
    flags: {},
    formats: FORMATS,
    subject: ({ id }) => `session or identity ${id}`,
    run: async ({ api, output, signal, tell }, { id }) => {
      const one = await failureIn(api.disableSession(id, { signal }), isNoSession);
      if (one === undefined) return output.done(`session ${id} revoked`, id);
      const all = await failureIn(api.deleteIdentitySessions(id, { signal }), isNotFound);
      if (all === undefined) return output.done(`every session of identity ${id} revoked`, id);
      if (!isNotFound(one))
        await tell('only an identity was looked for: sessions need Kratos v0.11 or later');
      await api.getIdentity(id, { signal });
      await tell('no sessions');
    },
  }),
];

/** Every session of an identity, as far as the server can page; every page of it, even the last, names a next one. */
async function sessionsOf(api: AdminApi, id: string, signal: AbortSignal) {
  const items: Session[] = [];
  for (let pageToken: string | undefined; ; ) {
    const page = await api.listIdentitySessions(id, { pageToken, signal });
    items.push(...page.items);
    const { total = 0 } = page;
    pageToken = page.nextPageToken;
    if (pageToken === undefined || page.items.length === 0 || items.length >= total) return { items, total };
  }
}

/** The error, where it is one of these; `undefined` where all went well. */
async function failureIn(work: Promise<void>, isExpected: (error: unknown) => boolean): Promise<unknown> {
  try {
    await work;
    return undefined;
  } catch (error) {
    if (isExpected(error)) return error;
    throw error;
  }
}

function isNotFound(error: unknown): boolean {
  return isRemote(error, 'notFound');
}

function isNoSession(error: unknown): boolean {
  return isRemote(error, 'notFound', 'unsupported');
}

function viewOf(now: Context['now']): View<Session> {
  return {
    plural: 'sessions',
    id: ({ id }) => id,
    raw: (session) => session,
    columns: [
      { title: 'ID', cell: ({ id }) => id },
      { title: 'ACTIVE', cell: ({ active }) => (active === undefined ? undefined : active ? 'yes' : 'no') },
      { title: 'AAL', cell: ({ authenticator_assurance_level: level }) => level },
      { title: 'METHODS', cell: methodsOf },
      { title: 'AUTHENTICATED', cell: (session) => age(session.authenticated_at, now) },
      { title: 'EXPIRES', cell: (session) => age(session.expires_at, now) },
    ],
  };
}

function methodsOf({ authentication_methods: methods }: Session): string {
  return (methods ?? []).flatMap(({ method }) => method ?? []).join(',');
}
