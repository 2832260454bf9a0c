import { toAdmin, toPublic } from './redirects.ts';
import { get, notDone, only, type Route, route } from './router.ts';
import {
  deleteSessions,
  disableSession,
  extendSession,
  getSession,
  listAllSessions,
  listSessions,
} from './sessions.ts';
import { type Dialect, isSince } from './version.ts';
import type { Handler } from './world.ts';

const READ = ['GET', 'HEAD', 'POST', 'PUT'];

/** Sessions on the modern admin port; v0.10 has few of these routes, and was not seen with a session. */
export function adminSessions({ version }: Dialect): readonly Route[] {
  const extend = (handler: Handler) => route('PATCH', '/sessions/:id/extend', handler);
  const identitys = [
    get('/identities/:id/sessions', listSessions),
    route('DELETE', '/identities/:id/sessions', deleteSessions),
  ];
  const own = route('DELETE', '/sessions', toPublic);
  if (version === '0.10') {
    const users = [get('/sessions', toPublic), route('DELETE', '/sessions/:id', toPublic)];
    return [
      ...identitys,
      extend(notDone('extending a session of v0.10')),
      own,
      ...users,
      ...READ.map((method) => route(method, WHOAMI, toPublic)),
    ];
  }
  return [
    ...identitys,
    extend(extendSession),
    own,
    get('/sessions', listAllSessions),
    get(WHOAMI, toPublic),
    get('/sessions/:id', getSession),
    route('DELETE', '/sessions/:id', disableSession),
  ];
}

const WHOAMI = '/sessions/whoami';

/** A user's own sessions, which nobody can have here. */
export function publicSessions({ version, modern }: Dialect): readonly Route[] {
  const handler = notDone('sessions of users');
  const anyway = [...READ, 'PATCH', 'OPTIONS', 'TRACE'].map((method) => route(method, WHOAMI, handler));
  if (!modern) return [...anyway, route('DELETE', WHOAMI, handler), route('DELETE', '/sessions', handler)];
  return [
    ...anyway,
    get('/sessions', handler),
    route('DELETE', '/sessions', handler),
    ...only(isSince(version, '1.0'), get('/sessions/token-exchange', handler)),
    route('DELETE', '/sessions/:id', handler),
    route('DELETE', '/identities/:id/sessions', toAdmin),
  ];
}
