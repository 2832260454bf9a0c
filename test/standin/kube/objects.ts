import type { JsonObject } from '../../../src/model/json.ts';
import type { Catalog } from './catalog.ts';
import { namespaces } from './core.ts';
import { fieldOf, type KubeObject, objectAt, stringAt } from './object.ts';
import type { Registry, Target } from './registry.ts';
import type { Resource } from './resource.ts';
import type { Storage } from './storage.ts';

/**
 * The stored objects for tests and demos: what another user would see and do, without requests and their log. Resources are
 * named by their plural. Refusals are thrown as `ApiError`.
 */
export class Objects {
  readonly #storage: Storage;
  readonly #registry: Registry;
  readonly #catalog: Catalog;

  constructor(storage: Storage, registry: Registry, catalog: Catalog) {
    this.#storage = storage;
    this.#registry = registry;
    this.#catalog = catalog;
  }

  /** Cluster-scoped objects are in namespace `''`. */
  get(plural: string, namespace: string, name: string): KubeObject | undefined {
    return this.#registry.find(this.#target(this.#resource(plural), namespace, name));
  }

  list(plural: string, namespace?: string): readonly KubeObject[] {
    return this.#storage
      .list(this.#resource(plural).collection)
      .filter((object) => namespace === undefined || object.metadata.namespace === namespace);
  }

  /** Creates the manifest's object, or merges the manifest into it; makes its namespace where it is missing, writes its status too. */
  apply(manifest: JsonObject): KubeObject {
    const resource = this.#catalog.ofKind(stringAt(manifest, 'apiVersion'), stringAt(manifest, 'kind'));
    if (resource === undefined) throw new TypeError(`no resource for ${stringAt(manifest, 'kind')}`);
    const meta = objectAt(manifest, 'metadata');
    const namespace = resource.namespaced ? stringAt(meta, 'namespace') || 'default' : '';
    if (namespace !== '') this.#ensureNamespace(namespace);
    const target = this.#target(resource, namespace, stringAt(meta, 'name'));
    const exists = this.#registry.find(target) !== undefined;
    const written = exists
      ? this.#registry.patch(target, 'merge-patch', manifest)
      : this.#registry.create(target, manifest);
    const status = fieldOf(manifest, 'status');
    if (!resource.hasStatus || status === undefined) return written;
    return this.#registry.patch({ ...target, subresource: 'status' }, 'merge-patch', { status });
  }

  /** A merge patch, of the object or of its `status`. */
  patch(
    plural: string,
    namespace: string,
    name: string,
    patch: JsonObject,
    subresource: '' | 'status' = '',
  ): KubeObject {
    const target = { ...this.#target(this.#resource(plural), namespace, name), subresource };
    return this.#registry.patch(target, 'merge-patch', patch);
  }

  delete(plural: string, namespace: string, name: string): void {
    this.#registry.delete(this.#target(this.#resource(plural), namespace, name));
  }

  /** Resolves with what `look` finds, as soon as it finds something; it looks now and after each write. */
  until<T>(look: () => T | undefined): Promise<T> {
    return new Promise((resolve) => {
      const found = look();
      if (found !== undefined) return resolve(found);
      const stop = this.#storage.subscribe(() => {
        const later = look();
        if (later === undefined) return;
        stop();
        resolve(later);
      });
    });
  }

  /** Forgets the past: watches and pages that go on from before are answered with 410. */
  compact(): void {
    this.#storage.compact();
  }

  #resource(plural: string): Resource {
    const found = this.#catalog.all().find((resource) => resource.plural === plural);
    if (found === undefined) throw new TypeError(`no resource called ${plural}`);
    return found;
  }

  #target(resource: Resource, namespace: string, name: string): Target {
    return { resource, namespace, name, subresource: '' };
  }

  #ensureNamespace(name: string): void {
    const target = this.#target(namespaces, '', name);
    if (this.#registry.find(target) !== undefined) return;
    this.#registry.create(target, { apiVersion: 'v1', kind: 'Namespace', metadata: { name } });
  }
}
