import { Limit } from '../../src/http/limit.ts';
import { LeaseElector, type LeaseOptions } from '../../src/kube/lease.ts';
import { sleep } from '../../src/model/clock.ts';
import { RemoteError } from '../../src/model/errors.ts';
import { Queue } from '../../src/queue/queue.ts';
import { Census } from '../../src/reconcile/census.ts';
import { Controller } from '../../src/reconcile/controller.ts';
import { Slots } from '../../src/reconcile/slots.ts';
import type { DrivenClock } from './clock.ts';
import type { Effects } from './effects.ts';
import type { SimKratos } from './kratos.ts';
import type { SimKube } from './kube.ts';
import type { SimLease } from './lease.ts';
import { SimOperator } from './operator.ts';
import { ProcessClock } from './process-clock.ts';
import { SimWatch } from './watch.ts';

export interface ReplicaWorld {
  readonly clock: DrivenClock;
  readonly kube: SimKube;
  readonly kratos: SimKratos;
  readonly effects: Effects;
  readonly lease: SimLease;
  /** Whether a standby may watch the lease. */
  readonly mayWatch: boolean;
  /** Told of each effect as it leaves its process, and as its server carries it out. */
  readonly onEffect: (who: string, effect: string) => void;
}

type Server = 'kube' | 'kratos';
/** What becomes of a request: lost before it arrives, or carried out and its answer lost. */
export type Loss = 'before' | 'after';

/** Milliseconds for each way. */
const LATENCY = { kube: 15, kratos: 25 };
const DEADLINE_MS = 10_000;
const QUIET = {
  added: () => {},
  retried: () => {},
  started: () => {},
  finished: () => {},
  depth: () => {},
};
const NEVER = new Promise<never>(() => {});

/**
 * One whole process: the product's elector, queue and controller, over a network that takes time and may lose, and a clock that may be
 * stopped. It ends when its lease is lost, as the product's process does.
 */
export class Replica {
  readonly name: string;
  readonly clock: ProcessClock;
  readonly elector: LeaseElector;
  /** Whatever a pass threw that it may not throw. */
  readonly faults: Error[] = [];
  readonly ended: Promise<'lost' | 'stopped'>;
  readonly cuts = new Map<Server, Loss>();
  readonly #world: ReplicaWorld;
  readonly #watch: SimWatch;
  readonly #stopping = new AbortController();
  readonly #end = Promise.withResolvers<'lost' | 'stopped'>();
  #controller: Controller | undefined;
  #working: Promise<void> = Promise.resolve();
  #isDead = false;

  constructor(world: ReplicaWorld, name: string) {
    this.#world = world;
    this.name = name;
    this.clock = new ProcessClock(world.clock);
    this.ended = this.#end.promise;
    this.elector = new LeaseElector({
      client: this.#leaseClient(),
      watches: this.#leaseWatches(),
      namespace: 'ops',
      name: 'operator',
      identity: name,
      clock: this.clock,
      random: () => 0.5,
      failed: () => {},
    });
    this.#watch = new SimWatch(world.kube, (...change) => this.#controller?.onChange(...change));
    void this.elector.lost.then(() => this.#exit('lost'));
    void this.#lead();
  }

  get isDead(): boolean {
    return this.#isDead;
  }

  /** Something changed at the API server. */
  changed(): void {
    if (!this.#isDead && !this.clock.isStopped && !this.cuts.has('kube')) this.#watch.relist();
  }

  /** Nothing of it goes on, ever. */
  kill(): void {
    this.#isDead = true;
    this.clock.stop();
  }

  /** SIGTERM: finishes what is under way, gives the lease up, ends. */
  async terminate(): Promise<void> {
    this.#stopping.abort(new Error('stopping'));
    await this.#working;
    await this.elector.release();
    this.#exit('stopped');
  }

  #exit(how: 'lost' | 'stopped'): void {
    if (this.#isDead) return;
    this.kill();
    this.#end.resolve(how);
  }

  async #lead(): Promise<void> {
    const { signal } = this.#stopping;
    try {
      await this.elector.acquire(signal);
    } catch {
      return;
    }
    const census = new Census();
    this.#controller = this.#build(census);
    this.#watch.relist();
    census.counted([...this.#watch.keys()].flatMap((key) => this.#watch.get(key)?.metadata.uid ?? []));
    for (const key of this.#watch.keys()) this.#controller.onChange(key, undefined, this.#watch.get(key));
    this.#working = this.#controller.run(signal);
  }

  #build(census: Census): Controller {
    const { clock, kube, kratos, effects } = this.#world;
    const operator = new SimOperator(clock, kube, kratos, effects, {
      cache: this.#watch,
      census,
      clock: this.clock,
      leadership: this.elector,
      carry: (to, effect, send) => this.#carry(to, effect, send),
    });
    const controller: Controller = new Controller({
      ...operator.deps,
      onReleased: () => controller.onReleased(),
      queue: new Queue({ clock: this.clock, random: () => 0.5, observer: QUIET }),
      slots: new Slots(2),
      // Often, so that one that is cut off from the API server has something to do.
      resyncMs: 3_000,
      random: () => 0.5,
      onPass: (_, outcome) => {
        if (outcome instanceof Error && !isHarmless(outcome)) this.faults.push(outcome);
      },
      onActive: () => {},
    });
    return controller;
  }

  #carry<T>(to: Server, effect: string | undefined, send: () => T): Promise<T> {
    const { onEffect } = this.#world;
    const tell = () => {
      if (effect !== undefined) onEffect(this.name, effect);
    };
    return this.#exchange({ to, isEffect: effect !== undefined, deadlineMs: DEADLINE_MS }, tell, () => {
      tell();
      return send();
    });
  }

