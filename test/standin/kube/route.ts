import type { Verb } from './resource.ts';

/** A path of the API, taken apart. Absent parts are `''`. */
export interface Route {
  readonly group: string;
  readonly version: string;
  readonly plural: string;
  readonly namespace: string;
  readonly name: string;
  readonly subresource: string;
}

/** `undefined` for paths that name no resource (discovery, health, nonsense). */
export function parseRoute(path: string): Route | undefined {
  const parts = path.split('/').slice(1).map(decodeURIComponent);
  const [root, ...rest] = parts;
  if (root === 'api') return resourceRoute('', rest[0] ?? '', rest.slice(1));
  if (root === 'apis') return resourceRoute(rest[0] ?? '', rest[1] ?? '', rest.slice(2));
  return undefined;
}

export function verbOf(method: string, route: Route, watch: boolean): Verb | undefined {
  const named = route.name !== '';
  switch (method) {
    case 'GET':
      return named ? 'get' : watch ? 'watch' : 'list';
    case 'POST':
      return 'create';
    case 'PUT':
      return 'update';
    case 'PATCH':
      return 'patch';
    case 'DELETE':
      return named ? 'delete' : 'deletecollection';
    default:
      return undefined;
  }
}

function resourceRoute(group: string, version: string, parts: readonly string[]): Route | undefined {
  const [first = '', second = '', third = '', ...more] = parts;
  if (first === '' || parts.some((part) => part === '')) return undefined;
  const inNamespace = first === 'namespaces' && third !== '' && !(group === '' && isOfNamespace(third));
  const [plural, name, subresource, ...rest] = inNamespace
    ? [third, more[0] ?? '', more[1] ?? '', ...more.slice(2)]
    : [first, second, third, ...more];
  if (rest.length > 0) return undefined;
  return { group, version, plural, namespace: inNamespace ? second : '', name, subresource };
}

function isOfNamespace(part: string): boolean {
  return part === 'status' || part === 'finalize';
}
