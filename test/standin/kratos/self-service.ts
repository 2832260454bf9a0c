import { getError, getErrorPublicly } from './flow-errors.ts';
import { type FlowKind, getFlow, initFlow } from './flows.ts';
import { toPublic } from './redirects.ts';
import { get, notDone, only, post, type Route, route } from './router.ts';
import { isSince } from './version.ts';
import type { Handler, World } from './world.ts';

const KINDS: readonly FlowKind[] = ['login', 'registration', 'recovery', 'settings', 'verification'];

/** Self-service on the admin port: v0.5 reads flows and errors there, later releases send all of it to the public port. */
export function adminSelfService(world: World): readonly Route[] {
  if (world.dialect.modern) return modern(() => toPublic, toPublic);
  return [
    ...classicKinds(world).map((kind) => get(`/self-service/${kind}/flows`, getFlow(kind))),
    get('/self-service/errors', getError),
  ];
}

/** Self-service on the public port: new flows without browser, flows and errors by id; all else is not done. */
export function publicSelfService(world: World): readonly Route[] {
  if (world.dialect.modern) return [...modern(servedPublicly, getErrorPublicly), ...providers(world)];
  return [
    ...classicKinds(world).flatMap((kind) => [...begun(kind, servedPublicly), ...classicSubmit(kind)]),
    get('/self-service/errors', getErrorPublicly),
    get('/self-service/browser/flows/logout', notDone('logout')),
  ];
}

type Step = 'browser' | 'api' | 'flows';

function servedPublicly(kind: FlowKind, step: Step): Handler {
  if (step === 'browser') return notDone(`${kind} flows of a browser`);
  if (kind === 'settings') return notDone('settings flows, which need the session of a user');
  return step === 'api' ? initFlow(kind) : getFlow(kind);
}

function modern(served: (kind: FlowKind, step: Step) => Handler, errors: Handler): readonly Route[] {
  const away = errors === toPublic ? toPublic : undefined;
  return [
    ...KINDS.flatMap((kind) => [...begun(kind, served), ...submit(`/self-service/${kind}`, away)]),
    get('/self-service/logout/browser', away ?? notDone('logout')),
    route('DELETE', '/self-service/logout/api', away ?? notDone('logout')),
    get('/self-service/logout', away ?? notDone('logout')),
    get('/self-service/errors', errors),
  ];
}

function begun(kind: FlowKind, served: (kind: FlowKind, step: Step) => Handler): readonly Route[] {
  const steps = ['browser', 'api', 'flows'] as const;
  return steps.map((step) => get(`/self-service/${kind}/${step}`, served(kind, step)));
}

function submit(path: string, handler: Handler = notDone('submitting a flow')): readonly Route[] {
  return [get(path, handler), post(path, handler)];
}

/** v0.5 registers recovery only where its one method is on. */
function classicKinds({ recovery }: World): readonly FlowKind[] {
  return KINDS.filter((kind) => kind !== 'recovery' || recovery.link);
}

function classicSubmit(kind: FlowKind): readonly Route[] {
  const path = (method: string) => `/self-service/${kind}/methods/${method}`;
  if (kind === 'settings') return [...submit(path('password')), ...submit(path('profile'))];
  if (kind === 'recovery' || kind === 'verification') return submit(path('link'));
  return [post(path('password'), notDone('submitting a flow'))];
}

/** Where sign-in with other providers comes back to. */
function providers({ dialect }: World): readonly Route[] {
  const path = '/self-service/methods/oidc';
  const handler = notDone('sign-in with other providers');
  return [
    ...submit(`${path}/callback/:provider`, handler),
    ...only(isSince(dialect.version, '1.3'), get(`${path}/callback`, handler)),
  ];
}
