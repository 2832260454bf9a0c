import { type Answer, redirect } from './answer.ts';
import { batchIdentities } from './batch.ts';
import {
  createIdentity,
  deleteCredential,
  deleteIdentity,
  getByExternalId,
  getIdentity,
  listIdentities,
  patchIdentity,
  putIdentity,
} from './identities.ts';
import { createRecoveryCode, createRecoveryLink } from './recovery.ts';
import { dispatch, type Route } from './router.ts';
import { getSchema, listSchemas } from './schemas.ts';
import { alive, metrics, ready, version } from './service.ts';
import { deleteSessions, listSessions } from './sessions.ts';
import type { Dialect } from './version.ts';
import type { Call, Handler, World } from './world.ts';

const PREFIX = '/admin';

/** Answers a request on the admin port. */
export function answerAdmin(world: World, call: Call): Answer {
  const { dialect } = world;
  const routes = adminRoutes(world);
  if (!dialect.modern) return dispatch(routes, world, call);
  if (call.path.startsWith(PREFIX)) return dispatch(prefixed(routes), world, call);
  const path = `${PREFIX}${call.path}`;
  if (dialect.unprefixed === 'rewrite') return dispatch(prefixed(routes), world, { ...call, path });
  return redirect(307, call.method, `${path}${call.search}`);
}

/** Answers a request on the public port; self-service is not there. */
export function answerPublic(world: World, call: Call): Answer {
  return dispatch(publicRoutes(world.dialect), world, call);
}

function adminRoutes(world: World): Route[] {
  const { dialect } = world;
  return [
    get('/health/alive', alive),
    get('/health/ready', ready),
    get('/version', version),
    get('/metrics/prometheus', metrics),
    get('/identities', listIdentities),
    post('/identities', createIdentity),
    get('/identities/:id', getIdentity),
    route('PUT', '/identities/:id', putIdentity),
    route('DELETE', '/identities/:id', deleteIdentity),
    ...only(dialect.patch !== 'absent', route('PATCH', '/identities/:id', patchIdentity)),
    ...only(dialect.batch !== 'absent', route('PATCH', '/identities', batchIdentities)),
    ...only(dialect.externalIds, get('/identities/by/external/:externalId', getByExternalId)),
    ...only(
      dialect.batch !== 'absent',
      route('DELETE', '/identities/:id/credentials/:type', deleteCredential),
    ),
    ...only(dialect.modern || world.recovery.link, post('/recovery/link', createRecoveryLink)),
    ...only(dialect.recoveryCode, post('/recovery/code', createRecoveryCode)),
    ...(dialect.modern ? modernAdminRoutes : [get('/schemas/:id', getSchema)]),
  ];
}

const toPublic: Handler = ({ urls }, call) =>
  redirect(307, call.method, `${urls.public}${call.path.slice(PREFIX.length)}${call.search}`);

const toAdmin: Handler = ({ urls }, call) => {
  const path = call.path.startsWith(PREFIX) ? call.path : `${PREFIX}${call.path}`;
  return redirect(307, call.method, `${urls.admin}${path}${call.search}`);
};

const modernAdminRoutes: readonly Route[] = [
  get('/identities/:id/sessions', listSessions),
  route('DELETE', '/identities/:id/sessions', deleteSessions),
  get('/schemas', toPublic),
  get('/schemas/:id', toPublic),
  get('/self-service/*', toPublic),
];

function publicRoutes(dialect: Dialect): Route[] {
  const own = [get('/health/alive', alive), get('/health/ready', ready), get('/schemas/:id', getSchema)];
  if (!dialect.modern) return [...own, get('/version', version)];
  const admin = [
    get('/identities', toAdmin),
    post('/identities', toAdmin),
    ...['GET', 'PUT', 'DELETE'].map((method) => route(method, '/identities/:id', toAdmin)),
    ...only(dialect.patch !== 'absent', route('PATCH', '/identities/:id', toAdmin)),
  ];
  return [...own, get('/schemas', listSchemas), ...admin, ...prefixed(admin)];
}

function prefixed(routes: readonly Route[]): Route[] {
  return routes.map((one) => ({ ...one, pattern: `${PREFIX}${one.pattern}` }));
}

function only(has: boolean, one: Route): Route[] {
  return has ? [one] : [];
}

function route(method: string, pattern: string, handler: Handler): Route {
  return { method, pattern, handler };
}

function get(pattern: string, handler: Handler): Route {
  return route('GET', pattern, handler);
}

function post(pattern: string, handler: Handler): Route {
  return route('POST', pattern, handler);
}
