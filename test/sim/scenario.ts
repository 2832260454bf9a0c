import type { KratosIdentity } from '../../src/model/generated/kratosidentity.ts';
import type { Capabilities, Identity } from '../../src/model/identity.ts';
import { keyOf } from '../../src/model/resource.ts';
import { Canary } from './canary.ts';
import { DrivenClock } from './clock.ts';
import { Died, Effects } from './effects.ts';
import { SimKratos } from './kratos.ts';
import { SimKube, type SpecInput } from './kube.ts';
import { SimOperator, type SimOptions } from './operator.ts';

export const KEY = 'team/ada';
export const PERSON: SpecInput = { schemaId: 'person', traits: { email: 'ada@example.org', name: 'Ada' } };
export const THING: SpecInput = { schemaId: 'thing', traits: { label: 'printer' } };

/** Two servers, a clock and one process of the operator, told what happens in the order in which it happens. */
export class Scenario {
  readonly clock = new DrivenClock();
  readonly kube = new SimKube();
  readonly kratos: SimKratos;
  readonly effects: Effects;
  /** Hears whatever the operator says here. */
  readonly canary = new Canary(this.kube);
  readonly #options: SimOptions;
  operator: SimOperator;

  constructor(has: Capabilities, options: SimOptions = {}, lateMs?: number) {
    this.kratos = new SimKratos(has, this.clock);
    this.effects = new Effects(this.clock, lateMs);
    this.#options = options;
    this.operator = this.start();
  }

  /** Another process over the same two servers. */
  start(options = this.#options): SimOperator {
    const { onAction } = this.canary;
    const onPass: SimOptions['onPass'] = (key, outcome) => this.canary.passed(key, outcome);
    return new SimOperator(this.clock, this.kube, this.kratos, this.effects, {
      onAction,
      onPass,
      ...options,
    });
  }

  restart(options = this.#options): void {
    this.operator.kill();
    this.operator = this.start(options);
  }

  apply(spec: SpecInput, key = KEY): KratosIdentity {
    const [namespace = '', name = ''] = key.split('/');
    return this.kube.apply(namespace, name, spec);
  }

  /** Works until nothing is due any more; answers false when the process died over it. */
  async run(): Promise<boolean> {
    try {
      await this.operator.run();
      return true;
    } catch (error) {
      if (error instanceof Died) return false;
      throw error;
    }
  }

  /** Works until all is quiet, with a new process for every one that dies, and again once all that was late has come. */
  async settle(): Promise<void> {
    while (!(await this.run())) this.restart();
    await this.clock.advance(20_000);
    while (!(await this.run())) this.restart();
  }

  /** Applies a resource and works until it is in step. */
  async settled(spec: SpecInput, key = KEY): Promise<KratosIdentity> {
    this.apply(spec, key);
    await this.settle();
    return this.kube.get(key);
  }

  /** Takes a resource away altogether, as a restore without it would: the identity stays. */
  orphan(key = KEY): void {
    this.kube.resources.delete(key);
  }

  resource(key = KEY): KratosIdentity {
    return this.kube.get(key);
  }

  exists(key = KEY): boolean {
    return this.kube.resources.has(key);
  }

  condition(type = 'Ready', key = KEY) {
    return this.resource(key).status?.conditions?.find((condition) => condition.type === type);
  }

  reason(key = KEY): string | undefined {
    return this.condition('Ready', key)?.reason;
  }

  identities(): Identity[] {
    return [...this.kratos.identities.values()];
  }

  /** The one identity there is. */
  only(): Identity {
    const [identity, ...others] = this.identities();
    if (identity === undefined || others.length > 0)
      throw new Error(`${this.kratos.identities.size} identities`);
    return identity;
  }

  events(): string[] {
    return this.kube.events.map(({ regarding, reason }) => `${keyOf(regarding)} ${reason}`);
  }
}
