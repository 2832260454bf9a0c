import { describe, expect, test } from 'vitest';
import { baseObject, baseObjects } from './documents.ts';

interface Rule {
  readonly apiGroups: readonly string[];
  readonly resources: readonly string[];
  readonly resourceNames?: readonly string[];
  readonly verbs: readonly string[];
}

interface Role {
  readonly rules: readonly Rule[];
}

interface Binding {
  readonly roleRef: { readonly kind: string; readonly name: string };
  readonly subjects: readonly { readonly kind: string; readonly name: string; readonly namespace: string }[];
}

/** One line for each thing allowed: `group/resource[names]: verbs`. */
function allowed(role: Role): string[] {
  return role.rules.flatMap(({ apiGroups, resources, resourceNames, verbs }) =>
    apiGroups.flatMap((group) =>
      resources.map((resource) => {
        const names = resourceNames === undefined ? '' : `[${resourceNames.join()}]`;
        return `${group}/${resource}${names}: ${verbs.join()}`;
      }),
    ),
  );
}

const roles = baseObjects()
  .filter(({ kind }) => kind === 'ClusterRole' || kind === 'Role')
  .map((object) => ({
    name: `${object.kind} ${object.metadata.name}`,
    ...baseObject<Role>(object.kind, object.metadata.name),
  }));

describe('the operator', () => {
  test('may do in every namespace exactly what it needs', () => {
    expect(allowed(baseObject<Role>('ClusterRole'))).toEqual([
      'kratos.ory.sh/kratosidentities: get,list,watch,patch',
      'kratos.ory.sh/kratosidentities/status: patch',
      '/secrets: get,create,delete',
      'events.k8s.io/events: create,patch',
      '/namespaces[kube-system]: get',
    ]);
  });

  test('may, in its own namespace, hold one lease', () => {
    expect(allowed(baseObject<Role>('Role'))).toEqual([
      'coordination.k8s.io/leases: create',
      'coordination.k8s.io/leases[kratos-identity-operator-leader]: get,update,watch',
    ]);
  });

  test('has its lease under a name that kustomize does not take for that of another object', () => {
    const names = baseObjects().map(({ metadata }) => metadata.name);
    expect(names).not.toContain('kratos-identity-operator-leader');
  });

  test.each(['ClusterRoleBinding', 'RoleBinding'])('is the only subject of the %s', (kind) => {
    const { roleRef, subjects } = baseObject<Binding>(kind);
    expect(roleRef.kind).toBe(kind.replace('Binding', ''));
    expect(roleRef.name).toBe('kratos-identity-operator');
    expect(subjects).toEqual([
      { kind: 'ServiceAccount', name: 'kratos-identity-operator', namespace: 'kratos-identity-operator' },
    ]);
    expect(baseObjects().filter((object) => object.kind === kind)).toHaveLength(1);
  });
});

describe('people', () => {
  test('who may admin or edit a namespace may write identities there, but not their status', () => {
    const author = baseObject<Role>('ClusterRole', 'kratosidentity-author');
    expect(author.metadata.labels).toEqual({
      'rbac.authorization.k8s.io/aggregate-to-admin': 'true',
      'rbac.authorization.k8s.io/aggregate-to-edit': 'true',
    });
    expect(allowed(author)).toEqual([
      'kratos.ory.sh/kratosidentities: get,list,watch,create,update,patch,delete,deletecollection',
    ]);
  });

  test('who may view a namespace do not see traits and links: the viewer is aggregated to nothing', () => {
    const viewer = baseObject<Role>('ClusterRole', 'kratosidentity-viewer');
    expect(viewer.metadata.labels).toBeUndefined();
    expect(allowed(viewer)).toEqual(['kratos.ory.sh/kratosidentities: get,list,watch']);
  });
});

test.each(roles)('$name has no wildcard and no way to more rights', ({ rules }) => {
  const words = rules.flatMap(({ apiGroups, resources, verbs }) => [...apiGroups, ...resources, ...verbs]);
  expect(words).not.toContain('*');
  for (const verb of ['escalate', 'bind', 'impersonate']) expect(words).not.toContain(verb);
});
