import { KratosServer, type KratosVersion } from '../servers/kratos.ts';
import { until } from '../servers/wait.ts';
import type { Cluster } from './cluster.ts';
import { KratosAdmin } from './kratos-admin.ts';
import type { Namespace } from './namespace.ts';
import { Operator } from './operator.ts';
import type { Report } from './report.ts';

/** One story told against real servers, in a namespace of its own. */
export interface Scenario {
  readonly name: string;
  /** The releases of Kratos it can be told of; all where absent. */
  readonly only?: readonly KratosVersion[];
  /** It starts operators of its own: the shared one leaves its namespace alone. */
  readonly ownOperator?: true;
  readonly run: (t: Stage) => Promise<void>;
}

/** A story about the cluster and the process alone, whatever Kratos runs. */
export interface ClusterScenario {
  readonly name: string;
  readonly run: (t: ClusterStage) => Promise<void>;
}

/** A Kratos of one scenario's own, to be stopped, frozen and misused. */
export interface OwnKratos {
  readonly server: KratosServer;
  readonly admin: KratosAdmin;
}

/** How an operator of one scenario's own differs from the usual. */
export interface OwnOperator {
  /** Instead of the shared one. */
  readonly kratos?: OwnKratos;
  /** Instead of that server's own address. */
  readonly adminUrl?: string;
  /** Besides the scenario's own. */
  readonly namespaces?: readonly Namespace[];
  readonly resync?: string;
  readonly flags?: readonly string[];
}

/** A check did not hold; it is reported already. */
export class CheckFailed extends Error {}

/** Checks, each a sentence that is told as soon as it held or did not. */
export class ClusterStage {
  readonly cluster: Cluster;
  readonly namespace: Namespace;
  readonly report: Report;
  readonly name: string;
  readonly #cleanups: (() => Promise<unknown>)[] = [];

  constructor(parts: { cluster: Cluster; namespace: Namespace; report: Report; name: string }) {
    this.cluster = parts.cluster;
    this.namespace = parts.namespace;
    this.report = parts.report;
    this.name = parts.name;
  }

  /** Tells whether `run` went through; where it did not, the scenario ends. */
  async check<T>(what: string, run: () => Promise<T> | T): Promise<T> {
    const started = performance.now();
    const seconds = () => (performance.now() - started) / 1000;
    try {
      const result = await run();
      this.report.passed(this.name, what, seconds());
      return result;
    } catch (error) {
      const detail = error instanceof Error ? error.message : String(error);
      this.report.failed(this.name, what, detail + (await this.evidence()), seconds());
      throw new CheckFailed(what);
    }
  }

  /** Runs after the scenario, the last first, whatever came of it. */
  afterwards(cleanup: () => Promise<unknown>): void {
    this.#cleanups.push(cleanup);
  }

  async end(): Promise<void> {
    const failures: unknown[] = [];
    for (const cleanup of this.#cleanups.reverse()) await cleanup().catch((error) => failures.push(error));
    if (failures.length > 0) throw failures[0];
  }

  /** What helps to understand a failure. */
  protected evidence(): Promise<string> {
    return Promise.resolve('');
  }
}

/** What the scenarios of one Kratos release share. */
export interface Shared {
  readonly version: KratosVersion;
  readonly kratos: OwnKratos;
  /** Watches the namespaces of all scenarios that start none of their own. */
  readonly operator: Operator;
  /** Texts that must be in no log, metric, event or status. */
  readonly canaries: Set<string>;
  /** The log of every operator that ran. */
  readonly logs: Set<string>;
  /** What every operator that was stopped had in its metrics. */
  readonly metrics: string[];
}

export class Stage extends ClusterStage {
  readonly version: KratosVersion;
  /** Kratos before v0.9: no state, no metadata, no codes. */
  readonly classic: boolean;
  /** The Kratos that scenarios share: for looking and for small changes to one's own identities. */
  readonly kratos: KratosAdmin;
  readonly #shared: Shared;
  readonly #operators: Operator[] = [];

