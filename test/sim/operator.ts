import type { Clock } from '../../src/model/clock.ts';
import { RemoteError, toError } from '../../src/model/errors.ts';
import type { KratosView, Settings } from '../../src/model/world.ts';
import { Census } from '../../src/reconcile/census.ts';
import { Contact } from '../../src/reconcile/contact.ts';
import type { Deps } from '../../src/reconcile/deps.ts';
import { IdentityIndex } from '../../src/reconcile/identity-index.ts';
import { Losses } from '../../src/reconcile/losses.ts';
import { Memory } from '../../src/reconcile/memory.ts';
import { type PassResult, runPass } from '../../src/reconcile/pass.ts';
import type { Cache, Leadership } from '../../src/reconcile/ports.ts';
import type { DrivenClock } from './clock.ts';
import { Died, type Effects } from './effects.ts';
import type { SimKratos } from './kratos.ts';
import type { SimKube } from './kube.ts';
import { kratosPort, resourcesPort, secretsPort } from './ports.ts';

export const SETTINGS: Settings = {
  ownerId: 'cluster-a',
  recoveryOutput: undefined,
  recoveryMaxTtlMs: 24 * 3_600_000,
};

/** @param effect its name, where the request has one */
export type Carry = <T>(to: 'kube' | 'kratos', effect: string | undefined, send: () => T) => Promise<T>;

export interface SimOptions {
  readonly settings?: Settings;
  readonly view?: () => KratosView;
  /** Whether identity schemas can be read. */
  readonly schemas?: boolean;
  /** The watch's cache, where it is not the common one. */
  readonly cache?: Cache;
  /** What it may know without a look; by default everything that its cache showed at its start. */
  readonly census?: Deps['census'];
  /** Lets others run before each request; told the effect, where it has one. */
  readonly pause?: (effect: string | undefined) => Promise<void>;
  /** Carries one request to its server, and the answer back; by default at once. */
  readonly carry?: Carry;
  /** Its own, where it is not the common one. */
  readonly clock?: Clock;
  /** By default it leads for as long as it lives. */
  readonly leadership?: Leadership;
  /** Told of every pass, and of what it did. */
  readonly onPass?: (key: string, outcome: PassResult | Error) => void;
  readonly onAction?: Deps['onAction'];
}

/** One process of the operator: fresh memory over the same two servers. Dead, it can do nothing any more. */
export class SimOperator {
  readonly deps: Deps;
  readonly released: string[] = [];
  #dead = false;
  /** Right before each effect the lease is looked at, with nothing awaited in between. */
  #lookedAtLease = false;
  readonly #due = new Map<string, number>();
  readonly #clock: DrivenClock;
  readonly #kube: SimKube;
  readonly #onPass: (key: string, outcome: PassResult | Error) => void;

  constructor(
    clock: DrivenClock,
    kube: SimKube,
    kratos: SimKratos,
    effects: Effects,
    options: SimOptions = {},
  ) {
    this.#clock = clock;
    this.#kube = kube;
    const own = options.clock ?? clock;
    const contact = new Contact(own);
    const sinceLease = contact.mark();
    const die = () => this.kill();
    const guard =
      (to: 'kube' | 'kratos') =>
      async <T>(effect: string | undefined, call: () => T) => {
        if (effect !== undefined && !this.#lookedAtLease)
          throw new Error(`${effect} without a look at the lease`);
        this.#lookedAtLease = false;
        await options.pause?.(effect);
        if (this.#dead) throw new Died();
        const send = () => (effect === undefined ? call() : effects.run(effect, call, die));
        return options.carry === undefined ? send() : options.carry(to, effect, send);
      };
    const ported = kratosPort(kratos, guard('kratos'), () => contact.answered(), options.schemas ?? true);
    this.deps = {
      kratos: ported,
      resources: resourcesPort(kube, guard('kube')),
      secrets: secretsPort(kube, guard('kube')),
      events: { publish: (event) => kube.events.push(event) },
      cache: options.cache ?? kube.cache,
      leadership: {
        assertHeld: () => {
          if (this.#dead) throw new Died();
          options.leadership?.assertHeld();
          this.#lookedAtLease = true;
          // Whatever is awaited between this look and its effect is time in which the lease can be lost.
          queueMicrotask(() => {
            this.#lookedAtLease = false;
          });
        },
      },
      clock: own,
      gate: {
        view: options.view ?? (() => ({ open: true, has: kratos.has })),
        park: () => {},
        succeeded: () => {},
        failed: () => Promise.resolve(),
        recheck: () => Promise.resolve(),
      },
      index: new IdentityIndex(ported, own),
      memory: new Memory(),
      slots: { aside: (shared) => shared() },
      census: options.census ?? censusOf(kube),
      losses: new Losses({
        clock,
        release: (key) => this.#due.set(key, clock.monotonic()),
        onLost: () => {},
        onMassLoss: () => {},
      }),
      contact,
      sinceLease,
      settings: options.settings ?? SETTINGS,
      onAction: options.onAction ?? (() => {}),
      onReleased: () => {},
    };
    this.#onPass = options.onPass ?? (() => {});
    if (!kratos.isFrozen) contact.answered();
  }

  async pass(key: string): Promise<PassResult> {
    try {
      const result = await runPass(this.deps, key);
      this.#onPass(key, result);
      return result;
    } catch (thrown) {
      // A process that is dead tells nothing any more.
      if (!this.#dead) this.#onPass(key, toError(thrown));
      throw thrown;
    }
  }

  get isDead(): boolean {
    return this.#dead;
  }

  kill(): void {
    this.#dead = true;
  }

  /** Passes over every resource until nothing more is due; throws `Died` when the process ends. */
  async run(limit = 400): Promise<void> {
    if (!(await this.#work(Number.POSITIVE_INFINITY, limit)))
      throw new Error(`not quiet after ${limit} passes`);
  }

  /** Works for so long, whether or not anything comes of it. */
  async runFor(ms: number): Promise<void> {
    const end = this.#clock.monotonic() + ms;
    await this.#work(end, 400);
    await this.#clock.advance(end - this.#clock.monotonic());
  }

  async #work(end: number, limit: number): Promise<boolean> {
    for (const key of this.#kube.resources.keys()) this.#due.set(key, this.#clock.monotonic());
    for (let passes = 0; passes < limit; passes += 1) {
      const next = [...this.#due].sort(([, a], [, b]) => a - b)[0];
      if (next === undefined || next[1] > end) return true;
      const [key, at] = next;
      await this.#clock.advance(Math.max(0, at - this.#clock.monotonic()));
      this.#due.delete(key);
      await this.#one(key);
    }
    return false;
  }

  async #one(key: string): Promise<void> {
    try {
      const { requeue } = await this.pass(key);
      if (requeue.kind === 'none') return;
      const ms = requeue.kind === 'after' ? requeue.ms : 1_000;
      this.#due.set(key, this.#clock.monotonic() + ms);
    } catch (error) {
      if (!(error instanceof RemoteError)) throw error;
      this.#due.set(key, this.#clock.monotonic() + 1_000);
    }
  }
}

/** A cache that is behind from the start is no list made after the lease was won. */
function censusOf(kube: SimKube): Census {
  const census = new Census();
  if (!kube.isCacheFrozen) census.counted([...kube.resources.values()].map(({ metadata }) => metadata.uid));
  return census;
}
