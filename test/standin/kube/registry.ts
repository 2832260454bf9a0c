import { randomUUID } from 'node:crypto';
import { isDeepStrictEqual } from 'node:util';

import type { Clock } from '../../../src/model/clock.ts';
import { isObject, type JsonObject, type JsonValue } from '../../../src/model/json.ts';
import { namespaces } from './core.ts';
import { customResourceDefinitions } from './crd.ts';
import { changeCauses, nameCauses, ownerCauses, readMeta, settableMeta } from './meta.ts';
import {
  fieldOf,
  finalizersOf,
  isDeleting,
  type KubeObject,
  objectAt,
  stringAt,
  timestamp,
  without,
} from './object.ts';
import { jsonPatch, mergePatch, strategicMergePatch } from './patch.ts';
import { apiVersionOf, type Resource } from './resource.ts';
import {
  checkPreconditions,
  checkRevision,
  checkType,
  countGeneration,
  generatedName,
  isHeld,
  mergedMeta,
  refuse,
} from './rules.ts';
import {
  ApiError,
  alreadyExists,
  badRequest,
  forbidden,
  internal,
  notFound,
  uidMismatch,
  unsupportedMediaType,
} from './status.ts';
import type { Storage } from './storage.ts';

/** Where an object is, or is to be. */
export interface Target {
  readonly resource: Resource;
  readonly namespace: string;
  readonly name: string;
  readonly subresource: string;
}

/** `Strict` refuses unknown fields, the others prune them; what was pruned is told to `warn`. */
export interface WriteOptions {
  readonly fieldValidation?: string;
  readonly warn?: (text: string) => void;
}

export type PatchType = 'merge-patch' | 'json-patch' | 'strategic-merge-patch';

/** Reads and writes of single objects, with the semantics of the real API server. Every refusal is an `ApiError`. */
export class Registry {
  readonly #storage: Storage;
  readonly #clock: Clock;

  constructor(storage: Storage, clock: Clock) {
    this.#storage = storage;
    this.#clock = clock;
  }

  find({ resource, namespace, name }: Target): KubeObject | undefined {
    return this.#storage.get(resource.collection, `${namespace}/${name}`);
  }

  get(target: Target): KubeObject {
    const found = this.find(target);
    if (found === undefined) throw notFound(target.resource, target.name);
    return found;
  }

  create(target: Target, body: JsonValue, options: WriteOptions = {}): KubeObject {
    const { resource, namespace } = target;
    const draft = this.#decode(target, body, options);
    const meta = objectAt(draft, 'metadata');
    const name = stringAt(meta, 'name') || generatedName(stringAt(meta, 'generateName'));
    if (resource.namespaced) this.#requireNamespace(resource, namespace, name);
    this.#requireDefinition(resource, name);
    if (stringAt(meta, 'resourceVersion') !== '') {
      throw internal('resourceVersion should not be set on objects to be created');
    }
    const withoutStatus = resource.hasStatus ? without(draft, 'status') : draft;
    const object = this.#typed(
      resource,
      resource.decode(withoutStatus, () => {}),
      {
        ...settableMeta(meta),
        name,
        namespace,
        uid: randomUUID(),
        resourceVersion: '',
        creationTimestamp: timestamp(this.#clock.now()),
        ...(resource.countsGenerations ? { generation: 1 } : {}),
      },
    );
    const prepared = resource.prepare(object, undefined);
    refuse(resource, name, [
      ...nameCauses(resource, name),
      ...ownerCauses(prepared),
      ...resource.validate(prepared, undefined),
    ]);
    const existing = this.#storage.get(resource.collection, `${namespace}/${name}`);
    if (existing !== undefined) throw alreadyExists(resource, name, isDeleting(existing));
    return this.#storage.put(resource.collection, prepared);
  }

  /** A PUT; makes the object where the resource allows that. */
  replace(target: Target, body: JsonValue, options: WriteOptions = {}): KubeObject {
    const { resource, name, subresource } = target;
    const draft = this.#decode(target, body, options);
    const uid = stringAt(draft.metadata, 'uid');
    const current = this.find(target);
    if (current === undefined && resource.createOnUpdate && subresource === '') {
      if (uid !== '') throw uidMismatch(resource, name, uid, '');
      return this.create(target, {
        ...draft,
        metadata: without(objectAt(draft, 'metadata'), 'resourceVersion'),
      });
    }
    if (current === undefined) throw notFound(resource, name);
    if (uid !== '' && uid !== current.metadata.uid)
      throw uidMismatch(resource, name, uid, current.metadata.uid);
    return this.#update(target, current, draft);
  }

  patch(target: Target, type: PatchType, patch: JsonValue, options: WriteOptions = {}): KubeObject {
    const { resource } = target;
    const current = this.get(target);
    const patched = applyPatch(resource, type, current, patch);
    return this.#update(target, current, this.#decodePatched(target, patched, options));
  }

