import { until } from '../servers/wait.ts';
import { allWritesOf, type Write } from './audit.ts';
import { type Cluster, OPERATOR_USER } from './cluster.ts';
import { idOf, type Namespace } from './namespace.ts';
import { Operator } from './operator.ts';
import { ReverseProxy, type Seen } from './proxy.ts';
import { type OwnKratos, operatorFlags } from './stage.ts';
import { TcpProxy } from './tcp-proxy.ts';

/** What is done to a leader. */
export const ENDINGS = ['stopped', 'blocked', 'killed', 'cut off', 'asked to end'] as const;
export type Ending = (typeof ENDINGS)[number];

const SIGNALS: Readonly<Record<Exclude<Ending, 'cut off'>, NodeJS.Signals>> = {
  stopped: 'SIGSTOP',
  blocked: 'SIGUSR2',
  killed: 'SIGKILL',
  'asked to end': 'SIGTERM',
};
/** With what exit code each ends. */
export const CODES: Readonly<Record<Ending, number | null>> = {
  stopped: 1,
  blocked: 1,
  killed: null,
  'cut off': 1,
  'asked to end': 0,
};

/** How the lease went from one process to the other. */
export interface TakeOver {
  readonly how: Ending;
  /** Seconds from the old leader's last write of the lease to the new one's first, by the API server's clock. */
  readonly seconds: number;
  /** Exit code of the old leader; `null` for one that was killed. */
  readonly code: number | null;
  /**
   * What the old leader wrote to the API server after the new one had the lease. Events tell, they do not do; and a renewal that the API
   * server refuses is how it learns that it is over.
   */
  readonly late: readonly Write[];
  /** Writes of the old leader to Kratos after that. */
  readonly lateInKratos: readonly Seen[];
}

/** Longer than the lease, so that a frozen leader wakes up to find it gone. */
const FROZEN_S = 17;
/** A program that does not let its event loop turn, for as long, when it is told so: what one endless computation does. */
const BLOCKING = `process.on("SIGUSR2",()=>Atomics.wait(new Int32Array(new SharedArrayBuffer(4)),0,0,${FROZEN_S * 1000}))`;
const STARTS = 3;
const PERSON = 'person';

/** One process of a pair: its own token, and its own wires to both servers. */
class Member {
  readonly name: string;
  readonly kube: TcpProxy;
  readonly kratos: ReverseProxy;
  readonly credential: string;
  readonly #launch: () => Promise<Operator>;
  operator: Operator | undefined;

  constructor(parts: {
    name: string;
    kube: TcpProxy;
    kratos: ReverseProxy;
    credential: string;
    launch: () => Promise<Operator>;
  }) {
    this.name = parts.name;
    this.kube = parts.kube;
    this.kratos = parts.kratos;
    this.credential = parts.credential;
    this.#launch = parts.launch;
  }

  /** Resolves once its cache is synced. Its port may be somebody else's by the time it listens: then it takes another. */
  async start(): Promise<void> {
    for (let left = STARTS; ; left -= 1) {
      const operator = await this.#launch();
      this.operator = operator;
      const { child } = operator;
      try {
        return await child.ready(async () => child.log().includes('"msg":"cache synced"'));
      } catch (error) {
        if (left === 1 || !child.log().includes('EADDRINUSE')) throw error;
      }
    }
  }

  async isLeader(): Promise<boolean> {
    try {
      return (await this.operator?.isLeader()) === true;
    } catch {
      await this.start();
      return false;
    }
  }

  async stop(): Promise<void> {
    this.kube.mend();
    await this.operator?.stop();
    await Promise.all([this.kube.stop(), this.kratos.stop()]);
  }
}

/** Two operators with one lease in a namespace of their own, and a resource that always needs them: somebody keeps changing its identity. */
export class Pair {
  readonly #cluster: Cluster;
  readonly #namespace: Namespace;
  readonly #kratos: OwnKratos;
  readonly #members: readonly [Member, Member];
  readonly #email: string;
  #edits = 0;

  private constructor(
    cluster: Cluster,
    namespace: Namespace,
    kratos: OwnKratos,
    members: readonly [Member, Member],
  ) {
    this.#cluster = cluster;
    this.#namespace = namespace;
    this.#kratos = kratos;
    this.#members = members;
    this.#email = `${PERSON}@${namespace.name}.example.org`;
  }

  /** Starts both, one after the other; resolves once the first has made an identity. */
  static async start(cluster: Cluster, namespace: Namespace, kratos: OwnKratos): Promise<Pair> {
    const [one, two] = await Promise.all(
      (['one', 'two'] as const).map((name) =>
        member(cluster, namespace, kratos, `${namespace.name}-${name}`),
      ),
    );
    if (one === undefined || two === undefined) throw new Error('two members');
    const pair = new Pair(cluster, namespace, kratos, [one, two]);
    await one.start();
    await two.start();
    await namespace.create(PERSON, {
      schemaId: 'default',
      traits: { email: `${PERSON}@${namespace.name}.example.org`, team: 'none' },
    });
    await namespace.ready(PERSON);
    return pair;
  }

