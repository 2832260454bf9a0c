import { describe, expect, test } from 'vitest';
import { allSchemas, definition, schemaAt, strictValidator, version } from './crd-schema.ts';

const isValid = strictValidator();

function resource(spec: unknown): unknown {
  return { apiVersion: 'kratos.ory.sh/v1alpha1', kind: 'KratosIdentity', metadata: { name: 'x' }, spec };
}

const ACCEPTED: [string, unknown][] = [
  ['with empty traits', { traits: {} }],
  ['with any traits', { traits: { email: 'a@example.org', deep: [{ er: null }] } }],
  ['with an external id of 64 characters', { traits: {}, externalId: 'x'.repeat(64) }],
  ['with a recovery with the defaults', { traits: {}, recovery: {} }],
  ...['1h', '1h30m', '1.5h', '300ms', '.5m', '1us', '1µs', '90s'].map(recoveryFor),
];

const REFUSED: [string, unknown][] = [
  ['without traits', {}],
  ['with null as traits', { traits: null }],
  ['with a list as traits', { traits: [] }],
  ['with a text as traits', { traits: 'email' }],
  ['with a list as metadata', { traits: {}, metadataAdmin: [] }],
  ['with a field nobody knows', { traits: {}, schema: 'default' }],
  ['with a recovery field nobody knows', { traits: {}, recovery: { ttl: '1h' } }],
  ['with an unknown state', { traits: {}, state: 'asleep' }],
  ['with an unknown policy', { traits: {}, deletionPolicy: 'Orphan' }],
  ['with an empty schema id', { traits: {}, schemaId: '' }],
  ['with an empty external id', { traits: {}, externalId: '' }],
  ['with an external id of 65 characters', { traits: {}, externalId: 'x'.repeat(65) }],
  // What is zero in all (0s, 0h0m) only the CEL rule can tell.
  ...['1d', '60', '', '-1h', '1h-5m', 'h', '1 h', '1w', '1h30', '1.2.3h', '1h'.repeat(33)].map(recoveryFor),
];

function recoveryFor(expiresIn: string): [string, unknown] {
  return [`with a recovery for "${expiresIn}"`, { traits: {}, recovery: { expiresIn } }];
}

describe('the definition', () => {
  test('has the names that users type', () => {
    expect(definition.metadata.name).toBe('kratosidentities.kratos.ory.sh');
    expect(definition.spec.group).toBe('kratos.ory.sh');
    expect(definition.spec.scope).toBe('Namespaced');
    expect(definition.spec.names).toEqual({
      kind: 'KratosIdentity',
      listKind: 'KratosIdentityList',
      plural: 'kratosidentities',
      singular: 'kratosidentity',
      shortNames: ['kratosid', 'kid'],
      categories: ['ory'],
    });
  });

  test('has one version, served and stored, with status as a subresource', () => {
    const { name, served, storage, subresources } = version();
    expect({ name, served, storage }).toEqual({ name: 'v1alpha1', served: true, storage: true });
    expect(subresources).toEqual({ status: {} });
  });

  test('is pruned by no GitOps tool: deleting it deletes every identity', () => {
    expect(definition.metadata.annotations).toEqual({
      'kustomize.toolkit.fluxcd.io/prune': 'disabled',
      'argocd.argoproj.io/sync-options': 'Prune=false',
      'helm.sh/resource-policy': 'keep',
    });
  });

  test('prints the promised columns, two of them only with -o wide', () => {
    const columns = version().additionalPrinterColumns;
    expect(columns.map(({ name, priority = 0, jsonPath }) => [name, priority, jsonPath])).toEqual([
      ['Ready', 0, '.status.conditions[?(@.type=="Ready")].status'],
      ['Reason', 0, '.status.conditions[?(@.type=="Ready")].reason'],
      ['Identity', 0, '.status.identityId'],
      ['Schema', 0, '.status.schemaId'],
      ['State', 0, '.status.state'],
      ['Age', 0, '.metadata.creationTimestamp'],
      ['Message', 1, '.status.conditions[?(@.type=="Ready")].message'],
      ['Recovery Expires', 1, '.status.recovery.expiresAt'],
    ]);
  });

  test('describes every field, so that `kubectl explain` answers', () => {
    const silent = [...allSchemas()]
      .filter(([path, { description }]) => !path.endsWith('.[]') && (description ?? '').length < 10)
      .map(([path]) => path);
    // What every object has is described by Kubernetes itself.
    expect(silent).toEqual(['.metadata', '.metadata.name']);
  });

  test('keeps unknown fields in traits and metadata, and nowhere else', () => {
    const open = [...allSchemas()].filter(([, schema]) => schema['x-kubernetes-preserve-unknown-fields']);
    expect(open.map(([path]) => path)).toEqual([
      '.spec.traits',
      '.spec.metadataPublic',
      '.spec.metadataAdmin',
    ]);
  });
});

