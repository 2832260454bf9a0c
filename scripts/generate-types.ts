/**
 * Makes the TypeScript types of the resource from its CRD.
 *
 *     node scripts/generate-types.ts           writes the file
 *     node scripts/generate-types.ts --check   exits 1 when the committed file is not what the CRD says
 */
import { readFile, writeFile } from 'node:fs/promises';
import { compile, type JSONSchema } from 'json-schema-to-typescript';
import { parse } from 'yaml';

const CRD = new URL('../crds/kratosidentities.yaml', import.meta.url);
const TYPES = new URL('../src/model/generated/kratosidentity.ts', import.meta.url);

const BANNER = `// Generated from crds/kratosidentities.yaml by \`npm run generate\`. Do not edit.
import type { JsonObject } from '../json.ts';
`;

/** Names of the nested interfaces, by path of properties; the CRD itself carries no titles. */
const TITLES: Readonly<Record<string, string>> = {
  spec: 'KratosIdentitySpec',
  'spec.recovery': 'RecoverySpec',
  status: 'KratosIdentityStatus',
  'status.verifiableAddresses[]': 'VerifiableAddressStatus',
  'status.recoveryAddresses[]': 'RecoveryAddressStatus',
  'status.pendingCreate': 'PendingCreate',
  'status.recovery': 'RecoveryStatus',
  'status.conditions[]': 'Condition',
};

/** What the API server keeps in every object's metadata, as far as the operator reads it. */
const METADATA: JSONSchema = {
  title: 'ObjectMeta',
  description: "The part of Kubernetes' object metadata that the operator reads.",
  type: 'object',
  required: ['name', 'namespace', 'uid', 'resourceVersion', 'generation'],
  properties: {
    name: { type: 'string' },
    namespace: { type: 'string' },
    uid: { type: 'string' },
    resourceVersion: { type: 'string', description: 'Opaque; compared for equality only.' },
    generation: { type: 'integer', description: 'Counts the changes of spec; the deletion counts as one.' },
    creationTimestamp: { type: 'string', description: 'RFC 3339.' },
    deletionTimestamp: { type: 'string', description: 'RFC 3339; set once the deletion was asked for.' },
    finalizers: { type: 'array', items: { type: 'string' } },
    labels: { type: 'object', additionalProperties: { type: 'string' } },
    annotations: { type: 'object', additionalProperties: { type: 'string' } },
  },
};

interface Version {
  readonly name: string;
  readonly storage: boolean;
  readonly schema: { readonly openAPIV3Schema: JSONSchema };
}

interface Definition {
  readonly spec: {
    readonly group: string;
    readonly names: { readonly kind: string };
    readonly versions: readonly Version[];
  };
}

async function generate(): Promise<string> {
  const { group, names, versions } = (parse(await readFile(CRD, 'utf8')) as Definition).spec;
  const version = versions.find(({ storage }) => storage);
  if (version === undefined) throw new Error('the CRD has no storage version');
  const root = prepared(version.schema.openAPIV3Schema, '');
  const schema: JSONSchema = {
    ...root,
    required: ['apiVersion', 'kind', 'metadata', 'spec'],
    properties: {
      ...root.properties,
      apiVersion: { const: `${group}/${version.name}` },
      kind: { const: names.kind },
      metadata: METADATA,
    },
  };
  const types = await compile(schema, names.kind, {
    bannerComment: BANNER,
    additionalProperties: false,
    ignoreMinAndMaxItems: true,
    style: { bracketSpacing: true, printWidth: 110, singleQuote: true },
  });
  return polished(types);
}

/** A copy with names for the nested interfaces, free-form objects as `JsonObject`, and what the server fills in as required. */
function prepared(schema: JSONSchema, path: string): JSONSchema {
  const { properties = {}, items, required = [], ...rest } = schema;
  const copy: JSONSchema = { ...rest, ...(TITLES[path] !== undefined && { title: TITLES[path] }) };
  if (rest['x-kubernetes-preserve-unknown-fields'] === true) return { ...copy, tsType: 'JsonObject' };
  if (items !== undefined && !Array.isArray(items)) copy.items = prepared(items, `${path}[]`);
  if (schema.type !== 'object') return copy;
  const isSpec = path.split('.')[0] === 'spec';
  const filledIn = Object.keys(properties).filter((key) => isSpec && properties[key]?.default !== undefined);
  return {
    ...copy,
    required: [...new Set([...(Array.isArray(required) ? required : []), ...filledIn])],
    properties: Object.fromEntries(
      Object.entries(properties).map(([key, value]) => [
        key,
        prepared(value, path === '' ? key : `${path}.${key}`),
      ]),
    ),
  };
}

/** Everything readonly, because objects are shared with the cache; and a blank line between the interfaces. */
function polished(types: string): string {
  return types
    .replaceAll(/^( +)(\w+\??: )/gm, '$1readonly $2')
    .replaceAll(/^( +)(\[k: string\]: )/gm, '$1readonly $2')
    .replaceAll(/\b(\w+)\[\]/g, 'readonly $1[]')
    .replaceAll(/^}\n(?=\/\*\*|export)/gm, '}\n\n');
}

const types = await generate();
if (!process.argv.includes('--check')) {
  await writeFile(TYPES, types);
} else if (types !== (await readFile(TYPES, 'utf8').catch(() => ''))) {
  console.error(
    'src/model/generated/kratosidentity.ts is not what crds/kratosidentities.yaml says: ' +
      'run `npm run generate` and commit the result',
  );
  process.exitCode = 1;
}
