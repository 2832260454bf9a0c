import { type Answer, Refused, redirect, unknownRoute, wrongMethod } from './answer.ts';
import type { Call, Handler, World } from './world.ts';

/** A route: `:name` in the pattern matches one non-empty segment, a final `*` matches the rest. */
export interface Route {
  readonly method: string;
  readonly pattern: string;
  readonly handler: Handler;
}

interface Match {
  readonly route: Route;
  readonly params: Readonly<Record<string, string>>;
}

/** Finds the route of a call and lets it answer, or answers as the router of that release does. */
export function dispatch(routes: readonly Route[], world: World, call: Call): Answer {
  const matches = matching(routes, call.path);
  const match = matches.find(({ route }) => route.method === call.method);
  if (match !== undefined) return answered(match, world, call);
  if (matches.length > 0) return wrongMethod(allowed(matches, world));
  const bare = call.path.replace(/\/$/, '');
  if (world.dialect.router === 'httprouter' && bare !== call.path && matching(routes, bare).length > 0) {
    return redirect(call.method === 'GET' ? 301 : 307, call.method, `${bare}${call.search}`);
  }
  return unknownRoute();
}

function answered({ route, params }: Match, world: World, call: Call): Answer {
  try {
    return route.handler(world, call, params);
  } catch (error) {
    if (error instanceof Refused) return error.answer;
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
  const open = wanted.at(-1) === '*';
  if (open ? segments.length < wanted.length : segments.length !== wanted.length) return undefined;
  const params: Record<string, string> = {};
  for (const [index, want] of (open ? wanted.slice(0, -1) : wanted).entries()) {
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
