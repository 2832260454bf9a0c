import type { Catalog } from './catalog.ts';
import { namespaces } from './core.ts';
import { crdFinalizer, customResourceDefinitions } from './crd.ts';
import { arrayAt, finalizersOf, isDeleting, type KubeObject, stringAt } from './object.ts';
import type { Registry, Target } from './registry.ts';
import type { Resource } from './resource.ts';
import type { Storage } from './storage.ts';

const foreground = 'foregroundDeletion';

/**
 * What other processes do in a cluster, right after the write that asks for it: garbage collection by owner, emptying of
 * namespaces and of CRDs that are being deleted. Orphaning is not honoured.
 */
export class Controllers {
  readonly #storage: Storage;
  readonly #registry: Registry;
  readonly #catalog: Catalog;
  /** Objects with owners, by the owner's uid. */
  readonly #dependents = new Map<string, Set<Target>>();

  constructor(storage: Storage, registry: Registry, catalog: Catalog) {
    this.#storage = storage;
    this.#registry = registry;
    this.#catalog = catalog;
  }

  start(): void {
    this.#storage.subscribe(({ collection, type, object }) => {
      if (type === 'ADDED') this.#recordOwners(collection, object);
      // After the write and its answer are through: controllers are never part of somebody's request.
      queueMicrotask(() => (type === 'DELETED' ? this.#gone(object) : this.#changed(collection, object)));
    });
  }

  #recordOwners(collection: string, object: KubeObject): void {
    const resource = this.#resourceOf(collection);
    if (resource === undefined) return;
    for (const owner of arrayAt(object.metadata, 'ownerReferences')) {
      const uid = stringAt(owner, 'uid');
      const known = this.#dependents.get(uid) ?? new Set();
      this.#dependents.set(uid, known.add(targetOf(resource, object)));
    }
  }

  #changed(collection: string, object: KubeObject): void {
    if (!isDeleting(object)) return;
    if (collection === namespaces.collection) this.#emptyNamespace(object.metadata.name);
    if (collection === customResourceDefinitions.collection) this.#emptyDefinition(object.metadata.name);
    if (!finalizersOf(object).includes(foreground)) return;
    this.#collect(object.metadata.uid);
    const resource = this.#resourceOf(collection);
    if (resource !== undefined) this.#removeFinalizer(targetOf(resource, object), foreground);
  }

  #gone(object: KubeObject): void {
    this.#collect(object.metadata.uid);
    const namespace = this.#storage.get(namespaces.collection, `/${object.metadata.namespace}`);
    if (namespace !== undefined && isDeleting(namespace)) this.#emptyNamespace(namespace.metadata.name);
    for (const crd of this.#storage.list(customResourceDefinitions.collection)) {
      if (isDeleting(crd)) this.#emptyDefinition(crd.metadata.name);
    }
  }

  /** Deletes what the gone owner alone still held. */
  #collect(uid: string): void {
    for (const target of this.#dependents.get(uid) ?? []) {
      const object = this.#registry.find(target);
      const owners = object === undefined ? [] : arrayAt(object.metadata, 'ownerReferences');
      if (owners.length === 1 && stringAt(owners[0], 'uid') === uid) this.#registry.delete(target);
    }
    this.#dependents.delete(uid);
  }

  #emptyNamespace(name: string): void {
    const left = this.#catalog.all().filter(({ namespaced }) => namespaced);
    const objects = left.flatMap((resource) => this.#deleteAll(resource, name));
    const target = { resource: namespaces, namespace: '', name, subresource: '' };
    if (objects.length === 0 && this.#registry.find(target) !== undefined) this.#registry.finalize(target);
  }

  #emptyDefinition(name: string): void {
    const resource = this.#catalog.definedBy(name);
    if (resource === undefined || this.#deleteAll(resource).length > 0) return;
    this.#removeFinalizer(
      { resource: customResourceDefinitions, namespace: '', name, subresource: '' },
      crdFinalizer,
    );
  }

  /** Deletes every object of a resource; answers those that something still holds. */
  #deleteAll(resource: Resource, namespace?: string): readonly KubeObject[] {
    const all = () =>
      this.#storage
        .list(resource.collection)
        .filter((object) => namespace === undefined || object.metadata.namespace === namespace);
    for (const object of all()) if (!isDeleting(object)) this.#registry.delete(targetOf(resource, object));
    return all();
  }

  #removeFinalizer(target: Target, finalizer: string): void {
    const object = this.#registry.find(target);
    if (object === undefined) return;
    const finalizers = finalizersOf(object).filter((entry) => entry !== finalizer);
    this.#registry.patch(target, 'merge-patch', { metadata: { finalizers } });
  }

  #resourceOf(collection: string): Resource | undefined {
    return this.#catalog.all().find((resource) => resource.collection === collection);
  }
}

function targetOf(resource: Resource, { metadata: { namespace, name } }: KubeObject): Target {
  return { resource, namespace, name, subresource: '' };
}
