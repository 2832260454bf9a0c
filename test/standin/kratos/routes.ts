import { posix } from 'node:path';
import { type Answer, redirect } from './answer.ts';
import { batchIdentities } from './batch.ts';
import { deleteCredential } from './credentials.ts';
import { isGuarded, refuseForgery } from './csrf.ts';
import {
  createIdentity,
  deleteIdentity,
  getByExternalId,
  getIdentity,
  patchIdentity,
  putIdentity,
} from './identities.ts';
import { listIdentities } from './lists.ts';
import { createRecoveryCode, createRecoveryLink } from './recovery.ts';
import { PREFIX, toAdmin, toPublic } from './redirects.ts';
import { answered, dispatch, get, notDone, only, post, type Route, route } from './router.ts';
import { getSchema, listSchemas } from './schemas.ts';
import { adminSelfService, publicSelfService } from './self-service.ts';
import { alive, metrics, ready, version } from './service.ts';
import { adminSessions, publicSessions } from './session-routes.ts';
import { isSince } from './version.ts';
import type { Call, World } from './world.ts';

/** Answers a request on the admin port. */
export function answerAdmin(world: World, call: Call): Answer {
  const { dialect } = world;
  const routes = adminRoutes(world);
  if (!dialect.modern) return dispatch(routes, world, call);
  if (call.path.startsWith(PREFIX)) return dispatch(prefixed(routes), world, call);
  const path = posix.join(PREFIX, call.path).replace(/\/$/, '');
  if (dialect.unprefixed === 'rewrite') return dispatch(prefixed(routes), world, { ...call, path });
  return redirect(307, call.method, `${path}${call.search}`);
}

/** Answers a request on the public port. */
export function answerPublic(world: World, call: Call): Answer {
  if (isGuarded(world.dialect, call)) return answered(() => refuseForgery(world, call, {}));
  return dispatch(publicRoutes(world), world, call);
}

function adminRoutes(world: World): readonly Route[] {
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
    ...(dialect.modern ? modernAdminRoutes(world) : [get('/schemas/:id', getSchema)]),
    ...adminSelfService(world),
  ];
}

function modernAdminRoutes({ dialect }: World): readonly Route[] {
  const messages = notDone('courier messages');
  return [
    get('/schemas', toPublic),
    get('/schemas/:id', toPublic),
    get('/health/config', notDone('the hash of the configuration')),
    ...adminSessions(dialect),
    ...only(isSince(dialect.version, '1.0'), ...courier.map((path) => get(path, messages))),
  ];
}

const courier = ['/courier/messages', '/courier/messages/:id'] as const;

function publicRoutes(world: World): readonly Route[] {
  const { dialect } = world;
  const own = [
    get('/health/alive', alive),
    get('/health/ready', ready),
    get('/schemas/:id', getSchema),
    ...publicSessions(dialect),
    ...publicSelfService(world),
  ];
  if (!dialect.modern) return [...own, get('/version', version)];
  const schemas = [get('/schemas', listSchemas), get('/schemas/:id', getSchema)];
  return [
    ...own,
    ...schemas,
    ...prefixed(schemas),
    ...redirected(world),
    get('/.well-known/ory/webauthn.js', notDone('the script for WebAuthn')),
  ];
}

/** What the modern public port sends to the admin port. */
function redirected({ dialect }: World): readonly Route[] {
  const identities = [
    get('/identities', toAdmin),
    post('/identities', toAdmin),
    ...['GET', 'PUT', 'DELETE'].map((method) => route(method, '/identities/:id', toAdmin)),
    ...only(dialect.patch !== 'absent', route('PATCH', '/identities/:id', toAdmin)),
    ...only(dialect.externalIds, get('/identities/by/external/:externalId', toAdmin)),
    ...only(dialect.batch !== 'absent', route('DELETE', '/identities/:id/credentials/:type', toAdmin)),
  ];
  return [
    ...identities,
    ...prefixed(identities),
    post('/recovery/link', toAdmin),
    ...only(dialect.recoveryCode, post('/recovery/code', toAdmin)),
    ...only(isSince(dialect.version, '1.0'), ...prefixed(courier.map((path) => get(path, toAdmin)))),
  ];
}

function prefixed(routes: readonly Route[]): readonly Route[] {
  return routes.map((one) => ({ ...one, pattern: `${PREFIX}${one.pattern}` }));
}
