import { Ajv } from 'ajv';
import { describe, expect, test } from 'vitest';
import type { KratosIdentitySpec } from '../../src/model/generated/kratosidentity.ts';
import { strictValidator } from './crd-schema.ts';
import { type Manifest, manifestsIn, yamlOf } from './documents.ts';

interface Sample extends Manifest {
  readonly spec: Partial<KratosIdentitySpec>;
}

const samples = manifestsIn('deploy/samples').map((file) => ({
  file,
  ...yamlOf<Sample>(`deploy/samples/${file}`),
}));

function sample(file: string): Sample {
  const found = samples.find((candidate) => candidate.file === file);
  if (found === undefined) throw new Error(`there is no sample ${file}`);
  return found;
}

/** The two identity schemas that the test servers know. */
const TRAITS: Readonly<Record<string, object>> = {
  default: {
    type: 'object',
    properties: {
      email: { type: 'string', pattern: '^[^@]+@[^@]+$' },
      name: {
        type: 'object',
        properties: { first: { type: 'string', maxLength: 40 }, last: { type: 'string' } },
      },
    },
    required: ['email'],
    additionalProperties: false,
  },
  note: { type: 'object', properties: { label: { type: 'string' } }, required: ['label'] },
};

describe.each(samples)('the sample $file', ({ file, metadata, spec }) => {
  test('is accepted by the CRD, without a field that it does not know', () => {
    const isValid = strictValidator();
    expect(isValid(yamlOf(`deploy/samples/${file}`)), JSON.stringify(isValid.errors)).toBe(true);
  });

  test('has traits that its identity schema accepts', () => {
    const schema = TRAITS[spec.schemaId ?? ''];
    expect(schema).toBeDefined();
    expect(new Ajv().validate(schema ?? false, spec.traits)).toBe(true);
  });

  test('names no namespace', () => {
    expect(metadata.namespace).toBeUndefined();
  });

  test('uses nothing that the oldest Kratos lacks', () => {
    for (const field of ['state', 'metadataPublic', 'metadataAdmin', 'externalId'])
      expect(spec).not.toHaveProperty(field);
    expect(spec.deletionPolicy).not.toBe('Deactivate');
  });
});

test('the samples teach four things and do not stand in each other’s way', () => {
  expect(samples.map(({ file }) => file)).toEqual([
    'admin.yaml',
    'recovery-link.yaml',
    'retained.yaml',
    'service-account.yaml',
  ]);
  expect(sample('service-account.yaml').spec.schemaId).toBe('note');
  expect(sample('recovery-link.yaml').spec.recovery).toMatchObject({ output: 'Secret' });
  expect(sample('retained.yaml').spec.deletionPolicy).toBe('Retain');
  const emails = samples.flatMap(({ spec }) => spec.traits?.email ?? []);
  expect(new Set(emails).size).toBe(3);
  expect(new Set(samples.map(({ metadata }) => metadata.name)).size).toBe(4);
});
