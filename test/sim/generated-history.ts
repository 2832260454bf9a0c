import { expect } from 'vitest';
import { RemoteError } from '../../src/model/errors.ts';
import type { KratosIdentity, KratosIdentitySpec } from '../../src/model/generated/kratosidentity.ts';
import type { Capabilities, Identity } from '../../src/model/identity.ts';
import { isObject, type JsonValue } from '../../src/model/json.ts';
import { MARK, MARKED_NUMBER } from './canary.ts';
import { KEY, Scenario, THING } from './scenario.ts';

const NEIGHBOUR = 'team/neighbour';

/** What a resource is edited to, and how far the operator comes before the next edit. */
export interface Edit {
  readonly spec: unknown;
  readonly passes: number | 'until quiet';
  /** The process is replaced before it looks. */
  readonly restarts: boolean;
}

/** One resource that lives through edits, beside a neighbour that must not notice. */
export class History {
  readonly scenario: Scenario;
  #neighbour: unknown;

  constructor(has: Capabilities) {
    this.scenario = new Scenario(has);
  }

  async begin(): Promise<void> {
    const { scenario } = this;
    const traits = { email: `${MARK}@example.org`, number: MARKED_NUMBER };
    await scenario.settled({ schemaId: 'person', traits, recovery: { requestId: 'hers' } }, NEIGHBOUR);
    expect(scenario.reason(NEIGHBOUR)).toBe('Synced');
    this.#neighbour = this.#seenOf(NEIGHBOUR);
  }

  async edit({ spec, passes, restarts }: Edit): Promise<void> {
    this.store(spec);
    if (restarts) this.scenario.restart();
    if (passes === 'until quiet') return this.quiet();
    for (let pass = 0; pass < passes; pass += 1) await this.#pass();
  }

  /** Puts a spec there as it is, whatever the schema says of it. */
  store(spec: unknown): void {
    const { kube } = this.scenario;
    if (!kube.resources.has(KEY)) this.scenario.apply(THING);
    kube.edit(KEY, ({ metadata, ...rest }) => ({
      ...rest,
      spec: spec as KratosIdentitySpec,
      metadata: { ...metadata, generation: metadata.generation + 1 },
    }));
  }

  /** Works until nothing more is due; fails when that takes more than some hundred passes, or anything but a `RemoteError` is thrown. */
  async quiet(): Promise<void> {
    await this.scenario.settle();
  }

  async #pass(): Promise<void> {
    try {
      await this.scenario.operator.pass(KEY);
    } catch (error) {
      if (!(error instanceof RemoteError)) throw error;
    }
  }

  get resource(): KratosIdentity {
    return this.scenario.resource();
  }

  /** Nothing was told that may not be, and the neighbour is as it was to the last bit. */
  check(): void {
    this.scenario.canary.check();
    expect(this.#seenOf(NEIGHBOUR)).toStrictEqual(this.#neighbour);
  }

  #seenOf(key: string): unknown {
    const resource = this.scenario.resource(key);
    const identity = this.scenario.kratos.identities.get(resource.status?.identityId ?? '');
    return { resource, identity };
  }

  /** What has come of the resource, but for ids, times and numbers that count the way. */
  outcome(): unknown {
    const { kratos, kube } = this.scenario;
    const { status, metadata, spec } = this.resource;
    const { identityId, conditions, observedGeneration, recovery, ...rest } = status ?? {};
    const identity = kratos.identities.get(identityId ?? '');
    expect(observedGeneration).toBe(metadata.generation);
    return {
      identities: kratos.identities.size,
      identity: identity === undefined ? undefined : contentOf(identity),
      status: rest,
      conditions: conditions?.map(
        ({ lastTransitionTime: _at, observedGeneration: _generation, ...said }) => said,
      ),
      secrets: kube.secretsByName.size,
      link: recovery?.link !== undefined,
      // What remains of an earlier request only keeps it from being served again.
      ...(spec.recovery !== undefined &&
        spec.recovery.requestId === recovery?.requestId && {
          method: recovery.method,
          state: recovery.state,
        }),
    };
  }
}

function contentOf({ id: _id, metadataPublic, ...content }: Identity): unknown {
  return { ...content, metadataPublic: isNothing(metadataPublic) ? null : metadataPublic };
}

/** Kratos holds `{}` where there was something once, and the one without metadata says so in two ways. */
function isNothing(value: JsonValue | undefined): boolean {
  return value === undefined || value === null || (isObject(value) && Object.keys(value).length === 0);
}
