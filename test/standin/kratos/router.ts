import {
  type Answer,
  allowedMethods,
  NotDone,
  Refused,
  redirect,
  unknownRoute,
  wrongMethod,
} from './answer.ts';
import type { Call, Handler, World } from './world.ts';

/** A route: `:name` in the pattern matches one non-empty segment. The first that matches answers. */
export interface Route {
  readonly method: string;
  readonly pattern: string;
  readonly handler: Handler;
}

interface Match {
  readonly route: Route;
  readonly params: Readonly<Record<string, string>>;
}

export function route(method: string, pattern: string, handler: Handler): Route {
  return { method, pattern, handler };
}

export function get(pattern: string, handler: Handler): Route {
  return route('GET', pattern, handler);
}

export function post(pattern: string, handler: Handler): Route {
  return route('POST', pattern, handler);
}

/** A handler for what Kratos has and the stand-in does not do. */
export function notDone(what: string): Handler {
  return () => {
    throw new NotDone(what);
  };
}

/** The routes where the release has them, else none. */
export function only(has: boolean, ...routes: readonly Route[]): readonly Route[] {
  return has ? routes : [];
}

/** Finds the route of a call and lets it answer, or answers as the router of that release does. */
export function dispatch(routes: readonly Route[], world: World, call: Call): Answer {
  const matches = matching(routes, call.path);
  const isHead = call.method === 'HEAD' && world.dialect.router === 'servemux';
  const method = isHead ? 'GET' : call.method;
  const match = matches.find(({ route }) => route.method === method);
  if (match !== undefined) return answered(() => match.route.handler(world, call, match.params));
  if (matches.length > 0) {
    const methods = allowed(matches, world);
    return methods.includes(call.method) ? allowedMethods(methods) : wrongMethod(methods);
  }
  const bare = call.path.replace(/\/$/, '');
  if (world.dialect.router === 'httprouter' && bare !== call.path && matching(routes, bare).length > 0) {
    return redirect(call.method === 'GET' ? 301 : 307, call.method, `${bare}${call.search}`);
  }
  return unknownRoute();
}

/** What a handler answers or throws. */
export function answered(handle: () => Answer): Answer {
  try {
    return handle();
  } catch (error) {
    if (error instanceof Refused || error instanceof NotDone) return error.answer;
    throw error;
  }
}

function matching(routes: readonly Route[], path: string): Match[] {
  return routes.flatMap((route) => {
    const params = paramsOf(route.pattern, path);
    return params === undefined ? [] : [{ route, params }];
  });
}

function paramsOf(pattern: string, path: string): Record<string, string> | undefined {
  const wanted = pattern.split('/');
  const segments = path.split('/');
  if (segments.length !== wanted.length) return undefined;
  const params: Record<string, string> = {};
  for (const [index, want] of wanted.entries()) {
    const segment = decodeURIComponent(segments[index] ?? '');
    if (want.startsWith(':') && segment !== '') params[want.slice(1)] = segment;
    else if (segment !== want) return undefined;
  }
  return params;
}

function allowed(matches: readonly Match[], world: World): string[] {
  const methods = new Set(matches.map(({ route }) => route.method));
  if (world.dialect.router === 'httprouter') methods.add('OPTIONS');
  else if (methods.has('GET')) methods.add('HEAD');
  return [...methods].sort();
}
