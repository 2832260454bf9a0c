import type { KratosIdentity } from '../src/model/generated/kratosidentity.ts';
import { isObject, type JsonObject } from '../src/model/json.ts';
import { readyCondition } from '../src/model/resource.ts';
import { listOf, objectOf, textOf } from './fields.ts';
import { identitiesIn, type Kube } from './kube.ts';
import { pause } from './until.ts';

const AGAIN_AFTER_MS = 200;

/** The resources of one namespace as the API server has them, kept up by a watch: what `kubectl get --watch` sees. */
export class Resources {
  /** Every identity that a status named so far. */
  readonly identityIds = new Set<string>();
  readonly #kube: Kube;
  readonly #collection: string;
  readonly #found = new Map<string, KratosIdentity>();
  readonly #stopping = new AbortController();
  #running: Promise<void> = Promise.resolve();

  private constructor(kube: Kube, namespace: string) {
    this.#kube = kube;
    this.#collection = identitiesIn(namespace);
  }

  /** Resolves once it is complete. Rejects where there are no such resources. */
  static async watch(kube: Kube, namespace: string): Promise<Resources> {
    const resources = new Resources(kube, namespace);
    const version = await resources.#list();
    resources.#running = resources.#follow(version);
    return resources;
  }

  get(name: string): KratosIdentity | undefined {
    return this.#found.get(name);
  }

  get names(): readonly string[] {
    return [...this.#found.keys()];
  }

  async stop(): Promise<void> {
    this.#stopping.abort();
    await this.#running;
  }

  /** Answers the list's resource version. */
  async #list(): Promise<string> {
    const list = await this.#kube.read(this.#collection);
    if (list === undefined) throw new Error('the API server has no KratosIdentity resources');
    this.#found.clear();
    for (const item of listOf(list.items)) this.#put(item);
    return textOf(objectOf(list.metadata).resourceVersion);
  }

  /** Watches until stopped; after any end it lists anew, which is all that a demo needs. */
  async #follow(from: string): Promise<void> {
    let version: string | undefined = from;
    while (!this.#stopping.signal.aborted) {
      try {
        version ??= await this.#list();
        for await (const event of this.#kube.watch(this.#collection, version, this.#stopping.signal))
          this.#on(event);
      } catch {
        // Whoever waits for something to be seen here has a deadline, and tells.
      }
      version = undefined;
      await pause(AGAIN_AFTER_MS, this.#stopping.signal).catch(() => {});
    }
  }

  #on({ type, object }: JsonObject): void {
    if (!isObject(object)) return;
    if (type === 'ADDED' || type === 'MODIFIED') this.#put(object);
    if (type === 'DELETED') this.#found.delete(asResource(object).metadata.name);
  }

  #put(object: JsonObject): void {
    const resource = asResource(object);
    this.#found.set(resource.metadata.name, resource);
    const id = resource.status?.identityId;
    if (id !== undefined) this.identityIds.add(id);
  }
}

/** What the server answers of this kind has passed the CRD's schema. */
export function asResource(object: JsonObject): KratosIdentity {
  return object as unknown as KratosIdentity;
}

/** The state of a resource in a few words, without a secret. */
export function describe(name: string, resource: KratosIdentity | undefined): string {
  if (resource === undefined) return `no resource ${name}`;
  const { metadata, status } = resource;
  const ready = readyCondition(resource);
  const said =
    ready === undefined ? 'no conditions' : `Ready ${ready.status}, ${ready.reason}: ${ready.message}`;
  const of = `generation ${status?.observedGeneration ?? -1} of ${metadata.generation}`;
  const recovery = status?.recovery === undefined ? '' : `; recovery ${status.recovery.state}`;
  const deleting = metadata.deletionTimestamp === undefined ? '' : '; being deleted';
  return `${name} (${of}): ${said}${recovery}${deleting}`;
}
