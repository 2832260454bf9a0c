import { RemoteError } from '../../src/model/errors.ts';
import type { Identity } from '../../src/model/identity.ts';
import type { KratosView, Settings } from '../../src/model/world.ts';
import { Contact } from '../../src/reconcile/contact.ts';
import type { Deps } from '../../src/reconcile/deps.ts';
import { IdentityIndex } from '../../src/reconcile/identity-index.ts';
import { Memory } from '../../src/reconcile/memory.ts';
import { type PassResult, runPass } from '../../src/reconcile/pass.ts';
import type { Kratos, Resources, Secrets } from '../../src/reconcile/ports.ts';
import type { DrivenClock } from './clock.ts';
import type { SimKratos } from './kratos.ts';
import { PERSON_SCHEMA } from './kratos.ts';
import type { SimKube } from './kube.ts';

/** What happens to one external effect of a scenario. */
export type Fault =
  /** The process dies before the request leaves. */
  | 'dies before'
  /** The server carries it out, the process dies before the answer. */
  | 'dies after'
  /** The server carries it out, the answer is lost, the process lives. */
  | 'answer lost'
  /** The process gives up waiting; the server carries it out later. */
  | 'carried out late';

export class Died extends Error {}

/** Numbers every external effect of all processes of one scenario, and disturbs one of them. */
export class Effects {
  count = 0;
  readonly log: string[] = [];
  readonly #at: number;
  readonly #fault: Fault | undefined;
  readonly #clock: DrivenClock;
  readonly #lateMs: number;

  constructor(clock: DrivenClock, at = -1, fault?: Fault, lateMs = 9_000) {
    this.#clock = clock;
    this.#at = at;
    this.#fault = fault;
    this.#lateMs = lateMs;
  }

  run<T>(name: string, effect: () => T, die: () => void): T {
    this.count += 1;
    this.log.push(name);
    if (this.count !== this.#at || this.#fault === undefined) return effect();
    switch (this.#fault) {
      case 'dies before':
        die();
        throw new Died();
      case 'dies after':
        effect();
        die();
        throw new Died();
      case 'answer lost':
        effect();
        throw lost(name);
      case 'carried out late':
        this.#clock.after(this.#lateMs, () => {
          try {
            effect();
          } catch {
            // What the server refuses late, nobody hears.
          }
        });
        throw lost(name);
    }
  }
}

function lost(name: string): RemoteError {
  return new RemoteError(name, { code: 'unavailable', outcome: 'unknown' });
}

export const SETTINGS: Settings = {
  ownerId: 'cluster-a',
  recoveryOutput: undefined,
  recoveryMaxTtlMs: 24 * 3_600_000,
};

export interface SimOptions {
  readonly settings?: Settings;
  readonly view?: () => KratosView;
  /** Whether identity schemas can be read. */
  readonly schemas?: boolean;
}

/** One process of the operator: fresh memory over the same two servers. Dead, it can do nothing any more. */
export class SimOperator {
  readonly deps: Deps;
  readonly released: string[] = [];
  #dead = false;
  readonly #due = new Map<string, number>();
  readonly #clock: DrivenClock;
  readonly #kube: SimKube;

