import type { Config } from '../config.ts';
import { KratosClient } from '../kratos/client.ts';
import { KubeApi } from '../kube/api.ts';
import type { Credentials } from '../kube/credentials.ts';
import { KubeEvents } from '../kube/events.ts';
import { Reflector } from '../kube/reflector.ts';
import { IDENTITIES_API, IDENTITIES_PLURAL, KubeResources } from '../kube/resources.ts';
import { KubeSecrets } from '../kube/secrets.ts';
import { Store } from '../kube/store.ts';
import { type Clock, sleep } from '../model/clock.ts';
import type { KratosIdentity } from '../model/generated/kratosidentity.ts';
import { keyOf } from '../model/resource.ts';
import { tellMassLoss } from '../ops/alarm.ts';
import type { Log } from '../ops/log.ts';
import type { Metrics } from '../ops/metrics.ts';
import { Queue } from '../queue/queue.ts';
import { Census } from '../reconcile/census.ts';
import { Contact } from '../reconcile/contact.ts';
import { Controller } from '../reconcile/controller.ts';
import { Gate } from '../reconcile/gate.ts';
import { IdentityIndex } from '../reconcile/identity-index.ts';
import { Losses } from '../reconcile/losses.ts';
import { Memory } from '../reconcile/memory.ts';
import type { Leadership } from '../reconcile/ports.ts';
import { Slots } from '../reconcile/slots.ts';
import { ALONE, Election } from './election.ts';
import { reportPass } from './pass-report.ts';
import { VitalSigns } from './vital-signs.ts';

const FLUSH_EVENTS_MS = 2_000;
/** What is waited for so long before the rest, because it saves the rest work; it may come later. */
const HEAD_START_MS = { ofLease: 500, ofProbe: 2_000 };

interface OperatorParts {
  readonly config: Config;
  readonly leaseNamespace: string;
  readonly credentials: Credentials;
  readonly clock: Clock;
  readonly log: Log;
  readonly metrics: Metrics;
  /** Names this process among replicas. */
  readonly hostname: string;
  /** Uniform in [0, 1). */
  readonly random: () => number;
}

/**
 * The operator, put together: both servers' clients, the cache, the queue, the gate and the controller.
 * Life: `watch()` until synced, `lead()` until it ends, `stop()`.
 */
export class Operator {
  readonly kube: KubeApi;
  readonly signs: VitalSigns;
  readonly #parts: OperatorParts;
  readonly #store = new Store<KratosIdentity>((resource) => resource.status?.identityId);
  readonly #queue: Queue;
  readonly #contact: Contact;
  readonly #kratos: KratosClient;
  readonly #gate: Gate;
  readonly #events: KubeEvents;
  readonly #memory = new Memory();
  readonly #census = new Census();
  readonly #losses: Losses;
  readonly #reflectors: readonly Reflector<KratosIdentity>[];
  readonly #stopping = new AbortController();
  #controller: Controller | undefined;
  /** `undefined` where there is none, by the configuration. */
  readonly #election: Election | undefined;
  #won: Promise<void> = Promise.resolve();
  #gateRun: Promise<void> = Promise.resolve();
  #working: Promise<void> = Promise.resolve();
  #synced = false;

