import type { Capabilities, Identity } from '../../src/model/identity.ts';
import { keyOf, readyCondition } from '../../src/model/resource.ts';
import { DrivenClock } from './clock.ts';
import { Effects } from './effects.ts';
import { SimKratos } from './kratos.ts';
import { SimKube, type SpecInput } from './kube.ts';
import { SimLease } from './lease.ts';
import { type Loss, Replica, type ReplicaWorld } from './replica.ts';

export const KEYS = ['team/ada', 'team/bob', 'team/printer'] as const;

/** In place of the number of a replica. */
export const LEADER = 2;

export type ReplicaAction =
  | { readonly do: 'apply'; readonly key: number; readonly team: number }
  | { readonly do: 'delete'; readonly key: number }
  | { readonly do: 'wait'; readonly ms: number }
  /** Somebody keeps meddling in Kratos: every look has something to do, and needs nobody to tell of it. */
  | { readonly do: 'busy'; readonly ms: number }
  /** SIGSTOP, and SIGCONT so much later. */
  | { readonly do: 'freeze'; readonly who: number; readonly ms: number }
  | { readonly do: 'kill' | 'terminate'; readonly who: number }
  | {
      readonly do: 'cut';
      readonly who: number;
      readonly from: 'kube' | 'kratos' | 'both';
      readonly loss: Loss;
      readonly ms: number;
    }
  /** Somebody sets the wall clock of its node. */
  | { readonly do: 'step'; readonly who: number; readonly ms: number };

/** As a kubelet starts a container that ended. */
const RESTART_MS = 2_000;
const MEDDLE_MS = 500;

/** Two replicas with a lease over two servers, and whatever happens to them. What may never be is looked for all the time. */
export class Replicas implements ReplicaWorld {
  readonly clock = new DrivenClock();
  readonly kube = new SimKube();
  readonly kratos: SimKratos;
  readonly effects = new Effects(this.clock);
  readonly lease = new SimLease();
  readonly mayWatch: boolean;
  /** Effects in the order in which they left, each with whose it was. */
  readonly log: { readonly who: string; readonly effect: string; readonly at: number }[] = [];
  readonly lost: string[] = [];
  readonly #trespasses: string[] = [];
  readonly #pair: Replica[] = [];
  #started = 0;

  constructor(has: Capabilities, mayWatch: boolean) {
    this.kratos = new SimKratos(has, this.clock);
    this.mayWatch = mayWatch;
    this.kube.onChanged = () => {
      for (const replica of this.#pair) replica.changed();
    };
    this.#start(0);
    this.#start(1);
  }

  /** An effect leaves its process or comes to its server: the API server must say that it is this process which leads. */
  readonly onEffect = (who: string, effect: string): void => {
    const at = this.clock.monotonic();
    this.log.push({ who, effect, at });
    const { holder } = this.lease;
    if (holder !== who)
      this.#trespasses.push(`${effect} of ${who} at ${at} ms, while ${holder || 'nobody'} holds the lease`);
  };

  /** Either, or whichever leads. */
  replica(who: number): Replica {
    const leader = who === LEADER ? this.#pair.findIndex(({ name }) => name === this.lease.holder) : who;
    const replica = this.#pair[Math.max(0, leader)];
    if (replica === undefined) throw new Error('there are two');
    return replica;
  }

  /** The one that holds the lease, as it sees itself. */
  leader(): Replica | undefined {
    return this.#pair.find(({ elector, isDead }) => elector.isLeader && !isDead);
  }

  async run(actions: readonly ReplicaAction[]): Promise<void> {
    for (const action of actions) {
      this.#do(action);
      if (action.do === 'busy') await this.#busy(action.ms);
      else await this.clock.advance(action.do === 'wait' ? action.ms : 0);
      this.#check();
    }
    for (const replica of this.#pair) {
      replica.cuts.clear();
      if (!replica.isDead) replica.clock.resume();
      replica.changed();
    }
    await this.clock.advance(90_000);
    this.#check();
    this.#checkEnd();
  }

  async #busy(ms: number): Promise<void> {
    for (let passed = 0; passed < ms; passed += MEDDLE_MS) {
      for (const [identity] of KEYS.map((key) => this.kin(key))) {
        if (identity === undefined) continue;
        this.kratos.edit(identity.id, { traits: { ...identity.traits, team: 'theirs' } });
      }
      await this.clock.advance(MEDDLE_MS);
    }
  }

