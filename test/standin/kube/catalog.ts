import { configMaps, namespaces, secrets, serviceAccounts } from './core.ts';
import { customResource, customResourceDefinitions } from './crd.ts';
import { coreEvents, events } from './event.ts';
import { leases } from './lease.ts';
import type { Resource } from './resource.ts';
import type { Storage } from './storage.ts';

const builtins: readonly Resource[] = [
  namespaces,
  secrets,
  configMaps,
  serviceAccounts,
  events,
  coreEvents,
  leases,
  customResourceDefinitions,
];

/** Every resource that is served: the server's own, and those of the CRDs in the storage. */
export class Catalog {
  readonly #custom = new Map<string, Resource>();

  constructor(storage: Storage) {
    storage.subscribe(({ collection, type, object }) => {
      if (collection !== customResourceDefinitions.collection) return;
      if (type === 'DELETED') this.#custom.delete(object.metadata.name);
      else this.#custom.set(object.metadata.name, customResource(object));
    });
  }

  all(): readonly Resource[] {
    return [...builtins, ...this.#custom.values()];
  }

  find(group: string, version: string, plural: string): Resource | undefined {
    return this.all().find(
      (resource) => resource.group === group && resource.version === version && resource.plural === plural,
    );
  }

  /** By the name of a CRD, `<plural>.<group>`. */
  definedBy(name: string): Resource | undefined {
    return this.#custom.get(name);
  }

  /** The resource that a manifest is of. */
  ofKind(apiVersion: string, kind: string): Resource | undefined {
    const [version = '', group = ''] = apiVersion.split('/').reverse();
    return this.all().find(
      (resource) => resource.group === group && resource.version === version && resource.kind === kind,
    );
  }

  /** Whether the group is the server's own; unknown names are answered differently there. */
  isBuiltinGroup(group: string): boolean {
    return builtins.some((resource) => resource.group === group);
  }
}
