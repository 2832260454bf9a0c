import { type Call, NOTHING } from '../api.ts';
import type { CallOptions } from '../call-options.ts';
import { pathsOf } from '../dialect.ts';
import { type Page, type PageQuery, pageBy } from '../pages.ts';
import type { Server } from '../server.ts';
import { readSession, readSessions, type Session } from '../types/session.ts';
import { theOne } from './asked.ts';
import { withPage } from './query.ts';

interface ListSessionsOptions extends PageQuery, CallOptions {
  /** Only those that are (or are no longer) active. */
  readonly active?: boolean | undefined;
}

const SINCE = {
  ofIdentity: 'Kratos v0.9 or later (listing sessions)',
  ending: 'Kratos v0.8 or later (ending sessions)',
  extending: 'Kratos v0.10 or later (extending sessions)',
  all: 'Kratos v0.11 or later (sessions of everybody)',
} as const;

/** In v0.9 and v0.10 some of these routes are the users' own, which have no prefix. */
const USERS = pathsOf('classic');

/** Sessions of users. Sources: ory/kratos session/handler.go, x/redir.go. */
export function sessionOperations(server: Server) {
  const { admin, lists } = server.ports;

  const list = async (
    { path, since, leftTo }: { path: string; since: string; leftTo?: string },
    options: ListSessionsOptions,
  ): Promise<Page<Session>> => {
    const { active, signal } = options;
    return lists.ask({
      operation: 'GET sessions',
      method: 'GET',
      path: withPage(path, options, { active: active === undefined ? undefined : `${active}` }),
      since,
      leftTo,
      expect: 200,
      signal,
      read: pageBy(readSessions),
    });
  };

  return {
    /** `GET /identities/{id}/sessions`, 200; v0.9 and later, else `unsupported`. An identity that does not exist has none. */
    async listIdentitySessions(
      identityId: string,
      options: ListSessionsOptions = {},
    ): Promise<Page<Session>> {
      return list({ path: (await server.paths()).sessions(identityId), since: SINCE.ofIdentity }, options);
    },

    /** `GET /sessions`, 200: everybody's; v0.11 and later, else `unsupported`. */
    async listSessions(options: ListSessionsOptions = {}): Promise<Page<Session>> {
      const path = (await server.paths()).allSessions;
      return list({ path, since: SINCE.all, leftTo: USERS.allSessions }, options);
    },

    /** `GET /sessions/{id}`, 200; v0.11 and later, else `unsupported`. Rejects `notFound`. */
    async getSession(id: string, { signal }: CallOptions = {}): Promise<Session> {
      const path = (await server.paths()).session(id);
      const call = {
        operation: 'GET session',
        method: 'GET',
        path,
        about: 'one',
        since: SINCE.all,
        signal,
      } as const;
      return admin.ask({ ...call, expect: 200, read: theOne(id, readSession) });
    },

    /** `DELETE /sessions/{id}`, 204: ends one session, and keeps its record; v0.11 and later, else `unsupported`. Rejects `notFound`. */
    async disableSession(id: string, { signal }: CallOptions = {}): Promise<void> {
      const path = (await server.paths()).session(id);
      const call = { operation: 'DELETE session', method: 'DELETE', path, about: 'one', signal } as const;
      await admin.ask({ ...call, ...NOTHING, since: SINCE.all, leftTo: USERS.session(id) });
    },

    /** `PATCH /sessions/{id}/extend`, 200 or 204: to its full life again; v0.10 and later, else `unsupported`. Rejects `notFound`. */
    async extendSession(id: string, { signal }: CallOptions = {}): Promise<void> {
      const path = (await server.paths()).extendSession(id);
      const call = { operation: 'PATCH session', method: 'PATCH', path, about: 'one', signal } as const;
      // A server that is configured for it answers nothing, the others the session.
      const extended = theOne(id, readSession);
      const read: Call<true>['read'] = (body, { status }) =>
        status === 204 || extended(body) !== undefined ? true : undefined;
      await admin.ask({ ...call, expect: [200, 204], read, since: SINCE.extending });
    },

    /** `DELETE /identities/{id}/sessions`, 204: ends and forgets them all; v0.8 and later, else `unsupported`. `notFound` for none. */
    async deleteIdentitySessions(identityId: string, { signal }: CallOptions = {}): Promise<void> {
      const path = (await server.paths()).sessions(identityId);
      const call = { operation: 'DELETE sessions', method: 'DELETE', path, about: 'one', signal } as const;
      await admin.ask({ ...call, ...NOTHING, since: SINCE.ending });
    },
  };
}
