import { expect, test } from 'vitest';
import { type Schema, schemaAt } from './crd-schema.ts';

/** Every field of a schema by its path. */
function* fieldsOf({ properties, items }: Schema, path: string): Generator<readonly [string, Schema]> {
  for (const [name, field] of Object.entries(properties ?? {})) {
    yield [`${path}.${name}`, field];
    yield* fieldsOf(field, `${path}.${name}`);
  }
  if (items !== undefined) yield* fieldsOf(items, `${path}[]`);
}

test('i: no field of a resource is a URL, a host or anything else that a request could go to', () => {
  const fields = [...fieldsOf(schemaAt('spec'), 'spec')];
  expect(fields.map(([name]) => name).sort()).toEqual([
    'spec.deletionPolicy',
    'spec.externalId',
    'spec.metadataAdmin',
    'spec.metadataPublic',
    'spec.recovery',
    'spec.recovery.expiresIn',
    'spec.recovery.method',
    'spec.recovery.output',
    'spec.recovery.requestId',
    'spec.schemaId',
    'spec.state',
    'spec.traits',
  ]);
  for (const [name, field] of fields)
    expect(JSON.stringify(field), name).not.toMatch(/"format":"(uri|url|host)/);
});