  constructor(parts: OperatorParts) {
    const { config, clock, metrics, log } = parts;
    this.#parts = parts;
    this.kube = new KubeApi({
      credentials: parts.credentials,
      clock,
      concurrency: config.concurrency,
      observe: metrics.restClient(new URL(parts.credentials.baseUrl).host),
    });
    this.#election = config.leaderElect
      ? new Election({ ...parts, kube: this.kube, namespace: parts.leaseNamespace })
      : undefined;
    this.#contact = new Contact(clock);
    this.#kratos = kratosClient(parts, this.#contact, this.#leadership);
    this.#queue = new Queue({ clock, random: parts.random, observer: metrics.queue('kratosidentity') });
    this.#events = new KubeEvents({ client: this.kube.requests, instance: parts.hostname, clock });
    this.#gate = new Gate({
      kratos: this.#kratos,
      clock,
      release: (key, priority) => this.#queue.add(key, priority),
      onChange: (open, why) => {
        metrics.setGateOpen(open);
        log[open ? 'info' : 'warn']({ why }, open ? 'Kratos is reachable' : 'Kratos is not reachable');
      },
    });
    this.#losses = new Losses({
      clock,
      release: (key) => this.#queue.add(key, 'low'),
      onLost: () => metrics.countLost(),
      onMassLoss: (loss) => tellMassLoss(log, metrics, loss),
    });
    this.#reflectors = namespacesOf(config).map((namespace) => this.#reflector(namespace));
    this.#store.onChange((key, before, after) => this.#onChange(key, before, after));
    this.signs = new VitalSigns({
      clock,
      store: this.#store,
      queue: this.#queue,
      reflectors: this.#reflectors,
      election: this.#election,
    });
  }

  get leaseNamespace(): string {
    return this.#parts.leaseNamespace;
  }

  get isSynced(): boolean {
    return this.#synced;
  }

  /** Fills the cache and keeps it; resolves once it is complete. Also stands for election, and starts asking Kratos what it is. */
  async watch(): Promise<void> {
    this.#gateRun = this.#gate.run(this.#stopping.signal);
    if (this.#election !== undefined) this.#won = this.#election.win(this.#stopping.signal);
    // Most often the lease is free; won before the first list, that list need not be repeated.
    await Promise.race([this.#won, sleep(this.#parts.clock, HEAD_START_MS.ofLease)]).catch(() => {});
    for (const reflector of this.#reflectors) reflector.start();
    await Promise.all(this.#reflectors.map((reflector) => reflector.synced));
    this.#synced = true;
  }

  /** Waits for leadership, then works. Resolves when stopping, rejects when the lease was lost. */
  async lead(ownerId: string): Promise<void> {
    await this.#won;
    await Promise.race([this.#gate.firstWord, sleep(this.#parts.clock, HEAD_START_MS.ofProbe)]);
    const controller = this.#build(ownerId);
    this.#controller = controller;
    // What the cache held before there was a controller.
    for (const resource of this.#resources()) this.#queue.add(keyOf(resource), 'low');
    this.#working = controller.run(this.#stopping.signal);
    void this.#count();
    await Promise.race([this.#working, ...(this.#election === undefined ? [] : [this.#election.loss()])]);
  }

  /** Stops taking work, finishes what is under way, and only then lets a standby in. */
  async stop(): Promise<void> {
    this.#stopping.abort();
    await this.#working;
    await Promise.all(this.#reflectors.map((reflector) => reflector.stop()));
    await this.#events.flush(FLUSH_EVENTS_MS);
    await this.#election?.release();
    await Promise.all([this.#kratos.close(), this.kube.close()]);
    // It may be asking a Kratos that does not answer: nobody is to wait for that.
    await this.#gateRun;
  }

  #resources(): KratosIdentity[] {
    return [...this.#store.keys()].flatMap((key) => this.#store.get(key) ?? []);
  }

  #onChange(key: string, before: KratosIdentity | undefined, after: KratosIdentity | undefined): void {
    // Before there is leadership nothing is queued: the whole cache is, once there is.
    this.#controller?.onChange(key, before, after);
  }

  /** Without a lease there may be others who let resources go: then every effect is preceded by a look. */
  async #count(): Promise<void> {
    const since = this.#election?.wonAt;
    if (since === undefined) return;
    await Promise.all(this.#reflectors.map((reflector) => reflector.listedSince(since)));
    this.#census.counted(this.#resources().map(({ metadata }) => metadata.uid));
  }

  get #leadership(): Leadership {
    return this.#election ?? ALONE;
  }

  #build(ownerId: string): Controller {
    const { config, clock, metrics, log, random } = this.#parts;
    const fenced = this.kube.requests.fenced(() => this.#leadership.assertHeld());
    const slots = new Slots(config.concurrency);
    metrics.setMaxConcurrent(slots.capacity);
    const controller: Controller = new Controller({
      kratos: this.#kratos,
      resources: new KubeResources(fenced),
      secrets: new KubeSecrets(fenced),
      events: this.#events,
      cache: this.#store,
      leadership: this.#leadership,
      clock,
      gate: this.#gate,
      index: new IdentityIndex(this.#kratos, clock),
      memory: this.#memory,
      census: this.#census,
      losses: this.#losses,
      contact: this.#contact,
      sinceLease: this.#contact.mark(),
      settings: {
        ownerId,
        recoveryOutput: config.recoveryOutput,
        recoveryMaxTtlMs: config.recoveryMaxTtlMs,
      },
      onAction: (action) => metrics.countAction(action),
      onReleased: () => controller.onReleased(),
      queue: this.#queue,
      slots,
      resyncMs: config.resyncIntervalMs,
      random,
      onPass: (key, outcome, seconds) => reportPass(metrics, log, key, outcome, seconds),
      onActive: (delta) => metrics.changeActive(delta),
    });
    return controller;
  }

  #reflector(namespace: string | undefined): Reflector<KratosIdentity> {
    const { clock, random, metrics, log } = this.#parts;
    return new Reflector({
      requests: this.kube.requests,
      watches: this.kube.watches,
      api: IDENTITIES_API,
      plural: IDENTITIES_PLURAL,
      namespace,
      store: this.#store,
      clock,
      random,
      metrics: {
        ...metrics.reflector,
        failed: (error) => log.warn({ err: error }, 'the watch is in trouble'),
      },
    });
  }
}

function namespacesOf({ namespaces }: Config): readonly (string | undefined)[] {
  return namespaces.length === 0 ? [undefined] : namespaces;
}

function kratosClient(
  { config, clock, metrics }: OperatorParts,
  contact: Contact,
  leadership: Leadership,
): KratosClient {
  return new KratosClient({
    adminUrl: config.kratosAdminUrl,
    publicUrl: config.kratosPublicUrl,
    tokenFile: config.kratosTokenFile,
    caFile: config.kratosCaFile,
    connections: config.concurrency,
    clock,
    // Once more right before an effect goes to a socket, for which it may have waited.
    mayStart: () => leadership.assertHeld(),
    onAnswer: () => contact.answered(),
    observe: (seen) => metrics.observeKratos(seen),
  });
}
