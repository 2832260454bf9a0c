import type { JsonObject } from '../../../src/model/json.ts';
import type { Catalog } from './catalog.ts';
import { apiVersionOf, type Resource } from './resource.ts';

export const version: JsonObject = {
  major: '1',
  minor: '37',
  gitVersion: 'v1.37.2+standin',
  gitCommit: '',
  gitTreeState: '',
  buildDate: '1970-01-01T00:00:00Z',
  goVersion: '',
  compiler: '',
  platform: 'linux/amd64',
};

/** What a client reads to learn which resources there are; `undefined` for paths that are not about that. */
export function discover(catalog: Catalog, path: string): JsonObject | undefined {
  const parts = path.split('/').slice(1);
  const [root, group = '', groupVersion = ''] = parts;
  switch (root === undefined ? '' : `${root}/${parts.length}`) {
    case 'version/1':
      return version;
    case 'api/1':
      return { kind: 'APIVersions', versions: ['v1'], serverAddressByClientCIDRs: [] };
    case 'api/2':
      return resourceList(catalog, '', group);
    case 'apis/1':
      return {
        kind: 'APIGroupList',
        apiVersion: 'v1',
        groups: groupsOf(catalog).map((name) => groupOf(catalog, name)),
      };
    case 'apis/2':
      return groupsOf(catalog).includes(group)
        ? { kind: 'APIGroup', apiVersion: 'v1', ...groupOf(catalog, group) }
        : undefined;
    case 'apis/3':
      return resourceList(catalog, group, groupVersion);
    default:
      return path.startsWith('/openapi/v3') ? openApi(catalog, path) : undefined;
  }
}

function groupsOf(catalog: Catalog): readonly string[] {
  return [...new Set(catalog.all().map(({ group }) => group))].filter((group) => group !== '');
}

function groupOf(catalog: Catalog, name: string): JsonObject {
  const versions = new Set(
    catalog
      .all()
      .filter(({ group }) => group === name)
      .map((resource) => resource.version),
  );
  const all = [...versions].map((entry) => ({ groupVersion: `${name}/${entry}`, version: entry }));
  return { name, versions: all, preferredVersion: all[0] ?? {} };
}

function resourceList(catalog: Catalog, group: string, wanted: string): JsonObject | undefined {
  const resources = catalog
    .all()
    .filter((resource) => resource.group === group && resource.version === wanted);
  const [first] = resources;
  if (first === undefined) return undefined;
  return {
    kind: 'APIResourceList',
    apiVersion: 'v1',
    groupVersion: apiVersionOf(first),
    resources: resources.flatMap((resource) => [
      describe(resource),
      ...(resource.hasStatus ? [describeStatus(resource)] : []),
    ]),
  };
}

function describe(resource: Resource): JsonObject {
  const { plural, singular, namespaced, kind, verbs, shortNames, categories } = resource;
  return {
    name: plural,
    singularName: singular,
    namespaced,
    kind,
    verbs,
    ...(shortNames.length === 0 ? {} : { shortNames }),
    ...(categories.length === 0 ? {} : { categories }),
  };
}

function describeStatus({ plural, namespaced, kind }: Resource): JsonObject {
  return { name: `${plural}/status`, singularName: '', namespaced, kind, verbs: ['get', 'patch', 'update'] };
}

/** Just enough for `kubectl apply` to find that the server validates fields itself; no schemas. */
function openApi(catalog: Catalog, path: string): JsonObject | undefined {
  const rootOf = (resource: Resource) =>
    `${resource.group === '' ? 'api' : 'apis'}/${apiVersionOf(resource)}`;
  const roots = [...new Set(catalog.all().map(rootOf))];
  if (path === '/openapi/v3') {
    const paths = roots.map((root) => [root, { serverRelativeURL: `/openapi/v3/${root}` }]);
    return { paths: Object.fromEntries(paths) };
  }
  const wanted = path.slice('/openapi/v3/'.length);
  if (!roots.includes(wanted)) return undefined;
  const patches = catalog
    .all()
    .filter((resource) => rootOf(resource) === wanted)
    .map(({ group, version, kind, plural }) => [
      `/${wanted}/${plural}/{name}`,
      {
        patch: {
          parameters: [{ name: 'fieldValidation', in: 'query', schema: { type: 'string' } }],
          'x-kubernetes-group-version-kind': { group, version, kind },
          responses: {},
        },
      },
    ]);
  const info = { title: 'Kubernetes', version: 'v1' };
  return { openapi: '3.0.0', info, paths: Object.fromEntries(patches), components: { schemas: {} } };
}
