import { Ajv, type ValidateFunction } from 'ajv';
import { type Manifest, yamlOf } from './documents.ts';

/** An OpenAPI schema as the CRD holds it. */
export interface Schema {
  readonly type?: string;
  readonly description?: string;
  readonly default?: unknown;
  readonly enum?: readonly string[];
  readonly required?: readonly string[];
  readonly pattern?: string;
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly items?: Schema;
  readonly 'x-kubernetes-preserve-unknown-fields'?: boolean;
  readonly 'x-kubernetes-list-type'?: string;
  readonly 'x-kubernetes-list-map-keys'?: readonly string[];
  readonly 'x-kubernetes-validations'?: readonly { readonly rule: string; readonly message: string }[];
}

interface Column {
  readonly name: string;
  readonly type: string;
  readonly priority?: number;
  readonly jsonPath: string;
}

interface Definition extends Manifest {
  readonly spec: {
    readonly group: string;
    readonly scope: string;
    readonly names: Readonly<Record<string, unknown>>;
    readonly versions: readonly {
      readonly name: string;
      readonly served: boolean;
      readonly storage: boolean;
      readonly subresources: Readonly<Record<string, unknown>>;
      readonly additionalPrinterColumns: readonly Column[];
      readonly schema: { readonly openAPIV3Schema: Schema };
    }[];
  };
}

export const definition = yamlOf<Definition>('crds/kratosidentities.yaml');

/** The one version of the resource. */
export function version(): Definition['spec']['versions'][number] {
  const [only, ...others] = definition.spec.versions;
  if (only === undefined || others.length > 0) throw new Error('the CRD should have one version');
  return only;
}

/** The schema at a path of properties, `[]` for the items of an array; '' is the root. */
export function schemaAt(path: string): Schema {
  let schema: Schema | undefined = version().schema.openAPIV3Schema;
  for (const step of path.split('.').filter((part) => part !== '')) {
    schema = step === '[]' ? schema?.items : schema?.properties?.[step];
  }
  if (schema === undefined) throw new Error(`the CRD has no ${path}`);
  return schema;
}

/** Every schema with its path. */
export function* allSchemas(schema = schemaAt(''), path = ''): Generator<[string, Schema]> {
  yield [path, schema];
  for (const [key, child] of Object.entries(schema.properties ?? {}))
    yield* allSchemas(child, `${path}.${key}`);
  if (schema.items !== undefined) yield* allSchemas(schema.items, `${path}.[]`);
}

/** Checks a resource as `kubectl apply --validate=strict` does, CEL rules excepted: unknown fields are refused. */
export function strictValidator(): ValidateFunction {
  const ajv = new Ajv({ strict: false, allErrors: true, formats: { int64: true, 'date-time': true } });
  return ajv.compile(closed(schemaAt('')));
}

function closed(schema: Schema): Schema & { additionalProperties?: boolean } {
  const { properties, items } = schema;
  return {
    ...schema,
    ...(items !== undefined && { items: closed(items) }),
    ...(properties !== undefined && {
      properties: Object.fromEntries(
        Object.entries(properties).map(([key, child]) => [key, key === 'metadata' ? {} : closed(child)]),
      ),
      additionalProperties: false,
    }),
  };
}
