import { expect, test } from 'vitest';
import { baseObjects, manifestsIn, yamlOf } from './documents.ts';

interface Kustomization {
  readonly kind: string;
  readonly namespace?: string;
  readonly resources: readonly string[];
  readonly configurations?: readonly string[];
}

test('`kubectl apply -k deploy` brings the operator and the CRD, and an overlay can refer to either', () => {
  expect(yamlOf('deploy/kustomization.yaml')).toEqual({
    apiVersion: 'kustomize.config.k8s.io/v1beta1',
    kind: 'Kustomization',
    resources: ['base', '../crds'],
  });
});

test.each([
  'crds',
  'deploy/base',
  'deploy/samples',
  'deploy/components/egress',
  'deploy/components/two-write-creation',
])('%s/kustomization.yaml lists every manifest beside it', (folder) => {
  const { resources, configurations = [] } = yamlOf<Kustomization>(`${folder}/kustomization.yaml`);
  expect([...resources, ...configurations].sort()).toEqual(manifestsIn(folder));
});

test('the samples go to whatever namespace the user names', () => {
  expect(yamlOf<Kustomization>('deploy/samples/kustomization.yaml').namespace).toBeUndefined();
});

test.each(['egress', 'two-write-creation'])('%s is a component, so that nobody gets it unasked', (name) => {
  expect(yamlOf<Kustomization>(`deploy/components/${name}/kustomization.yaml`).kind).toBe('Component');
});

test('every object that lives in a namespace lives in that of the operator', () => {
  const clusterWide = ['Namespace', 'ClusterRole', 'ClusterRoleBinding'];
  for (const { kind, metadata } of baseObjects()) {
    const expected = clusterWide.includes(kind) ? undefined : 'kratos-identity-operator';
    expect(metadata.namespace, `${kind} ${metadata.name}`).toBe(expected);
  }
});
