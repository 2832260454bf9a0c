import { RemoteError } from '../../src/model/errors.ts';
import { Queue } from '../../src/queue/queue.ts';
import { Census } from '../../src/reconcile/census.ts';
import { Controller } from '../../src/reconcile/controller.ts';
import { Slots } from '../../src/reconcile/slots.ts';
import type { Canary } from './canary.ts';
import type { DrivenClock } from './clock.ts';
import { Died, type Effects } from './effects.ts';
import type { SimKratos } from './kratos.ts';
import type { SimKube } from './kube.ts';
import { SimOperator } from './operator.ts';
import { SimWatch } from './watch.ts';

export interface SimWorld {
  readonly clock: DrivenClock;
  readonly kube: SimKube;
  readonly kratos: SimKratos;
  readonly effects: Effects;
  readonly canary: Canary;
}

/**
 * One process with its own watch, the product's queue and its controller. Each of its requests, reads too, waits until it is its turn;
 * a free one waits for nobody and sees every change at once.
 */
export class SimProcess {
  readonly watch: SimWatch;
  readonly operator: SimOperator;
  /** Whatever a pass threw that it may not throw. */
  readonly faults: Error[] = [];
  readonly #census = new Census();
  readonly #stop = new AbortController();
  #waiting: (() => void)[] = [];
  #free = false;

  /** @param isAlone there is no other process that may let a resource go meanwhile */
  constructor(world: SimWorld, isAlone: boolean) {
    const { clock, kube, kratos, effects, canary } = world;
    this.watch = new SimWatch(kube, (...change) => controller.onChange(...change));
    this.operator = new SimOperator(clock, kube, kratos, effects, {
      cache: this.watch,
      census: {
        isNew: (uid) => isAlone && !this.watch.travelled && this.#census.isNew(uid),
        vouchesFor: (uid) => isAlone && !this.watch.travelled && this.#census.vouchesFor(uid),
        tries: (uid) => this.#census.tries(uid),
        letsGo: (uid) => this.#census.letsGo(uid),
        forget: (uid) => this.#census.forget(uid),
      },
      pause: () => this.#turn(),
      onAction: canary.onAction,
    });
    const controller: Controller = new Controller({
      ...this.operator.deps,
      onReleased: () => controller.onReleased(),
      queue: new Queue({ clock, random: () => 0.5, observer: canary.queue }),
      slots: new Slots(2),
      resyncMs: 600_000,
      random: () => 0.5,
      onPass: (key, outcome) => {
        if (!(outcome instanceof Died)) canary.passed(key, outcome);
        if (outcome instanceof Error && !isHarmless(outcome)) this.faults.push(outcome);
      },
      onActive: () => {},
    });
    this.watch.relist();
    this.#census.counted([...world.kube.resources.values()].map(({ metadata }) => metadata.uid));
    void controller.run(this.#stop.signal);
  }

  /** How many requests wait to be sent. */
  get waiting(): number {
    return this.#waiting.length;
  }

  /** Sends one of the waiting requests and lets its pass come to the next. */
  async send(pick = 0): Promise<void> {
    const [one] = this.#waiting.splice(pick % Math.max(1, this.waiting), 1);
    one?.();
    await turn();
  }

  /** Something changed at the API server. */
  changed(): void {
    if (this.#free) this.watch.relist();
  }

  free(isFree: boolean): void {
    this.#free = isFree;
    if (!isFree) return;
    for (const go of this.#waiting.splice(0)) go();
    this.watch.relist();
  }

  kill(): void {
    this.operator.kill();
    this.#stop.abort(new Died());
    this.free(true);
  }

  #turn(): Promise<void> {
    if (this.#free) return Promise.resolve();
    return new Promise((go) => this.#waiting.push(go));
  }
}

/** Lets everything run that waits for nobody. */
export function turn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}

function isHarmless(error: Error): boolean {
  return error instanceof Died || (error instanceof RemoteError && error.code !== 'unexpected');
}
