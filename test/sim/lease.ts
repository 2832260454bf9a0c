import type { CallWithBody } from '../../src/kube/client.ts';
import { RemoteError } from '../../src/model/errors.ts';
import type { JsonObject } from '../../src/model/json.ts';

interface Stored {
  readonly version: number;
  readonly spec: JsonObject;
}

/** One Lease in the API server's memory, with optimistic locking. */
export class SimLease {
  #stored: Stored | undefined;
  readonly #watchers = new Set<() => void>();

  get holder(): string {
    const holder = this.#stored?.spec.holderIdentity;
    return typeof holder === 'string' ? holder : '';
  }

  get transitions(): number {
    return Number(this.#stored?.spec.leaseTransitions ?? 0);
  }

  get(): JsonObject {
    if (this.#stored === undefined) throw refused('GET leases', 'notFound', 404);
    return this.object();
  }

  create({ body }: CallWithBody): JsonObject {
    if (this.#stored !== undefined) throw refused('POST leases', 'conflict', 409);
    return this.#store(body as JsonObject);
  }

  replace({ body }: CallWithBody): JsonObject {
    const wanted = (body as { readonly metadata: { readonly resourceVersion: string } }).metadata;
    if (wanted.resourceVersion !== `v${this.#stored?.version}`) throw refused('PUT leases', 'conflict', 409);
    return this.#store(body as JsonObject);
  }

  /** Told of every change from now on; the answer ends that. */
  onChange(tell: () => void): () => void {
    this.#watchers.add(tell);
    return () => this.#watchers.delete(tell);
  }

  object(): JsonObject {
    return structuredClone({
      apiVersion: 'coordination.k8s.io/v1',
      kind: 'Lease',
      metadata: {
        namespace: 'ops',
        name: 'operator',
        uid: 'lease',
        resourceVersion: `v${this.#stored?.version}`,
      },
      spec: this.#stored?.spec ?? {},
    });
  }

  #store(body: JsonObject): JsonObject {
    this.#stored = {
      version: (this.#stored?.version ?? 0) + 1,
      spec: structuredClone(body.spec) as JsonObject,
    };
    for (const tell of this.#watchers) tell();
    return this.object();
  }
}

function refused(operation: string, code: 'notFound' | 'conflict', status: number): RemoteError {
  return new RemoteError(operation, { code, outcome: 'none', status });
}