describe('spec', () => {
  test('fills in the documented defaults', () => {
    const defaults = [...allSchemas()].filter(([, schema]) => schema.default !== undefined);
    expect(Object.fromEntries(defaults.map(([path, schema]) => [path, schema.default]))).toEqual({
      '.spec.deletionPolicy': 'Delete',
      '.spec.recovery.requestId': '',
      '.spec.recovery.expiresIn': '1h',
      '.spec.recovery.method': 'Auto',
      '.spec.recovery.output': 'Status',
      // A resource that nobody has looked at is not "current".
      '.status': { observedGeneration: -1 },
    });
  });

  test.each([
    ['spec.state', ['active', 'inactive']],
    ['spec.deletionPolicy', ['Delete', 'Retain', 'Deactivate']],
    ['spec.recovery.method', ['Auto', 'Code', 'Link']],
    ['spec.recovery.output', ['Status', 'Secret']],
  ])('%s is one of %j', (path, values) => {
    expect(schemaAt(path).enum).toEqual(values);
  });

  test('has CEL rules for what a schema cannot say', () => {
    const ruled = [...allSchemas()].filter(([, schema]) => schema['x-kubernetes-validations'] !== undefined);
    expect(
      ruled.map(([path, schema]) => [path, schema['x-kubernetes-validations']?.map(({ rule }) => rule)]),
    ).toEqual([
      ['', ['size(self.metadata.name) <= 244']],
      [
        '.spec',
        ['!has(oldSelf.externalId) || (has(self.externalId) && self.externalId == oldSelf.externalId)'],
      ],
      ['.spec.externalId', ['!self.startsWith("k8s:")']],
      [
        '.spec.recovery.expiresIn',
        [expect.stringMatching(/^self\.matches\(.*\) && duration\(self\) > duration\('0s'\)$/)],
      ],
    ]);
  });

  test.each(ACCEPTED)('may be %s', (_name, spec) => {
    expect(isValid(resource(spec)), JSON.stringify(isValid.errors)).toBe(true);
  });

  test.each(REFUSED)('may not be %s', (_name, spec) => {
    expect(isValid(resource(spec))).toBe(false);
  });

  test('has the same form of a duration in the schema and in the rule', () => {
    const { pattern = '', 'x-kubernetes-validations': rules = [] } = schemaAt('spec.recovery.expiresIn');
    const inRule = /self\.matches\('([^']*)'\)/.exec(rules[0]?.rule ?? '')?.[1];
    expect(inRule?.replaceAll('[.]', '\\.')).toBe(pattern);
  });
});

describe('status', () => {
  test('has the promised fields', () => {
    expect(Object.keys(schemaAt('status').properties ?? {}).sort()).toEqual([
      'conditions',
      'externalId',
      'identityId',
      'observedGeneration',
      'ownedMetadataAdmin',
      'ownedMetadataPublic',
      'ownedTraits',
      'pendingCreate',
      'recovery',
      'recoveryAddresses',
      'schemaId',
      'state',
      'verifiableAddresses',
    ]);
    expect(Object.keys(schemaAt('status.recovery').properties ?? {}).sort()).toEqual([
      'expiresAt',
      'link',
      'method',
      'requestId',
      'secretName',
      'state',
    ]);
    expect(Object.keys(schemaAt('status.pendingCreate').properties ?? {})).toEqual(['digest', 'notThese']);
    expect(schemaAt('status.verifiableAddresses.[]').required).toEqual([
      'value',
      'via',
      'verified',
      'status',
    ]);
    expect(schemaAt('status.recoveryAddresses.[]').required).toEqual(['value', 'via']);
  });

  test('merges conditions by type and requires what every condition has', () => {
    const conditions = schemaAt('status.conditions');
    expect(conditions['x-kubernetes-list-type']).toBe('map');
    expect(conditions['x-kubernetes-list-map-keys']).toEqual(['type']);
    expect(conditions.items?.required).toEqual(['type', 'status', 'lastTransitionTime', 'reason', 'message']);
    expect(schemaAt('status.conditions.[].status').enum).toEqual(['True', 'False', 'Unknown']);
  });
});