  #do(action: ReplicaAction): void {
    switch (action.do) {
      case 'apply': {
        const key = KEYS[action.key % KEYS.length] ?? KEYS[0];
        const [namespace = '', name = ''] = key.split('/');
        const { deletionTimestamp } = this.kube.resources.get(key)?.metadata ?? {};
        if (deletionTimestamp === undefined) this.kube.apply(namespace, name, specOf(key, action.team));
        return;
      }
      case 'delete': {
        const key = KEYS[action.key % KEYS.length] ?? KEYS[0];
        if (this.kube.resources.has(key)) this.kube.delete(key);
        return;
      }
      case 'wait':
      case 'busy':
        return;
      case 'freeze':
        this.#freeze(this.replica(action.who), action.ms);
        return;
      case 'kill':
        this.#kill(this.replica(action.who));
        return;
      case 'terminate':
        void this.replica(action.who).terminate();
        return;
      case 'cut':
        this.#cut(this.replica(action.who), action);
        return;
      case 'step':
        this.replica(action.who).clock.step(action.ms);
    }
  }

  #freeze(replica: Replica, ms: number): void {
    replica.clock.stop();
    this.clock.after(ms, () => {
      if (replica.isDead) return;
      replica.clock.resume();
      replica.changed();
    });
  }

  #kill(replica: Replica): void {
    replica.kill();
    this.#restart(this.#pair.indexOf(replica));
  }

  #cut(replica: Replica, { from, loss, ms }: Extract<ReplicaAction, { do: 'cut' }>): void {
    const servers = from === 'both' ? (['kube', 'kratos'] as const) : [from];
    for (const server of servers) replica.cuts.set(server, loss);
    this.clock.after(ms, () => {
      for (const server of servers) replica.cuts.delete(server);
      replica.changed();
    });
  }

  #start(slot: number): void {
    this.#started += 1;
    const replica = new Replica(this, `${slot}-${this.#started}`);
    this.#pair[slot] = replica;
    void replica.ended.then((how) => {
      if (how === 'lost') this.lost.push(replica.name);
      this.#restart(slot);
    });
  }

  #restart(slot: number): void {
    const gone = this.#pair[slot];
    this.clock.after(RESTART_MS, () => {
      if (this.#pair[slot] === gone) this.#start(slot);
    });
  }

  #check(): void {
    const [trespass] = this.#trespasses;
    if (trespass !== undefined) throw new Error(trespass);
    for (const key of KEYS) {
      const { length } = this.kin(key);
      if (length > 1) throw new Error(`${length} identities of ${key}`);
    }
    for (const { faults } of this.#pair) {
      const [fault] = faults;
      if (fault !== undefined) throw fault;
    }
  }

  /** One identity for each resource, and none for those that are gone. */
  #checkEnd(): void {
    if (this.leader() === undefined) throw new Error('nobody leads');
    for (const key of KEYS) {
      const resource = this.kube.resources.get(key);
      const [identity] = this.kin(key);
      if (resource === undefined) {
        if (identity !== undefined) throw new Error(`${key} is gone, its identity is not`);
        continue;
      }
      const ready = readyCondition(resource);
      if (ready?.status !== 'True') throw new Error(`${keyOf(resource)} is ${ready?.reason ?? 'unseen'}`);
      if (identity?.id !== resource.status?.identityId) throw new Error(`${key} does not name its identity`);
      if (identity?.traits.team !== resource.spec.traits.team) throw new Error(`${key} is out of step`);
    }
  }

  kin(key: string): Identity[] {
    return [...this.kratos.identities.values()].filter(({ traits }) => traits.of === key);
  }
}

/** Two that a login protects, and one that nothing does. */
function specOf(key: string, team: number): SpecInput {
  const traits = { of: key, team };
  if (key === 'team/printer') return { schemaId: 'thing', traits };
  return { schemaId: 'person', traits: { ...traits, email: `${key.replace('/', '.')}@example.org` } };
}
