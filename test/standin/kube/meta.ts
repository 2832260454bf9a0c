import { isObject, type JsonObject, type JsonValue } from '../../../src/model/json.ts';
import { arrayAt, fieldOf, finalizersOf, isDeleting, type KubeObject, stringAt } from './object.ts';
import type { Resource } from './resource.ts';
import type { Cause } from './status.ts';
import { invalidValue, required } from './validate.ts';

/** What clients may say in `metadata`; everything else there is the server's or unknown. */
const settable = ['generateName', 'labels', 'annotations', 'ownerReferences', 'finalizers'];
const others = [
  'name',
  'namespace',
  'uid',
  'resourceVersion',
  'generation',
  'creationTimestamp',
  'deletionTimestamp',
  'deletionGracePeriodSeconds',
  'managedFields',
  'selfLink',
];

/** `metadata` of a request body: known fields only, without empty ones and without managedFields, which are not kept. */
export function readMeta(body: JsonObject, onUnknown: (path: string) => void): JsonObject {
  const metadata = fieldOf(body, 'metadata');
  if (!isObject(metadata)) return {};
  for (const field of Object.keys(metadata)) {
    if (!settable.includes(field) && !others.includes(field)) onUnknown(`metadata.${field}`);
  }
  const known = Object.entries(metadata).filter(
    ([field, value]) =>
      field !== 'managedFields' &&
      field !== 'selfLink' &&
      (settable.includes(field) || others.includes(field)) &&
      !isEmpty(value),
  );
  return Object.fromEntries(known);
}

/** The part that a client decides. */
export function settableMeta(metadata: JsonObject): JsonObject {
  return Object.fromEntries(Object.entries(metadata).filter(([field]) => settable.includes(field)));
}

export function nameCauses(resource: Resource, name: string): readonly Cause[] {
  if (name === '') return [required('metadata.name', 'name or generateName is required')];
  const label = '[a-z0-9]([-a-z0-9]*[a-z0-9])?';
  const pattern = resource.nameIsLabel ? label : `${label}(\\.${label})*`;
  const limit = resource.nameIsLabel ? 63 : 253;
  if (new RegExp(`^${pattern}$`).test(name) && name.length <= limit) return [];
  const what = resource.nameIsLabel ? 'label' : 'subdomain';
  return [invalidValue('metadata.name', name, `a lowercase RFC 1123 ${what}, regex is '${pattern}'`)];
}

export function ownerCauses(object: JsonObject): readonly Cause[] {
  return arrayAt(object.metadata, 'ownerReferences').flatMap((owner, index) =>
    ['apiVersion', 'kind', 'name', 'uid']
      .filter((field) => stringAt(owner, field) === '')
      .map((field) => required(`metadata.ownerReferences[${index}].${field}`, 'must not be empty')),
  );
}

/** What may not change in `metadata`. */
export function changeCauses(wanted: JsonObject, current: KubeObject): readonly Cause[] {
  const meta = wanted.metadata;
  const uid = stringAt(meta, 'uid');
  const deletion = fieldOf(meta, 'deletionTimestamp');
  const added = finalizersOf(wanted).filter((finalizer) => !finalizersOf(current).includes(finalizer));
  return [
    ...(uid === '' || uid === current.metadata.uid
      ? []
      : [invalidValue('metadata.uid', uid, 'field is immutable')]),
    ...(deletion === undefined || deletion === current.metadata.deletionTimestamp
      ? []
      : [invalidValue('metadata.deletionTimestamp', deletion, 'field is immutable')]),
    ...(isDeleting(current) && added.length > 0 ? [addedFinalizers(added)] : []),
  ];
}

function addedFinalizers(added: readonly string[]): Cause {
  const found = added.map((finalizer) => JSON.stringify(finalizer)).join(', ');
  const why = 'no new finalizers can be added if the object is being deleted';
  return {
    reason: 'FieldValueForbidden',
    message: `Forbidden: ${why}, found new finalizers []string{${found}}`,
    field: 'metadata.finalizers',
  };
}

function isEmpty(value: JsonValue): boolean {
  if (value === null || value === '') return true;
  return typeof value === 'object' && Object.keys(value).length === 0;
}