  /** Answers the object as it was last; it is gone unless it now carries a deletionTimestamp and something holds it. */
  delete(target: Target, options: JsonObject = {}): KubeObject {
    const { resource, name } = target;
    const current = this.get(target);
    checkPreconditions(resource, name, current, objectAt(options, 'preconditions'));
    if (isDeleting(current)) return current;
    const finalizers = [
      ...finalizersOf(current),
      ...(stringAt(options, 'propagationPolicy') === 'Foreground' ? ['foregroundDeletion'] : []),
    ];
    if (!isHeld(current, finalizers)) return this.#storage.delete(resource.collection, current);
    const { generation } = current.metadata;
    return this.#storage.put(resource.collection, {
      ...current,
      metadata: {
        ...current.metadata,
        ...(finalizers.length === 0 ? {} : { finalizers }),
        deletionTimestamp: timestamp(this.#clock.now()),
        deletionGracePeriodSeconds: 0,
        ...(typeof generation === 'number' ? { generation: generation + 1 } : {}),
      },
      ...(resource.plural === namespaces.plural ? { status: { phase: 'Terminating' } } : {}),
    });
  }

  /** Takes away what holds a namespace besides its finalizers (`/finalize`). */
  finalize(target: Target): KubeObject {
    const current = this.get(target);
    return this.#store(target.resource, current, { ...current, spec: {} });
  }

  #update(target: Target, current: KubeObject, draft: JsonObject): KubeObject {
    const { resource, name, subresource } = target;
    checkRevision(resource, name, stringAt(draft.metadata, 'resourceVersion'), current);
    const onStatus = subresource === 'status';
    const status = onStatus ? fieldOf(draft, 'status') : fieldOf(current, 'status');
    const content = resource.hasStatus
      ? { ...without(onStatus ? current : draft, 'status'), ...(status === undefined ? {} : { status }) }
      : draft;
    const metadata = onStatus ? current.metadata : mergedMeta(objectAt(draft, 'metadata'), current);
    const next = this.#typed(
      resource,
      resource.decode(content, () => {}),
      metadata,
    );
    const prepared = resource.prepare(next, current);
    refuse(resource, name, [
      ...(onStatus ? [] : changeCauses(draft, current)),
      ...ownerCauses(prepared),
      ...resource.validate(prepared, current),
    ]);
    return this.#store(resource, current, prepared);
  }

  #store(resource: Resource, current: KubeObject, next: KubeObject): KubeObject {
    if (isDeepStrictEqual(next, current)) return current;
    const counted = countGeneration(resource, current, next);
    if (isDeleting(counted) && !isHeld(counted)) {
      this.#storage.delete(resource.collection, counted);
      return counted;
    }
    return this.#storage.put(resource.collection, counted);
  }

  #decode(target: Target, body: JsonValue, options: WriteOptions): JsonObject {
    const { resource, namespace, name } = target;
    if (!isObject(body))
      throw badRequest(`the object provided is unrecognized (must be of type ${resource.kind})`);
    checkType(resource, body);
    const unknown: string[] = [];
    const metadata = readMeta(body, (path) => unknown.push(path));
    const decoded = resource.decode({ ...body, metadata }, (path) => unknown.push(path));
    const fields = unknown.map((path) => `unknown field "${path}"`);
    if (fields.length > 0 && options.fieldValidation === 'Strict') {
      const what = `${resource.kind} in version "${resource.version}" cannot be handled as a ${resource.kind}`;
      throw badRequest(`${what}: strict decoding error: ${fields.join(', ')}`);
    }
    if (options.fieldValidation !== 'Ignore') for (const field of fields) options.warn?.(field);
    const given = stringAt(metadata, 'name');
    if (name !== '' && given !== '' && given !== name) {
      throw badRequest(`the name of the object (${given}) does not match the name on the URL (${name})`);
    }
    const place = stringAt(metadata, 'namespace');
    if (place !== '' && place !== namespace) {
      throw badRequest(
        'the namespace of the provided object does not match the namespace sent on the request',
      );
    }
    return { ...decoded, metadata: { ...metadata, ...(name === '' ? {} : { name }) } };
  }

  /** A patched object that cannot be read is not a bad request but a patch that leads nowhere. */
  #decodePatched(target: Target, patched: JsonValue, options: WriteOptions): JsonObject {
    const named = fieldOf(fieldOf(patched, 'metadata'), 'name');
    try {
      return this.#decode(target, patched, options);
    } catch (error) {
      if (!(error instanceof ApiError) || named !== target.name) throw error;
      throw new ApiError(422, 'Invalid', error.message);
    }
  }

  #typed(resource: Resource, content: JsonObject, metadata: KubeObject['metadata']): KubeObject {
    return { ...content, apiVersion: apiVersionOf(resource), kind: resource.kind, metadata };
  }

  #requireDefinition(resource: Resource, name: string): void {
    const { plural, group } = resource;
    const crd = this.#storage.get(customResourceDefinitions.collection, `/${plural}.${group}`);
    if (crd === undefined || !isDeleting(crd)) return;
    throw forbidden(resource, name, 'create not allowed while custom resource definition is terminating');
  }

  #requireNamespace(resource: Resource, namespace: string, name: string): void {
    const found = this.#storage.get(namespaces.collection, `/${namespace}`);
    if (found === undefined) throw notFound(namespaces, namespace);
    if (!isDeleting(found)) return;
    const why = `unable to create new content in namespace ${namespace} because it is being terminated`;
    const message = `namespace ${namespace} is being terminated`;
    throw forbidden(resource, name, why, [
      { reason: 'NamespaceTerminating', message, field: 'metadata.namespace' },
    ]);
  }
}

function applyPatch(resource: Resource, type: PatchType, current: KubeObject, patch: JsonValue): JsonValue {
  if (type === 'json-patch') return jsonPatch(current, patch);
  if (type === 'strategic-merge-patch' && !resource.strategicMerge) {
    throw unsupportedMediaType(['application/json-patch+json', 'application/merge-patch+json']);
  }
  if (!isObject(patch)) throw badRequest('error decoding patch: json: cannot unmarshal array into Go value');
  return type === 'merge-patch' ? mergePatch(current, patch) : strategicMergePatch(current, patch);
}
