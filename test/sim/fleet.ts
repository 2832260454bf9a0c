import type { Capabilities } from '../../src/model/identity.ts';
import { isObject } from '../../src/model/json.ts';
import { keyOf, readyCondition } from '../../src/model/resource.ts';
import { Queue } from '../../src/queue/queue.ts';
import { Controller } from '../../src/reconcile/controller.ts';
import type { Deps } from '../../src/reconcile/deps.ts';
import { Gate } from '../../src/reconcile/gate.ts';
import { IdentityIndex } from '../../src/reconcile/identity-index.ts';
import { Losses, type MassLoss } from '../../src/reconcile/losses.ts';
import { Slots } from '../../src/reconcile/slots.ts';
import { Canary } from './canary.ts';
import { DrivenClock } from './clock.ts';
import { Effects } from './effects.ts';
import { Front } from './front.ts';
import { SimKratos } from './kratos.ts';
import { SimKube, type SpecInput } from './kube.ts';
import { SimOperator } from './operator.ts';
import { SimWatch } from './watch.ts';

/** One status write: of which resource, and what its Ready condition then says; `forgets` the id. */
interface StatusWrite {
  readonly key: string;
  readonly reason: string | undefined;
  readonly forgets: boolean;
  readonly at: number;
}

/** Many resources, and all of the operator that decides: queue, gate, controller; the two servers in memory, on a driven clock. */
export class Fleet {
  readonly clock = new DrivenClock();
  readonly kube = new SimKube();
  readonly canary = new Canary(this.kube);
  readonly front: Front;
  readonly statusWrites: StatusWrite[] = [];
  /** Monotonic milliseconds of each identity made. */
  readonly creations: number[] = [];
  readonly massLosses: MassLoss[] = [];
  readonly faults: Error[] = [];
  readonly losses: Losses;
  readonly passes: { readonly key: string; readonly at: number }[] = [];
  lost = 0;
  firstLostAt = Number.POSITIVE_INFINITY;
  readonly #stop = new AbortController();

  constructor(has: Capabilities, resyncMs = 600_000) {
    const { clock, kube } = this;
    const server = new SimKratos(has, clock);
    const watch = new SimWatch(kube, (...change) => controller.onChange(...change));
    const operator = new SimOperator(clock, kube, server, new Effects(clock), { cache: watch });
    this.front = new Front(server, () => operator.deps.contact.answered());
    kube.onChanged = (key) => watch.deliver(key);
    let seed = 1;
    const random = () => {
      seed = (seed * 16_807) % 2_147_483_647;
      return seed / 2_147_483_647;
    };
    const queue = new Queue({ clock, random, observer: this.canary.queue });
    const kratos = this.#counted(this.front.port);
    const gate = new Gate({
      kratos,
      clock,
      release: (key, priority) => queue.add(key, priority),
      onChange: (open, why) => this.canary.gated(open, why),
    });
    this.losses = new Losses({
      clock,
      release: (key) => queue.add(key, 'low'),
      onLost: () => {
        this.lost += 1;
        this.firstLostAt = Math.min(this.firstLostAt, clock.monotonic());
      },
      onMassLoss: (loss) => this.massLosses.push(loss),
    });
    const controller: Controller = new Controller({
      ...operator.deps,
      kratos,
      gate,
      losses: this.losses,
      index: new IdentityIndex(kratos, clock),
      resources: this.#told(operator.deps.resources),
      onReleased: () => controller.onReleased(),
      queue,
      slots: new Slots(32),
      resyncMs,
      random,
      onPass: (key, outcome) => {
        this.canary.passed(key, outcome);
        this.passes.push({ key, at: clock.monotonic() });
        if (outcome instanceof Error) this.faults.push(outcome);
      },
      onActive: () => {},
    });
    void gate.run(this.#stop.signal);
    void controller.run(this.#stop.signal);
  }

  /** Applies so many resources, and lets them become ready. */
  async settled(count: number, spec: (index: number) => SpecInput = person): Promise<readonly string[]> {
    const keys = Array.from({ length: count }, (_, index) => `team/p${index}`);
    for (const [index] of keys.entries()) this.kube.apply('team', `p${index}`, spec(index));
    await this.clock.advance(30_000);
    return keys;
  }

  async stop(): Promise<void> {
    this.#stop.abort();
    await this.clock.advance(0);
  }

  /** Another Kratos at the same URL. */
  replace(has: Capabilities): SimKratos {
    this.front.server = new SimKratos(has, this.clock, 1_000_000);
    return this.front.server;
  }

  reasons(): Record<string, number> {
    const counts: Record<string, number> = {};
    for (const resource of this.kube.resources.values()) {
      const reason = readyCondition(resource)?.reason ?? 'none';
      counts[reason] = (counts[reason] ?? 0) + 1;
    }
    return counts;
  }

  /** By key, the ids in status. */
  ids(): Map<string, string | undefined> {
    return new Map([...this.kube.resources].map(([key, { status }]) => [key, status?.identityId]));
  }

  /** The most status writes that one resource got since a moment, without those of a creation. */
  mostWrites(since: number, reason: string): number {
    const counts = new Map<string, number>();
    for (const write of this.statusWrites) {
      if (write.at < since || write.reason !== reason) continue;
      counts.set(write.key, (counts.get(write.key) ?? 0) + 1);
    }
    return Math.max(0, ...counts.values());
  }

  #counted(port: Deps['kratos']): Deps['kratos'] {
    return {
      ...port,
      createIdentity: async (...asked) => {
        const made = await port.createIdentity(...asked);
        this.creations.push(this.clock.monotonic());
        return made;
      },
    };
  }

  #told(resources: Deps['resources']): Deps['resources'] {
    return {
      ...resources,
      patchStatus: async (resource, status) => {
        const after = await resources.patchStatus(resource, status);
        this.statusWrites.push({
          key: keyOf(resource),
          reason:
            isObject(status) && status.conditions !== undefined ? readyCondition(after)?.reason : undefined,
          forgets: status.identityId === null,
          at: this.clock.monotonic(),
        });
        return after;
      },
    };
  }
}

export function person(index: number): SpecInput {
  return { schemaId: 'person', traits: { email: `p${index}@example.org` } };
}
