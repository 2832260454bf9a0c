import type { Verb } from './resource.ts';
import type { Route } from './route.ts';
import { ApiError, forbidden, unauthorized } from './status.ts';

/** Whether a user may do this; `resource` is `<plural>` or `<plural>/<subresource>`, `namespace` is `''` for the whole cluster. */
export type Allow = (verb: Verb, group: string, resource: string, namespace: string) => boolean;

export interface User {
  readonly user: string;
  /** Left out: everything. */
  readonly allow?: Allow;
}

/** Users by bearer token; `undefined`: whoever comes may do everything. */
export type Tokens = Readonly<Record<string, User>>;

/** `impersonate` (the header `Impersonate-User`) turns a user who may do everything into another, by default one without rights. */
export function authenticate(
  tokens: Tokens | undefined,
  authorization: string | undefined,
  impersonate: string | undefined,
): User {
  const user = userOf(tokens, authorization);
  if (impersonate === undefined) return user;
  if (user.allow !== undefined) {
    const why = `User "${user.user}" cannot impersonate resource "users"`;
    throw forbidden({ group: '', plural: 'users', kind: 'User' }, impersonate, why);
  }
  const known = Object.values(tokens ?? {}).find((other) => other.user === impersonate);
  return known ?? { user: impersonate, allow: () => false };
}

function userOf(tokens: Tokens | undefined, authorization: string | undefined): User {
  if (tokens === undefined) return { user: 'system:anonymous' };
  const token = /^Bearer (.+)$/i.exec(authorization ?? '')?.[1];
  if (token === undefined || !Object.hasOwn(tokens, token)) throw unauthorized();
  const user = tokens[token];
  if (user === undefined) throw unauthorized();
  return user;
}

export function authorize(user: User, verb: Verb, route: Route): void {
  const { group, plural, namespace, name, subresource } = route;
  const resource = subresource === '' ? plural : `${plural}/${subresource}`;
  // A namespace itself is asked for as something inside it.
  const scope = group === '' && plural === 'namespaces' ? name : namespace;
  if (user.allow === undefined || user.allow(verb, group, resource, scope)) return;
  const where = scope === '' ? 'at the cluster scope' : `in the namespace "${scope}"`;
  const what = `cannot ${verb} resource "${resource}" in API group "${group}"`;
  throw forbidden({ group, plural, kind: plural }, name, `User "${user.user}" ${what} ${where}`);
}

/** A path that is no resource; discovery and health are open to every user, the rest to those who may do everything. */
export function authorizePath(user: User, path: string): void {
  if (user.allow === undefined || /^\/(api|apis|version|openapi|healthz|livez|readyz)(\/|$)/.test(path))
    return;
  throw new ApiError(403, 'Forbidden', `forbidden: User "${user.user}" cannot get path "${path}"`, {});
}