  /** One request and its answer. A stopped process neither sends nor hears, but the network goes on. */
  async #exchange<T>(
    how: { to: Server; isEffect: boolean; deadlineMs: number; signal?: AbortSignal | undefined },
    leaves: () => void,
    arrives: () => T,
  ): Promise<T> {
    const { to, isEffect, deadlineMs, signal } = how;
    const limit = new Limit(this.clock, deadlineMs, signal);
    const work = async () => {
      await this.clock.running();
      // As both clients do, right before the socket.
      if (isEffect) this.elector.assertHeld();
      if (limit.cause !== undefined) return NEVER;
      leaves();
      const answer = await this.#travel(to, arrives);
      await this.clock.running();
      return answer();
    };
    try {
      return await limit.race(work());
    } catch (thrown) {
      if (limit.cause === undefined) throw thrown;
      const code = limit.cause === 'aborted' ? 'aborted' : 'unavailable';
      throw new RemoteError('request', { code, outcome: isEffect ? 'unknown' : 'none' });
    } finally {
      limit.release();
    }
  }

  async #travel<T>(to: Server, arrives: () => T): Promise<() => T> {
    const { clock } = this.#world;
    await sleep(clock, LATENCY[to]);
    if (this.cuts.get(to) === 'before') return NEVER;
    const answer = attempt(arrives);
    await sleep(clock, LATENCY[to]);
    return this.cuts.has(to) ? NEVER : answer;
  }

  #leaseClient(): LeaseOptions['client'] {
    const { lease } = this.#world;
    const ask = <C extends { deadlineMs?: number; signal?: AbortSignal }, T>(call: C, arrives: () => T) =>
      this.#exchange(
        { to: 'kube', isEffect: false, deadlineMs: call.deadlineMs ?? DEADLINE_MS, signal: call.signal },
        () => {},
        arrives,
      );
    return {
      get: (call) => ask(call, () => lease.get()),
      create: (call) => ask(call, () => lease.create(call)),
      replace: (call) => ask(call, () => lease.replace(call)),
    };
  }

  #leaseWatches(): LeaseOptions['watches'] {
    const { lease, mayWatch, clock } = this.#world;
    return {
      watch: async ({ signal }) => {
        await this.#exchange(
          { to: 'kube', isEffect: false, deadlineMs: DEADLINE_MS, signal },
          () => {},
          () => {
            if (!mayWatch)
              throw new RemoteError('WATCH leases', { code: 'denied', outcome: 'none', status: 403 });
          },
        );
        const news: Uint8Array[] = [];
        let wake = () => {};
        let isOpen = true;
        const forget = lease.onChange(() => {
          const line = Buffer.from(`${JSON.stringify({ type: 'MODIFIED', object: lease.object() })}\n`);
          clock.after(LATENCY.kube, () => {
            if (this.cuts.has('kube')) return;
            news.push(line);
            wake();
          });
        });
        const close = () => {
          isOpen = false;
          forget();
          wake();
        };
        signal?.addEventListener('abort', close, { once: true });
        const { clock: own } = this;
        async function* body(): AsyncGenerator<Uint8Array> {
          while (isOpen) {
            const line = news.shift();
            if (line === undefined) await new Promise<void>((resolve) => (wake = resolve));
            else {
              await own.running();
              yield line;
            }
          }
        }
        return { status: 200, headers: {}, body: body(), close };
      },
    };
  }
}

function attempt<T>(call: () => T): () => T {
  try {
    const answer = call();
    return () => answer;
  } catch (error) {
    return () => {
      throw error;
    };
  }
}

function isHarmless(error: Error): boolean {
  return error instanceof RemoteError && error.code !== 'unexpected';
}