  constructor(
    clock: DrivenClock,
    kube: SimKube,
    kratos: SimKratos,
    effects: Effects,
    options: SimOptions = {},
  ) {
    this.#clock = clock;
    this.#kube = kube;
    const contact = new Contact(clock);
    const sinceLease = contact.mark();
    const guard = <T>(effect: string | undefined, call: () => T): Promise<T> => {
      if (this.#dead) return Promise.reject(new Died());
      try {
        const die = () => {
          this.#dead = true;
        };
        const answer = effect === undefined ? call() : effects.run(effect, call, die);
        return Promise.resolve(answer);
      } catch (error) {
        return Promise.reject(error);
      }
    };
    const ported = kratosPort(kratos, guard, () => contact.answered(), options.schemas ?? true);
    this.deps = {
      kratos: ported,
      resources: resourcesPort(kube, guard),
      secrets: secretsPort(kube, guard),
      events: { publish: (event) => kube.events.push(event) },
      cache: kube.cache,
      leadership: {
        assertHeld: () => {
          if (this.#dead) throw new Died();
        },
      },
      clock,
      gate: {
        view: options.view ?? (() => ({ open: true, has: kratos.has })),
        park: () => {},
        succeeded: () => {},
        failed: () => Promise.resolve(),
      },
      index: new IdentityIndex(ported, clock),
      memory: new Memory(),
      contact,
      sinceLease,
      settings: options.settings ?? SETTINGS,
      onAction: () => {},
      onReleased: () => {},
    };
    contact.answered();
  }

  pass(key: string): Promise<PassResult> {
    return runPass(this.deps, key);
  }

  kill(): void {
    this.#dead = true;
  }

  /** Passes over every resource until nothing more is due within the hour; throws `Died` when the process ends. */
  async run(limit = 400): Promise<void> {
    for (const key of this.#kube.resources.keys()) this.#due.set(key, this.#clock.monotonic());
    for (let passes = 0; passes < limit; passes += 1) {
      const next = [...this.#due].sort(([, a], [, b]) => a - b)[0];
      if (next === undefined) return;
      const [key, at] = next;
      await this.#clock.advance(Math.max(0, at - this.#clock.monotonic()));
      this.#due.delete(key);
      await this.#one(key);
    }
    throw new Error(`not quiet after ${limit} passes`);
  }

  async #one(key: string): Promise<void> {
    try {
      const { requeue } = await this.pass(key);
      if (requeue.kind === 'none') return;
      const ms = requeue.kind === 'after' ? requeue.ms : 1_000;
      this.#due.set(key, this.#clock.monotonic() + ms);
    } catch (error) {
      if (error instanceof Died) throw error;
      this.#due.set(key, this.#clock.monotonic() + 1_000);
    }
  }
}

type Guard = <T>(effect: string | undefined, call: () => T) => Promise<T>;

function kratosPort(kratos: SimKratos, guard: Guard, answered: () => void, schemas: boolean): Kratos {
  const ask = async <T>(effect: string | undefined, call: () => T): Promise<T> => {
    try {
      const answer = await guard(effect, call);
      answered();
      return answer;
    } catch (error) {
      if (error instanceof RemoteError && error.outcome === 'none') answered();
      throw error;
    }
  };
  return {
    probe: () => ask(undefined, () => kratos.has),
    ready: () => ask(undefined, () => undefined),
    createIdentity: (_has, wanted) => ask('create', () => kratos.create(wanted)),
    getIdentity: (_has, id) => ask(undefined, () => kratos.get(id)),
    getIdentityByExternalId: (_has, id) => ask(undefined, () => kratos.byExternalId(id)),
    findByIdentifier: (_has, value) => ask(undefined, () => kratos.byIdentifier(value)),
    async *listIdentities(): AsyncGenerator<readonly Identity[]> {
      kratos.walks += 1;
      yield await ask(undefined, () => [...kratos.identities.values()]);
    },
    updateIdentity: (_has, current, change) => ask('update', () => kratos.update(current, change)),
    deleteIdentity: (_has, id) => ask('delete', () => kratos.delete(id)),
    endSessions: (_has, id) => ask('end sessions', () => kratos.endSessions(id)),
    createRecoveryLink: (_has, id, s) => ask('mint', () => kratos.mint('Link', id, s)),
    createRecoveryCode: (_has, id, s) => ask('mint', () => kratos.mint('Code', id, s)),
    getSchema: (_has, id) => ask(undefined, () => (schemas && id === 'person' ? PERSON_SCHEMA : undefined)),
  };
}

function resourcesPort(kube: SimKube, guard: Guard): Resources {
  return {
    read: (key) => guard(undefined, () => kube.get(key)),
    setFinalizers: (resource, finalizers) => guard('finalizers', () => kube.setFinalizers(resource, finalizers)),
    patchStatus: (resource, status) => guard('status', () => kube.patchStatus(resource, status)),
  };
}

function secretsPort(kube: SimKube, guard: Guard): Secrets {
  return {
    read: (namespace, name) => guard(undefined, () => kube.readSecret(namespace, name)),
    create: (secret) => guard('create secret', () => kube.createSecret(secret)),
    delete: (namespace, name, uid) => guard('delete secret', () => kube.deleteSecret(namespace, name, uid)),
  };
}