  /** Ends the leader's reign, waits until the other has repaired what needs it, and brings the old one back as the standby. */
  async takeOver(how: Ending): Promise<TakeOver> {
    const [old, next] = await this.#roles();
    const { operator } = old;
    if (operator === undefined) throw new Error('not started');
    const before = (await this.#leases(next)).length;
    const began = performance.now();
    this.#inflict(old, how);
    await this.#meddle();
    const first = await until(`${next.name} to lead`, async () => (await this.#leases(next))[before]);
    const sentBefore = old.kratos.writes.length;
    await this.#meddle();
    if (how === 'stopped') {
      await until('the time to wake up', () => performance.now() - began > FROZEN_S * 1000);
      // Edits it has not heard of yet wait in its sockets.
      operator.child.signal('SIGCONT');
    }
    const { code } = await operator.child.ended;
    old.kube.mend();
    await this.#repaired();
    const all = await this.#writes();
    const won = all.findIndex((one) => one.credential === next.credential && one.at === first.at);
    const last = all.slice(0, won).findLast((one) => isLease(one) && one.credential === old.credential);
    const late = all.slice(won).filter((one) => one.credential === old.credential && isEffect(one));
    const lateInKratos = old.kratos.writes.slice(sentBefore);
    await old.start();
    return { how, seconds: (first.at - (last?.at ?? first.at)) / 1000, code, late, lateInKratos };
  }

  /** How many identities there are for the one resource, and whether it names that one. */
  async identities(): Promise<{ readonly count: number; readonly named: boolean }> {
    const found = await this.#kratos.admin.holding(this.#email);
    const id = idOf(await this.#namespace.ready(PERSON));
    return { count: found.length, named: found[0]?.id === id };
  }

  async stop(): Promise<void> {
    await Promise.all(this.#members.map((one) => one.stop()));
  }

  #inflict(old: Member, how: Ending): void {
    if (how === 'cut off') old.kube.cut();
    else old.operator?.child.signal(SIGNALS[how]);
  }

  /** The leader first. One that ended by itself, as on a machine that is too busy to renew a lease, is started again. */
  async #roles(): Promise<readonly [Member, Member]> {
    const [one, two] = this.#members;
    return until('a leader', async () => {
      const [first, second] = await Promise.all(this.#members.map((member) => member.isLeader()));
      if (first === second) return undefined;
      return first === true ? ([one, two] as const) : ([two, one] as const);
    });
  }

  /** Gives whoever works something to do on both sides: an edit, and an identity that is out of step. */
  async #meddle(): Promise<void> {
    this.#edits += 1;
    await this.#namespace.patch(PERSON, { traits: { email: this.#email, team: `edit ${this.#edits}` } });
    const id = idOf((await this.#namespace.get(PERSON)) ?? missing());
    await this.#kratos.admin.setTraits(id, (traits) => ({ ...traits, team: 'theirs' }));
  }

  async #repaired(): Promise<void> {
    await until('the new leader to have worked', async () => {
      const [identity] = await this.#kratos.admin.holding(this.#email);
      return identity?.traits.team === `edit ${this.#edits}`;
    });
  }

  async #writes(): Promise<readonly Write[]> {
    const all = await allWritesOf(this.#cluster.kube.server.auditLog, OPERATOR_USER);
    return all.filter(({ namespace }) => namespace === this.#namespace.name);
  }

  /** The times at which one of them wrote the lease with success. */
  async #leases({ credential }: Member): Promise<readonly Write[]> {
    return (await this.#writes()).filter((one) => isLease(one) && one.credential === credential);
  }
}

async function member(
  cluster: Cluster,
  namespace: Namespace,
  kratos: OwnKratos,
  name: string,
): Promise<Member> {
  const kube = await TcpProxy.start(cluster.kube.server.url);
  const proxy = await ReverseProxy.start(kratos.server.adminUrl);
  const { kubeconfig, credential } = await cluster.operatorCredential(name, kube.url);
  const flags = operatorFlags(cluster, [namespace], {
    kratos,
    adminUrl: proxy.url,
    resync: '1s',
    flags: [`--kubeconfig=${kubeconfig}`],
  });
  const env = { NODE_OPTIONS: `--import=data:text/javascript,${encodeURIComponent(BLOCKING)}` };
  const launch = () => Operator.launch({ name, folder: cluster.folder, flags, env });
  return new Member({ name, kube, kratos: proxy, credential, launch });
}

function isLease({ resource, status }: Write): boolean {
  return resource === 'leases' && status < 300;
}

function isEffect(one: Write): boolean {
  return one.resource === 'leases' ? isLease(one) : one.resource !== 'events';
}

function missing(): never {
  throw new Error(`${PERSON} is gone`);
}
