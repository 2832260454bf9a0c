import { RemoteError } from '../../src/model/errors.ts';
import type { KratosIdentity, KratosIdentitySpec } from '../../src/model/generated/kratosidentity.ts';
import { isObject, type JsonObject, type JsonValue } from '../../src/model/json.ts';
import { API_VERSION, KIND, keyOf } from '../../src/model/resource.ts';
import type { Cache, NewSecret, OperatorEvent, SecretView } from '../../src/reconcile/ports.ts';

export type SpecInput = Pick<KratosIdentitySpec, 'traits'> &
  Partial<Omit<KratosIdentitySpec, 'recovery'>> & { recovery?: Partial<KratosIdentitySpec['recovery']> };

/** An API server in memory: uid and resourceVersion preconditions, generations, finalizers; and the watch's cache, which may lag. */
export class SimKube {
  readonly resources = new Map<string, KratosIdentity>();
  readonly secretsByName = new Map<string, { view: SecretView; secret: NewSecret }>();
  readonly events: OperatorEvent[] = [];
  /** What a watch of each key would tell, in order; `undefined` when it is gone. */
  readonly changes = new Map<string, (KratosIdentity | undefined)[]>();
  onChanged: (key: string) => void = () => {};
  /** The finalizers that an admission policy gives to every new resource. */
  born: readonly string[] = [];
  /** What the cache shows; the same as `resources` unless frozen. */
  #shown: ReadonlyMap<string, KratosIdentity> | undefined;
  writes = 0;
  /** Live reads of resources. */
  reads = 0;
  #version = 1000;
  #uid = 0;

