import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, describe, expect, test } from 'vitest';
import { parseAllDocuments } from 'yaml';
import { FINALIZER, GROUP } from '../../src/model/resource.ts';
import { definition } from './crd-schema.ts';
import { type Manifest, yamlOf } from './documents.ts';

interface Policy extends Manifest {
  readonly spec: {
    readonly failurePolicy: string;
    readonly reinvocationPolicy: string;
    readonly matchConstraints: { readonly resourceRules: readonly unknown[] };
    readonly matchConditions: readonly { readonly name: string; readonly expression: string }[];
    readonly mutations: readonly {
      readonly patchType: string;
      readonly applyConfiguration: { readonly expression: string };
    }[];
  };
}

interface Binding extends Manifest {
  readonly spec: { readonly policyName: string; readonly matchResources: unknown };
}

const FOLDER = 'deploy/components/two-write-creation';
const ROOT = fileURLToPath(new URL('../../', import.meta.url));
const policy = yamlOf<Policy>(`${FOLDER}/policy.yaml`);
const binding = yamlOf<Binding>(`${FOLDER}/binding.yaml`);

describe('the policy', () => {
  const { failurePolicy, reinvocationPolicy, matchConstraints, matchConditions, mutations } = policy.spec;

  test('is one that the API server knows without a webhook', () => {
    expect(policy).toMatchObject({
      apiVersion: 'admissionregistration.k8s.io/v1',
      kind: 'MutatingAdmissionPolicy',
    });
  });

  test('is applied to new resources only, once, and never stands in their way', () => {
    expect({ failurePolicy, reinvocationPolicy }).toEqual({
      failurePolicy: 'Ignore',
      reinvocationPolicy: 'Never',
    });
    expect(matchConstraints.resourceRules).toEqual([
      {
        apiGroups: [GROUP],
        apiVersions: ['*'],
        resources: [definition.spec.names.plural],
        operations: ['CREATE'],
        scope: 'Namespaced',
      },
    ]);
  });

  test('names the operator’s finalizer, and no other, in what it asks for and in what it does', () => {
    const expressions = [...matchConditions, ...mutations.map((each) => each.applyConfiguration)].map(
      ({ expression }) => expression,
    );
    expect(expressions).toHaveLength(2);
    for (const expression of expressions)
      expect([...expression.matchAll(/"([^"]*)"/g)].map(([, text]) => text)).toEqual([FINALIZER]);
    expect(mutations[0]?.patchType).toBe('ApplyConfiguration');
  });
});

test('the binding is of that policy, and of every namespace, as the operator’s default is', () => {
  expect(binding.kind).toBe('MutatingAdmissionPolicyBinding');
  expect(binding.spec.policyName).toBe(policy.metadata.name);
  expect(binding.spec.matchResources).toEqual({ namespaceSelector: {} });
});

test('the names differ from those of all other objects, so that deleting them by name is safe', () => {
  expect(binding.metadata.name).toBe(policy.metadata.name);
  expect(policy.metadata.name).not.toBe('kratos-identity-operator');
});

/** As `npm run e2e` finds or builds it; everything else here needs nothing but Node. */
const cache = join(ROOT, '.cache/servers');
const kubectl = (existsSync(cache) ? readdirSync(cache) : [])
  .filter((name) => name.startsWith('kubectl-'))
  .map((name) => join(cache, name))[0];

describe.skipIf(kubectl === undefined)('rendered by kubectl', () => {
  const overlay = realpathSync(mkdtempSync(join(tmpdir(), 'rendered-')));
  afterAll(() => rmSync(overlay, { recursive: true }));

  const rendered = (more: object): Manifest[] => {
    const from = (path: string) => relative(overlay, join(ROOT, path));
    const kustomization = { resources: [from('deploy/base')], components: [from(FOLDER)], ...more };
    writeFileSync(join(overlay, 'kustomization.yaml'), JSON.stringify(kustomization));
    const text = execFileSync(kubectl ?? '', ['kustomize', overlay], { encoding: 'utf8' });
    return parseAllDocuments(text).map((document) => document.toJS() as Manifest);
  };
  const ours = (objects: readonly Manifest[]) =>
    objects.filter(({ apiVersion }) => apiVersion === 'admissionregistration.k8s.io/v1');

  test('it comes beside what the base has, as it is written', () => {
    expect(ours(rendered({}))).toEqual([policy, binding]);
  });

  test('the binding still finds the policy where an overlay renames everything', () => {
    const [renamed, bound] = ours(rendered({ namePrefix: 'mine-' })) as [Policy, Binding];
    expect(renamed.metadata.name).toBe(`mine-${policy.metadata.name}`);
    expect(bound.spec.policyName).toBe(renamed.metadata.name);
  });
});
