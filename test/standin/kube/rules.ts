import { randomInt } from 'node:crypto';
import { isDeepStrictEqual } from 'node:util';

import type { JsonObject } from '../../../src/model/json.ts';
import { settableMeta } from './meta.ts';
import { arrayAt, finalizersOf, type KubeObject, stringAt, without } from './object.ts';
import { apiVersionOf, type Resource } from './resource.ts';
import { badRequest, type Cause, internal, invalid, modified, preconditionFailed } from './status.ts';
import { invalidValue } from './validate.ts';

export function refuse(resource: Resource, name: string, causes: readonly Cause[]): void {
  if (causes.length > 0) throw invalid(resource, name, causes);
}

/** Custom resources must say what they are; typed ones may leave it to the URL. */
export function checkType(resource: Resource, body: JsonObject): void {
  const kind = stringAt(body, 'kind');
  const apiVersion = stringAt(body, 'apiVersion');
  const expected = apiVersionOf(resource);
  const custom = !resource.strategicMerge;
  if (custom && (kind === '' || apiVersion === '')) {
    throw badRequest(
      `the object provided is unrecognized (must be of type ${resource.kind}): Object 'Kind' is missing`,
    );
  }
  if (apiVersion !== '' && apiVersion !== expected) {
    const said = `the API version in the data (${apiVersion})`;
    throw badRequest(`${said} does not match the expected API version (${expected})`);
  }
  if (kind === '' || kind === resource.kind) return;
  if (!custom)
    throw badRequest(`${kind} in version "${resource.version}" cannot be handled as a ${resource.kind}`);
  refuse(resource, stringAt(body.metadata, 'name'), [invalidValue('kind', kind, `must be ${resource.kind}`)]);
}

/** Optimistic locking. */
export function checkRevision(resource: Resource, name: string, wanted: string, current: KubeObject): void {
  if (wanted === current.metadata.resourceVersion) return;
  if (wanted === '') {
    if (resource.unconditionalUpdate) return;
    // The real server names the resource instead of the kind in this one answer.
    const why = invalidValue('metadata.resourceVersion', 0, 'must be specified for an update');
    throw invalid({ ...resource, kind: resource.plural }, name, [why]);
  }
  if (!/^\d+$/.test(wanted)) throw internal(`strconv.ParseUint: parsing "${wanted}": invalid syntax`);
  throw modified(resource, name);
}

/** Preconditions of a DELETE. */
export function checkPreconditions(
  resource: Resource,
  name: string,
  { metadata }: KubeObject,
  preconditions: JsonObject,
): void {
  const uid = stringAt(preconditions, 'uid');
  if (uid !== '' && uid !== metadata.uid) {
    const why = `the UID in the precondition (${uid}) does not match the UID in record (${metadata.uid})`;
    throw preconditionFailed(resource, name, why);
  }
  const revision = stringAt(preconditions, 'resourceVersion');
  if (revision !== '' && revision !== metadata.resourceVersion) {
    const said = `the ResourceVersion in the precondition (${revision})`;
    const why = `${said} does not match the ResourceVersion in record (${metadata.resourceVersion})`;
    throw preconditionFailed(resource, name, why);
  }
}

/** What an update leaves of `metadata`: the client's part as sent, the server's part as it was. */
export function mergedMeta(wanted: JsonObject, current: KubeObject): KubeObject['metadata'] {
  const { name, namespace, uid, resourceVersion, creationTimestamp, ...rest } = current.metadata;
  const kept = without(rest, ...Object.keys(settableMeta(rest)));
  return { ...settableMeta(wanted), ...kept, name, namespace, uid, resourceVersion, creationTimestamp };
}

/** Counts a change outside `metadata` and `status`. */
export function countGeneration(resource: Resource, current: KubeObject, next: KubeObject): KubeObject {
  const { generation } = current.metadata;
  if (!resource.countsGenerations || typeof generation !== 'number') return next;
  const [before, after] = [current, next].map((object) => without(object, 'metadata', 'status'));
  if (isDeepStrictEqual(before, after)) return next;
  return { ...next, metadata: { ...next.metadata, generation: generation + 1 } };
}

/** Whether finalizers, or a namespace's own, keep an object from going. */
export function isHeld(object: KubeObject, finalizers: readonly string[] = finalizersOf(object)): boolean {
  return finalizers.length > 0 || arrayAt(object.spec, 'finalizers').length > 0;
}

export function generatedName(prefix: string): string {
  if (prefix === '') return '';
  const letters = 'bcdfghjklmnpqrstvwxz2456789';
  return prefix + Array.from({ length: 5 }, () => letters[randomInt(letters.length)]).join('');
}
