import type { Condition, KratosIdentity } from '../../src/model/generated/kratosidentity.ts';
import type { JsonObject } from '../../src/model/json.ts';
import { until } from '../servers/wait.ts';
import type { Kube, KubectlResult } from './kube.ts';

export interface SecretObject {
  readonly metadata: {
    readonly uid: string;
    readonly annotations?: Readonly<Record<string, string>>;
    readonly ownerReferences?: readonly JsonObject[];
  };
  readonly type: string;
  readonly data?: Readonly<Record<string, string>>;
}

export interface EventObject {
  readonly reason: string;
  readonly type: string;
  readonly note: string;
  readonly regarding: { readonly name: string };
}

const GROUP = '/apis/kratos.ory.sh/v1alpha1';

/** One namespace of a scenario's own, and its `KratosIdentity` resources. */
export class Namespace {
  readonly name: string;
  readonly #kube: Kube;

  constructor(kube: Kube, name: string) {
    this.#kube = kube;
    this.name = name;
  }

  /** Creates a resource, with unknown fields refused. */
  create(name: string, spec: object, metadata: object = {}): Promise<KratosIdentity> {
    return this.#kube.create<KratosIdentity>(this.#collection, this.manifest(name, spec, metadata));
  }

  manifest(name: string, spec: object, metadata: object = {}): object {
    return {
      apiVersion: 'kratos.ory.sh/v1alpha1',
      kind: 'KratosIdentity',
      metadata: { name, namespace: this.name, ...metadata },
      spec,
    };
  }

  get(name: string): Promise<KratosIdentity | undefined> {
    return this.#kube.get<KratosIdentity>(this.#path(name));
  }

  async list(): Promise<readonly KratosIdentity[]> {
    const list = await this.#kube.get<{ readonly items: readonly KratosIdentity[] }>(this.#collection);
    return list?.items ?? [];
  }

  /** Merge-patches the spec. */
  patch(name: string, spec: object): Promise<KratosIdentity> {
    return this.#kube.patch<KratosIdentity>(this.#path(name), { spec });
  }

  patchMetadata(name: string, metadata: object): Promise<KratosIdentity> {
    return this.#kube.patch<KratosIdentity>(this.#path(name), { metadata });
  }

  /** Asks for the deletion and returns at once. */
  delete(name: string): Promise<void> {
    return this.#kube.delete(this.#path(name));
  }

  /** Takes away what is left, without anybody's help. */
  async abandon(): Promise<void> {
    for (const { metadata } of await this.list()) {
      await this.patchMetadata(metadata.name, { finalizers: null });
      await this.delete(metadata.name);
    }
  }

  /** Waits for Ready, said of the present generation. */
  ready(name: string, seconds?: number): Promise<KratosIdentity & Reported> {
    return this.when(name, 'Ready', (resource) => ready(resource)?.status === 'True', seconds);
  }

  /** Waits for Ready to give a reason, of the present generation. */
  because(name: string, reason: string, seconds?: number): Promise<KratosIdentity & Reported> {
    return this.when(name, reason, (resource) => ready(resource)?.reason === reason, seconds);
  }

  /** Waits until the status speaks of the present generation and a condition holds. */
  when(
    name: string,
    what: string,
    holds: (resource: KratosIdentity & Reported) => boolean,
    seconds?: number,
  ): Promise<KratosIdentity & Reported> {
    let last = 'absent';
    const asking = until(
      `${name} to be ${what}`,
      async () => {
        const resource = await this.get(name);
        last = describe(resource);
        if (resource === undefined || !isReported(resource)) return undefined;
        return holds(resource) ? resource : undefined;
      },
      seconds,
    );
    return asking.catch((error: Error) => {
      throw new Error(`${error.message} (is: ${last})`);
    });
  }

  /** Waits until the resource is gone for good. */
  async gone(name: string, seconds?: number): Promise<void> {
    let last = '';
    await until(
      `${name} to be gone`,
      async () => {
        const resource = await this.get(name);
        last = describe(resource);
        return resource === undefined;
      },
      seconds,
    ).catch((error: Error) => {
      throw new Error(`${error.message} (is: ${last})`);
    });
  }

  secret(name: string): Promise<SecretObject | undefined> {
    return this.#kube.get<SecretObject>(`/api/v1/namespaces/${this.name}/secrets/${name}`);
  }

  createSecret(name: string, data: Readonly<Record<string, string>>): Promise<JsonObject> {
    return this.#kube.create(`/api/v1/namespaces/${this.name}/secrets`, {
      apiVersion: 'v1',
      kind: 'Secret',
      metadata: { name },
      stringData: data,
    });
  }

  deleteSecret(name: string): Promise<void> {
    return this.#kube.delete(`/api/v1/namespaces/${this.name}/secrets/${name}`);
  }

  async events(): Promise<readonly EventObject[]> {
    const path = `/apis/events.k8s.io/v1/namespaces/${this.name}/events`;
    const list = await this.#kube.get<{ readonly items: readonly EventObject[] }>(path);
    return list?.items ?? [];
  }

  /** Waits for an event about a resource. */
  event(name: string, reason: string): Promise<EventObject> {
    return until(`an event ${reason} of ${name}`, async () =>
      (await this.events()).find((event) => event.reason === reason && event.regarding.name === name),
    );
  }

  kubectl(args: readonly string[], stdin?: string): Promise<KubectlResult> {
    return this.#kube.kubectl(['-n', this.name, ...args], stdin);
  }

  get #collection(): string {
    return `${GROUP}/namespaces/${this.name}/kratosidentities`;
  }

  #path(name: string): string {
    return `${this.#collection}/${name}`;
  }
}

/** A resource whose status was written. */
export interface Reported {
  readonly status: NonNullable<KratosIdentity['status']> & { readonly conditions: readonly Condition[] };
}

export function conditionOf(resource: KratosIdentity, type: string): Condition | undefined {
  return resource.status?.conditions?.find((condition) => condition.type === type);
}

export function ready(resource: KratosIdentity): Condition | undefined {
  return conditionOf(resource, 'Ready');
}

/** The id in status; fails where there is none. */
export function idOf(resource: KratosIdentity): string {
  const id = resource.status?.identityId;
  if (id === undefined) throw new Error(`${resource.metadata.name} has no identityId: ${describe(resource)}`);
  return id;
}

function isReported(resource: KratosIdentity): resource is KratosIdentity & Reported {
  const { generation } = resource.metadata;
  return (
    resource.status?.observedGeneration === generation && ready(resource)?.observedGeneration === generation
  );
}

function describe(resource: KratosIdentity | undefined): string {
  if (resource === undefined) return 'absent';
  const { metadata, status } = resource;
  const conditions = (status?.conditions ?? []).map((c) => `${c.type}=${c.status} ${c.reason}: ${c.message}`);
  return `generation ${metadata.generation}, observed ${status?.observedGeneration}; ${conditions.join('; ') || 'no conditions'}`;
}