  constructor(parts: {
    cluster: Cluster;
    namespace: Namespace;
    report: Report;
    name: string;
    shared: Shared;
  }) {
    super(parts);
    this.#shared = parts.shared;
    this.version = parts.shared.version;
    this.classic = this.version === '0.5.5';
    this.kratos = parts.shared.kratos.admin;
  }

  /** An address that no other scenario uses. */
  email(local: string): string {
    return `${local}@${this.namespace.name}.example.org`;
  }

  /** A label that no other scenario uses. */
  label(local: string): string {
    return `${this.namespace.name} ${local}`;
  }

  /** From now on this text must be in no log, metric, event or status. */
  canary(text: string): string {
    this.#shared.canaries.add(text);
    return text;
  }

  async ownKratos(): Promise<OwnKratos> {
    const kratos = await startKratos(this.cluster, this.version);
    this.afterwards(() => stopKratos(kratos));
    return kratos;
  }

  /** Launches an operator for this namespace alone, and does not wait for it. */
  async launchOperator(own: OwnOperator = {}): Promise<Operator> {
    const operator = await Operator.launch({
      name: this.namespace.name,
      folder: this.cluster.folder,
      flags: operatorFlags(this.cluster, [this.namespace, ...(own.namespaces ?? [])], {
        ...own,
        kratos: own.kratos ?? this.#shared.kratos,
      }),
    });
    this.#operators.push(operator);
    this.#shared.logs.add(operator.child.logFile);
    this.afterwards(async () => {
      // It may be stopped by now, or have ended by itself.
      this.#shared.metrics.push(await operator.metrics().catch(() => ''));
      await operator.stop();
    });
    return operator;
  }

  async startOperator(own: OwnOperator = {}): Promise<Operator> {
    const operator = await this.launchOperator(own);
    await operator.isReady();
    return operator;
  }

  /** Waits until Kratos holds as many identities of the given text. */
  identities(text: string, count: number, admin = this.kratos): Promise<void> {
    let seen = -1;
    return until(`${count} identities of ${text}`, async () => {
      seen = (await admin.holding(text)).length;
      return seen === count;
    }).then(
      () => {},
      (error: Error) => {
        throw new Error(`${error.message} (there are ${seen})`);
      },
    );
  }

  protected override async evidence(): Promise<string> {
    const operators = this.#operators.length > 0 ? this.#operators : [this.#shared.operator];
    const about = operators.map(({ child }) => {
      const lines = child.log().trimEnd().split('\n');
      const mine =
        operators[0] === this.#shared.operator ? lines.filter((l) => l.includes(this.namespace.name)) : lines;
      return `\n${child.logFile}:\n${mine
        .slice(-8)
        .map((line) => `    | ${line.slice(0, 300)}`)
        .join('\n')}`;
    });
    return about.join('');
  }
}

export async function startKratos(cluster: Cluster, version: KratosVersion): Promise<OwnKratos> {
  const server = await KratosServer.start(version, cluster.binaries, cluster.folder);
  return { server, admin: new KratosAdmin(server) };
}

export async function stopKratos({ server, admin }: OwnKratos): Promise<void> {
  server.thaw();
  await Promise.all([server.stop(), admin.close()]);
}

/** The command line of an operator for some namespaces, whose lease is in the first. */
export function operatorFlags(
  cluster: Cluster,
  namespaces: readonly Namespace[],
  own: OwnOperator & { readonly kratos: OwnKratos },
): string[] {
  const { server } = own.kratos;
  const names = namespaces.map(({ name }) => name);
  return [
    `--kubeconfig=${cluster.operatorKubeconfig}`,
    `--kratos-admin-url=${own.adminUrl ?? server.adminUrl}`,
    `--kratos-public-url=${server.publicUrl}`,
    `--namespaces=${names.join(',')}`,
    `--leader-elect-namespace=${names[0] ?? ''}`,
    '--owner-id=e2e',
    `--resync-interval=${own.resync ?? '2s'}`,
    // The most talkative: what must not be said is looked for in it.
    '--log-level=debug',
    ...(own.flags ?? []),
  ];
}
