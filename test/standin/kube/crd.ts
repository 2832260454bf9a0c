import { isObject, type JsonObject, type JsonValue } from '../../../src/model/json.ts';
import { jsonPath } from './jsonpath.ts';
import { arrayAt, fieldOf, isDeleting, type KubeObject, objectAt, stringAt, timestamp } from './object.ts';
import { allVerbs, builtin, type Column, type Resource, rootSchema } from './resource.ts';
import { conform, parseSchema } from './schema.ts';
import type { Cause } from './status.ts';
import { required, validate } from './validate.ts';

/** Keeps a CRD until its custom resources are gone. */
export const crdFinalizer = 'customresourcecleanup.apiextensions.k8s.io';

export const customResourceDefinitions: Resource = builtin(
  {
    group: 'apiextensions.k8s.io',
    version: 'v1',
    plural: 'customresourcedefinitions',
    kind: 'CustomResourceDefinition',
  },
  { 'x-kubernetes-preserve-unknown-fields': true },
  {
    namespaced: false,
    hasStatus: true,
    countsGenerations: true,
    unconditionalUpdate: false,
    strategicMerge: true,
    shortNames: ['crd', 'crds'],
    categories: ['api-extensions'],
    columns: [
      {
        name: 'Created At',
        type: 'string',
        priority: 0,
        cell: (crd) => stringAt(crd.metadata, 'creationTimestamp'),
      },
    ],
    validate: validateDefinition,
    prepare: establish,
  },
);

/** The resource that a CRD defines: its stored, served version. Combinators, CEL and conversion are not honoured. */
export function customResource(crd: JsonObject): Resource {
  const spec = objectAt(crd, 'spec');
  const names = objectAt(spec, 'names');
  const version = storedVersion(spec);
  const schema = rootSchema(parseSchema(fieldOf(version.schema, 'openAPIV3Schema')));
  const group = stringAt(spec, 'group');
  const plural = stringAt(names, 'plural');
  const kind = stringAt(names, 'kind');
  return {
    group,
    version: stringAt(version, 'name'),
    plural,
    kind,
    singular: stringAt(names, 'singular') || kind.toLowerCase(),
    namespaced: stringAt(spec, 'scope') === 'Namespaced',
    shortNames: arrayAt(names, 'shortNames').map(String),
    categories: arrayAt(names, 'categories').map(String),
    collection: `${group}/${plural}`,
    verbs: allVerbs,
    hasStatus: isObject(fieldOf(version.subresources, 'status')),
    countsGenerations: true,
    unconditionalUpdate: false,
    createOnUpdate: false,
    strategicMerge: false,
    nameIsLabel: false,
    columns: arrayAt(version, 'additionalPrinterColumns').filter(isObject).map(printerColumn),
    decode: (body, onUnknown) => conform(schema, body, '', onUnknown) as JsonObject,
    prepare: (object) => object,
    validate: (object) => validate(schema, object, ''),
    selectable: () => ({}),
    present: (object) => object,
  };
}

function storedVersion(spec: JsonObject): JsonObject {
  const versions = arrayAt(spec, 'versions').filter(isObject);
  return versions.find((version) => version.storage === true && version.served === true) ?? {};
}

function printerColumn(column: JsonObject): Column {
  const path = stringAt(column, 'jsonPath');
  const priority = fieldOf(column, 'priority');
  return {
    name: stringAt(column, 'name'),
    type: stringAt(column, 'type'),
    priority: typeof priority === 'number' ? priority : 0,
    cell: (object) => jsonPath(object, path),
  };
}

function validateDefinition(crd: KubeObject): readonly Cause[] {
  const spec = objectAt(crd, 'spec');
  const names = objectAt(spec, 'names');
  return [
    ...(stringAt(spec, 'group') === '' ? [required('spec.group')] : []),
    ...(stringAt(names, 'plural') === '' ? [required('spec.names.plural')] : []),
    ...(stringAt(names, 'kind') === '' ? [required('spec.names.kind')] : []),
    ...(isObject(fieldOf(storedVersion(spec).schema, 'openAPIV3Schema'))
      ? []
      : [required('spec.versions[0].schema.openAPIV3Schema', 'schemas are required')]),
  ];
}

/** The real server's controllers do this within a second; here it is done at once. */
function establish(crd: KubeObject): KubeObject {
  const lastTransitionTime = crd.metadata.creationTimestamp || timestamp(0);
  const condition = (type: string, reason: string): JsonValue => ({
    type,
    status: 'True',
    reason,
    message: '',
    lastTransitionTime,
  });
  const spec = objectAt(crd, 'spec');
  const finalizers = isDeleting(crd) ? crd.metadata.finalizers : [crdFinalizer];
  return {
    ...crd,
    metadata: { ...crd.metadata, ...(finalizers === undefined ? {} : { finalizers }) },
    status: {
      acceptedNames: objectAt(spec, 'names'),
      storedVersions: [stringAt(storedVersion(spec), 'name')],
      conditions: [
        condition('NamesAccepted', 'NoConflicts'),
        condition('Established', 'InitialNamesAccepted'),
      ],
    },
  };
}