  apply(namespace: string, name: string, input: SpecInput): KratosIdentity {
    const key = `${namespace}/${name}`;
    const old = this.resources.get(key);
    const spec = defaulted(input);
    if (old !== undefined) {
      const generation = old.metadata.generation + 1;
      return this.#store({ ...old, spec, metadata: { ...old.metadata, generation } });
    }
    this.#uid += 1;
    const finalizers = this.born.length === 0 ? {} : { finalizers: [...this.born] };
    const uid = `uid-${this.#uid}`;
    const metadata = { name, namespace, uid, resourceVersion: '', generation: 1, ...finalizers };
    return this.#store({
      apiVersion: API_VERSION,
      kind: KIND,
      metadata,
      spec,
      status: { observedGeneration: -1 },
    });
  }

  edit(key: string, change: (resource: KratosIdentity) => KratosIdentity): void {
    this.#store(change(this.get(key)));
  }

  delete(key: string): void {
    const old = this.get(key);
    const { metadata } = old;
    if ((metadata.finalizers ?? []).length === 0) {
      this.#remove(key);
      return;
    }
    if (metadata.deletionTimestamp !== undefined) return;
    const generation = metadata.generation + 1;
    this.#store({ ...old, metadata: { ...metadata, generation, deletionTimestamp: '2026-01-01T00:00:00Z' } });
  }

  get(key: string): KratosIdentity {
    const resource = this.resources.get(key);
    if (resource === undefined) throw new RemoteError('GET resource', { code: 'notFound', outcome: 'none' });
    return resource;
  }

  freezeCache(): void {
    this.#shown = new Map(this.resources);
  }

  thawCache(): void {
    this.#shown = undefined;
  }

  get isCacheFrozen(): boolean {
    return this.#shown !== undefined;
  }

  /** The cache of a watch that may be frozen. */
  get cache(): Cache {
    return this.#cacheOf(() => this.#shown ?? this.resources);
  }

  /** The cache of another watch, which is never behind. */
  get freshCache(): Cache {
    return this.#cacheOf(() => this.resources);
  }

  #cacheOf(shown: () => ReadonlyMap<string, KratosIdentity>): Cache {
    return {
      get: (key) => shown().get(key),
      keys: () => shown().keys(),
      holders: (id) =>
        [...shown().values()].filter((r) => r.status?.identityId === id).map((r) => r.metadata.uid),
    };
  }

  read(key: string): KratosIdentity {
    this.reads += 1;
    return this.get(key);
  }

  setFinalizers(resource: KratosIdentity, finalizers: readonly string[]): KratosIdentity {
    const old = this.#checked(resource);
    const after = { ...old, metadata: { ...old.metadata, finalizers: [...finalizers] } };
    if (finalizers.length === 0 && old.metadata.deletionTimestamp !== undefined) {
      this.writes += 1;
      this.#remove(keyOf(old));
      return after;
    }
    this.writes += 1;
    return this.#store(after);
  }

  patchStatus(resource: KratosIdentity, patch: JsonObject): KratosIdentity {
    const old = this.#checked(resource);
    this.writes += 1;
    const status = mergePatch((old.status ?? {}) as unknown as JsonValue, patch);
    return this.#store({ ...old, status: status as unknown as NonNullable<KratosIdentity['status']> });
  }

  readSecret(namespace: string, name: string): SecretView | undefined {
    return this.secretsByName.get(`${namespace}/${name}`)?.view;
  }

  createSecret(secret: NewSecret): SecretView {
    const key = `${secret.namespace}/${secret.name}`;
    if (this.secretsByName.has(key))
      throw new RemoteError('POST secret', { code: 'conflict', outcome: 'none' });
    this.#uid += 1;
    const view: SecretView = {
      uid: `secret-${this.#uid}`,
      ownerUids: [secret.owner.uid],
      annotations: secret.annotations,
      link: secret.data.link,
    };
    this.writes += 1;
    this.secretsByName.set(key, { view, secret });
    return view;
  }

  deleteSecret(namespace: string, name: string, uid: string): void {
    const key = `${namespace}/${name}`;
    const view = this.secretsByName.get(key)?.view;
    if (view !== undefined && view.uid !== uid) {
      throw new RemoteError('DELETE secret', { code: 'conflict', outcome: 'none' });
    }
    this.writes += 1;
    this.secretsByName.delete(key);
  }

  #checked(resource: KratosIdentity): KratosIdentity {
    const old = this.get(keyOf(resource));
    const same =
      old.metadata.uid === resource.metadata.uid &&
      old.metadata.resourceVersion === resource.metadata.resourceVersion;
    if (!same) throw new RemoteError('PATCH resource', { code: 'conflict', outcome: 'none', status: 409 });
    return old;
  }

  #store(resource: KratosIdentity): KratosIdentity {
    this.#version += 7;
    const metadata = { ...resource.metadata, resourceVersion: String(this.#version) };
    const stored = structuredClone({ ...resource, metadata });
    this.resources.set(keyOf(stored), stored);
    this.#tell(keyOf(stored), stored);
    return stored;
  }

  #remove(key: string): void {
    this.resources.delete(key);
    this.#tell(key, undefined);
  }

  #tell(key: string, resource: KratosIdentity | undefined): void {
    const told = this.changes.get(key) ?? [];
    told.push(resource);
    this.changes.set(key, told);
    this.onChanged(key);
  }
}

function defaulted({ recovery, ...spec }: SpecInput): KratosIdentitySpec {
  return {
    deletionPolicy: 'Delete',
    ...spec,
    ...(recovery !== undefined && {
      recovery: { requestId: '', expiresIn: '1h', method: 'Auto', output: 'Status', ...recovery },
    }),
  };
}

/** RFC 7396. */
export function mergePatch(target: JsonValue, patch: JsonValue): JsonValue {
  if (!isObject(patch)) return patch;
  const result: Record<string, JsonValue> = { ...(isObject(target) ? target : {}) };
  for (const [key, value] of Object.entries(patch)) {
    if (value === null) delete result[key];
    else result[key] = mergePatch(result[key] ?? null, value);
  }
  return result;
}
