import type { JsonObject } from '../../../src/model/json.ts';
import { type KubeObject, without } from './object.ts';
import { apiVersionOf, type Resource } from './resource.ts';
import { ApiError } from './status.ts';
import { tableOf } from './table.ts';

/** The form in which objects are wanted. */
export type Form = 'object' | 'metadata' | 'table';

/** The first form of an `Accept` header that is served; throws 406 where there is none. */
export function formOf(accept: string | undefined): Form {
  for (const type of (accept || '*/*').split(',')) {
    const [media = '', ...parameters] = type.split(';').map((part) => part.trim());
    if (!['application/json', 'application/*', '*/*'].includes(media)) continue;
    const as = parameters.find((parameter) => parameter.startsWith('as='))?.slice(3);
    if (as === undefined) return 'object';
    if (!parameters.includes('v=v1') || !parameters.includes('g=meta.k8s.io')) continue;
    if (as === 'Table') return 'table';
    if (as === 'PartialObjectMetadata' || as === 'PartialObjectMetadataList') return 'metadata';
  }
  throw new ApiError(406, 'NotAcceptable', 'only the following media types are accepted: application/json');
}

/** One object as it goes over the wire. */
export function presentOne(resource: Resource, object: KubeObject, form: Form, now: number): JsonObject {
  if (form === 'table') {
    return tableOf(resource, [object], { resourceVersion: object.metadata.resourceVersion }, now);
  }
  const shown = resource.present(object);
  const metadata = object.metadata.namespace === '' ? without(object.metadata, 'namespace') : object.metadata;
  if (form === 'metadata') return { kind: 'PartialObjectMetadata', apiVersion: 'meta.k8s.io/v1', metadata };
  return { ...shown, metadata };
}

export function presentList(
  resource: Resource,
  items: readonly KubeObject[],
  metadata: JsonObject,
  form: Form,
  now: number,
): JsonObject {
  if (form === 'table') return tableOf(resource, items, metadata, now);
  const [kind, apiVersion] =
    form === 'metadata'
      ? ['PartialObjectMetadataList', 'meta.k8s.io/v1']
      : [`${resource.kind}List`, apiVersionOf(resource)];
  return { kind, apiVersion, metadata, items: items.map((item) => presentOne(resource, item, form, now)) };
}
