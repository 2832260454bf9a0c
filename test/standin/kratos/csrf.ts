import { isObject, type JsonObject } from '../../../src/model/json.ts';
import { badRequest, NotDone } from './answer.ts';
import { goJson } from './go-json.ts';
import { recorded } from './recordings.ts';
import { type Dialect, isSince } from './version.ts';
import type { Call, Handler } from './world.ts';

const KINDS = ['login', 'registration', 'recovery', 'settings', 'verification'];
const GUARDED = ['POST', 'PUT', 'PATCH', 'DELETE'];
const SERVER_HINT =
  "We detected a regular browser or server-side call. To debug browser calls check your Browser's Network Tab to see what cookies are included or excluded. If you are calling from a server ensure that the appropriate cookies are being forwarded and that the SDK method is called correctly.";

/** Whether the public port asks for a CSRF token before it looks for a route. */
export function isGuarded(dialect: Dialect, { method, path }: Call): boolean {
  if (!GUARDED.includes(method)) return false;
  const segments = path.split('/');
  return !free(dialect).some((pattern) => {
    const wanted = pattern.split('/');
    return (
      wanted.length === segments.length &&
      wanted.every((want, index) => want === segments[index] || (want === '*' && segments[index] !== ''))
    );
  });
}

/** The answer to a browser's request without the browser's cookie. */
export const refuseForgery: Handler = ({ dialect }, call) => {
  if (!dialect.modern) throw badRequest('CSRF token is missing or invalid.');
  const { cookie, 'sec-fetch-mode': mode } = call.headers;
  // v0.10.1 refuses with the same words (x/nosurf.go is the same in v1.0.0).
  const version = dialect.version === '0.10' ? '1.0' : dialect.version;
  const answer = recorded(version, 'recovery flow of the link, public port');
  if (cookie !== undefined || answer === undefined || !isObject(answer.body)) {
    throw new NotDone('CSRF tokens of browsers');
  }
  // The recording client had the fetch mode of a script in a page, by which v26.2 words its hint.
  const fromPage = mode === 'cors' || mode === 'same-origin';
  const body = version === '26.2' && !fromPage ? hinted(answer.body, SERVER_HINT) : answer.body;
  return { status: answer.status, headers: answer.headers, body: goJson(body) };
};

function hinted({ error }: JsonObject, hint: string): JsonObject {
  const inside = isObject(error) ? error : {};
  const details = isObject(inside.details) ? inside.details : {};
  return { error: { ...inside, details: { ...details, hint } } };
}

/** The paths that need no token; `*` is one segment. */
function free({ version, modern }: Dialect): readonly string[] {
  const api = KINDS.map((kind) => `/self-service/${kind}/api`);
  if (!modern) {
    const forms = ['login', 'registration', 'settings'].map(
      (kind) => `/self-service/${kind}/methods/password`,
    );
    return [...api, ...forms, '/self-service/settings/methods/profile', '/sessions/whoami', '/sessions'];
  }
  const moved = ['/identities', '/identities/*', '/identities/*/credentials/*', '/schemas/*'];
  const service = ['/health/alive', '/health/ready', '/version', '/metrics/prometheus'];
  const later = ['/sessions/*/extend', '/recovery/code', '/courier/messages', '/admin/courier/messages'];
  return [
    ...api,
    ...KINDS.map((kind) => `/self-service/${kind}`),
    '/self-service/logout/api',
    ...service,
    ...moved,
    ...moved.map((path) => `/admin${path}`),
    '/identities/*/sessions',
    '/sessions',
    '/sessions/*',
    '/recovery/link',
    ...(isSince(version, '1.0') ? later : []),
    `/self-service/methods/oidc/callback/${version === '26.2' ? '*' : 'apple'}`,
  ];
}
