import type { KratosIdentity } from '../src/model/generated/kratosidentity.ts';
import type { JsonObject } from '../src/model/json.ts';
import { isSettled } from '../src/model/resource.ts';
import { identitiesIn } from './kube.ts';
import { asResource, describe, type Resources } from './resources.ts';
import { type Sample, tagged } from './samples.ts';
import type { Servers } from './servers.ts';
import type { Timeline } from './timeline.ts';
import { NotSeen, until } from './until.ts';

const STEP_MS = 20_000;

/** How often the operator compares each identity with its resource. */
export const RESYNC_S = 2;

export interface SceneParts {
  readonly timeline: Timeline;
  readonly servers: Servers;
  readonly resources: Resources;
  readonly samples: readonly Sample[];
  /** Ends every wait. */
  readonly signal: AbortSignal;
}

/** What a chapter of the story works with: the servers, what is seen of them, and the words for it. */
export class Scene {
  readonly timeline: Timeline;
  readonly servers: Servers;
  readonly resources: Resources;
  readonly samples: readonly Sample[];
  readonly signal: AbortSignal;

  constructor(parts: SceneParts) {
    this.timeline = parts.timeline;
    this.servers = parts.servers;
    this.resources = parts.resources;
    this.samples = parts.samples;
    this.signal = parts.signal;
  }

  /** Resolves with what `look` finds; rejects with `NotSeen` after 20 s, which tells how `name` is. */
  see<T>(what: string, name: string, look: () => T | undefined | Promise<T | undefined>): Promise<T> {
    const seen = () => describe(name, this.resources.get(name));
    return until(what, look, { withinMs: STEP_MS, signal: this.signal, seen });
  }

  async create(manifest: JsonObject): Promise<KratosIdentity> {
    const { kube, namespace, tag } = this.servers;
    const own = tag === undefined ? manifest : tagged(manifest, tag);
    return asResource(await kube.create(identitiesIn(namespace), own));
  }

  async change(name: string, spec: JsonObject): Promise<KratosIdentity> {
    return asResource(await this.servers.kube.patch(this.#path(name), { spec }));
  }

  async remove(name: string): Promise<void> {
    await this.servers.kube.remove(this.#path(name));
  }

  /** Resolves when the resource, as it is since `written`, is Ready; rejects at once when it is Stalled. */
  settled({ metadata: { name, generation } }: KratosIdentity): Promise<KratosIdentity> {
    return this.see('Ready', name, () => {
      const resource = this.resources.get(name);
      if (resource === undefined || resource.metadata.generation < generation) return undefined;
      const isStalled = resource.status?.conditions?.some(
        ({ type, observedGeneration }) => type === 'Stalled' && observedGeneration === generation,
      );
      if (isStalled) throw new NotSeen(`${name} does not become Ready; seen: ${describe(name, resource)}`);
      return isSettled(resource) ? resource : undefined;
    });
  }

  /** Resolves when there is no such resource any more. */
  async gone(name: string): Promise<void> {
    await this.see('end of the resource', name, () =>
      this.resources.get(name) === undefined ? true : undefined,
    );
  }

  /** The id that the status of a Ready resource names. */
  identityId(name: string): string {
    const id = this.resources.get(name)?.status?.identityId;
    if (id === undefined)
      throw new NotSeen(`no identity id; seen: ${describe(name, this.resources.get(name))}`);
    return id;
  }

  /** The identity of a Ready resource as Kratos has it. */
  async identity(name: string): Promise<JsonObject> {
    const id = this.identityId(name);
    const identity = await this.servers.kratos.read(id);
    if (identity === undefined)
      throw new NotSeen(`Kratos has no identity ${id}, which the status of ${name} names`);
    return identity;
  }

  #path(name: string): string {
    return `${identitiesIn(this.servers.namespace)}/${name}`;
  }
}
