import { isObject, type JsonObject, type JsonValue } from '../../../src/model/json.ts';
import { fieldOf, type KubeObject, objectAt, stringAt, without } from './object.ts';
import { builtin, type Column, type Resource } from './resource.ts';
import type { Schema } from './schema.ts';
import { invalidValue } from './validate.ts';

const text: Schema = { type: 'string' };
const open: Schema = { type: 'object', 'x-kubernetes-preserve-unknown-fields': true };
const texts: Schema = { type: 'object', additionalProperties: text };
const bytes: Schema = { type: 'object', additionalProperties: { type: 'string', format: 'byte' } };
const list = (items: Schema): Schema => ({ type: 'array', items });

export const namespaces: Resource = builtin(
  { group: '', version: 'v1', plural: 'namespaces', kind: 'Namespace' },
  { properties: { spec: { type: 'object', properties: { finalizers: list(text) } }, status: open } },
  {
    namespaced: false,
    nameIsLabel: true,
    hasStatus: true,
    shortNames: ['ns'],
    columns: [column('Status', (namespace) => stringAt(namespace.status, 'phase'))],
    selectable: (namespace) => ({ 'status.phase': stringAt(namespace.status, 'phase') }),
    prepare: (namespace, previous) => (previous === undefined ? newNamespace(namespace) : namespace),
  },
);

export const secrets: Resource = secretResource();

export const configMaps: Resource = builtin(
  { group: '', version: 'v1', plural: 'configmaps', kind: 'ConfigMap' },
  { properties: { data: texts, binaryData: bytes, immutable: { type: 'boolean' } } },
  { shortNames: ['cm'], columns: [column('Data', countData)] },
);

export const serviceAccounts: Resource = builtin(
  { group: '', version: 'v1', plural: 'serviceaccounts', kind: 'ServiceAccount' },
  {
    properties: {
      secrets: list(open),
      imagePullSecrets: list(open),
      automountServiceAccountToken: { type: 'boolean' },
    },
  },
  { shortNames: ['sa'] },
);

function secretResource(): Resource {
  const plain = builtin(
    { group: '', version: 'v1', plural: 'secrets', kind: 'Secret' },
    { properties: { data: bytes, stringData: texts, type: text, immutable: { type: 'boolean' } } },
    {
      columns: [column('Type', (secret) => stringAt(secret, 'type')), column('Data', countData)],
      selectable: (secret) => ({ type: stringAt(secret, 'type') }),
    },
  );
  return {
    ...plain,
    decode: (body, onUnknown) => mergeStringData(plain.decode(body, onUnknown)),
    validate: (secret, previous) => [
      ...Object.keys(objectAt(secret, 'data'))
        .filter((key) => !/^[-._a-zA-Z0-9]+$/.test(key))
        .map((key) =>
          invalidValue(`data[${key}]`, key, 'a valid config key must consist of alphanumeric characters'),
        ),
      ...(previous === undefined || stringAt(previous, 'type') === stringAt(secret, 'type')
        ? []
        : [invalidValue('type', stringAt(secret, 'type'), 'field is immutable')]),
    ],
  };
}

/** `stringData` is a way of writing `data`; it is never stored. */
function mergeStringData(secret: JsonObject): JsonObject {
  const encoded = Object.keys(objectAt(secret, 'stringData')).map((key): [string, JsonValue] => [
    key,
    Buffer.from(stringAt(secret.stringData, key)).toString('base64'),
  ]);
  const data = { ...objectAt(secret, 'data'), ...Object.fromEntries(encoded) };
  return {
    ...without(secret, 'stringData', 'data'),
    ...(Object.keys(data).length === 0 ? {} : { data }),
    type: stringAt(secret, 'type') || 'Opaque',
  };
}

function newNamespace(namespace: KubeObject): KubeObject {
  const { metadata } = namespace;
  const labels = { ...objectAt(metadata, 'labels'), 'kubernetes.io/metadata.name': metadata.name };
  return {
    ...namespace,
    metadata: { ...metadata, labels },
    spec: { finalizers: ['kubernetes'] },
    status: { phase: 'Active' },
  };
}

function countData(object: JsonObject): JsonValue {
  const data = fieldOf(object, 'data');
  return isObject(data) ? Object.keys(data).length : 0;
}

function column(name: string, cell: (object: JsonObject) => JsonValue): Column {
  return { name, type: 'string', priority: 0, cell };
}
