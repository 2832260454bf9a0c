import { randomUUID } from 'node:crypto';
import type { Config } from './config.ts';
import { KratosClient } from './kratos/client.ts';
import { KubeApi } from './kube/api.ts';
import type { Credentials } from './kube/credentials.ts';
import { KubeEvents } from './kube/events.ts';
import { LeaseElector } from './kube/lease.ts';
import { Reflector } from './kube/reflector.ts';
import { IDENTITIES_API, IDENTITIES_PLURAL, KubeResources } from './kube/resources.ts';
import { KubeSecrets } from './kube/secrets.ts';
import { Store } from './kube/store.ts';
import type { Clock } from './model/clock.ts';
import { isRemote } from './model/errors.ts';
import type { KratosIdentity } from './model/generated/kratosidentity.ts';
import { keyOf, readyCondition } from './model/resource.ts';
import type { Log } from './ops/log.ts';
import type { Metrics, ResourceCount } from './ops/metrics.ts';
import { Queue } from './queue/queue.ts';
import { Contact } from './reconcile/contact.ts';
import { Controller } from './reconcile/controller.ts';
import { Gate } from './reconcile/gate.ts';
import { IdentityIndex } from './reconcile/identity-index.ts';
import { Memory } from './reconcile/memory.ts';
import type { PassResult } from './reconcile/pass.ts';
import type { Leadership } from './reconcile/ports.ts';

const LEASE_NAME = 'kratos-identity-operator-leader';
const FLUSH_EVENTS_MS = 2_000;

/** Another replica may lead by now: whatever is under way must not be waited for. */
export class LeaseLost extends Error {
  constructor() {
    super('the lease was lost');
  }
}

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
  readonly #parts: OperatorParts;
  readonly #store = new Store<KratosIdentity>((resource) => resource.status?.identityId);
  readonly #queue: Queue;
  readonly #contact: Contact;
  readonly #kratos: KratosClient;
  readonly #gate: Gate;
  readonly #events: KubeEvents;
  readonly #memory = new Memory();
  readonly #reflectors: readonly Reflector<KratosIdentity>[];
  readonly #stopping = new AbortController();
  #controller: Controller | undefined;
  #elector: LeaseElector | undefined;
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
    this.#contact = new Contact(clock);
    this.#kratos = kratosClient(parts, this.#contact);
    this.#queue = new Queue({ clock, random: parts.random, observer: metrics.queue('kratosidentity') });
    this.#events = new KubeEvents({ client: this.kube.requests, instance: parts.hostname, clock });
    this.#gate = new Gate({
      kratos: this.#kratos,
      clock,
      release: (key) => this.#queue.add(key, 'low'),
      onChange: (open, why) => {
        metrics.setGateOpen(open);
        log[open ? 'info' : 'warn']({ why }, open ? 'Kratos is reachable' : 'Kratos is not reachable');
      },
    });
    this.#reflectors = namespacesOf(config).map((namespace) => this.#reflector(namespace));
    this.#store.onChange((key, before, after) => this.#onChange(key, before, after));
  }

  get leaseNamespace(): string {
    return this.#parts.leaseNamespace;
  }

  get isSynced(): boolean {
    return this.#synced;
  }

  /** Resources by what their Ready condition says. */
  countByReady(): ResourceCount[] {
    const counts = new Map<string, ResourceCount>();
    for (const resource of this.#resources()) {
      const { status = 'Unknown', reason = 'None' } = readyCondition(resource) ?? {};
      const count = (counts.get(`${status} ${reason}`)?.count ?? 0) + 1;
      counts.set(`${status} ${reason}`, { ready: status, reason, count });
    }
    return [...counts.values()];
  }

  /** Seconds of work under way: in all, and of the longest. */
  workUnderWay(): { readonly unfinished: number; readonly longest: number } {
    const now = this.#parts.clock.monotonic();
    const seconds = this.#queue.workSince().map((since) => (now - since) / 1000);
    return { unfinished: seconds.reduce((sum, one) => sum + one, 0), longest: Math.max(0, ...seconds) };
  }

  /** Fills the cache and keeps it; resolves once it is complete. Also starts asking Kratos what it is. */
  async watch(): Promise<void> {
    this.#gateRun = this.#gate.run(this.#stopping.signal);
    for (const reflector of this.#reflectors) reflector.start();
    await Promise.all(this.#reflectors.map((reflector) => reflector.synced));
    this.#synced = true;
  }

  /** Waits for leadership, then works. Resolves when stopping, rejects when the lease was lost. */
  async lead(ownerId: string): Promise<void> {
    const leadership = await this.#lease();
    const controller = this.#build(ownerId, leadership);
    this.#controller = controller;
    // What the cache held before there was a controller.
    for (const resource of this.#resources()) this.#queue.add(keyOf(resource), 'low');
    this.#working = controller.run(this.#stopping.signal);
    await Promise.race([this.#working, this.#lostLease()]);
  }

  /** Stops taking work, finishes what is under way, and only then lets a standby in. */
  async stop(): Promise<void> {
    this.#stopping.abort();
    await this.#working;
    await this.#gateRun;
    await Promise.all(this.#reflectors.map((reflector) => reflector.stop()));
    await this.#events.flush(FLUSH_EVENTS_MS);
    await this.#elector?.release();
    await Promise.all([this.#kratos.close(), this.kube.close()]);
  }

  #resources(): KratosIdentity[] {
    return [...this.#store.keys()].flatMap((key) => this.#store.get(key) ?? []);
  }

  #onChange(key: string, before: KratosIdentity | undefined, after: KratosIdentity | undefined): void {
    // Before there is leadership nothing is queued: the whole cache is, once there is.
    this.#controller?.onChange(key, before, after);
  }

  async #lease(): Promise<Leadership> {
    const { config, leaseNamespace, clock, random, log, metrics, hostname } = this.#parts;
    if (!config.leaderElect) return { assertHeld: () => {} };
    const elector = new LeaseElector({
      client: this.kube.leases,
      namespace: leaseNamespace,
      name: LEASE_NAME,
      identity: `${hostname}_${randomUUID()}`,
      clock,
      random,
      failed: (error) => log.warn({ err: error }, 'leader election is in trouble'),
    });
    this.#elector = elector;
    metrics.setLeader(LEASE_NAME, false);
    log.info({ lease: LEASE_NAME, namespace: leaseNamespace }, 'waiting for leadership');
    await elector.acquire(this.#stopping.signal);
    metrics.setLeader(LEASE_NAME, true);
    log.info('leading');
    return elector;
  }

  /** Rejects when the lease is lost; never resolves. */
  async #lostLease(): Promise<never> {
    if (this.#elector === undefined) return new Promise(() => {});
    await this.#elector.lost;
    this.#parts.metrics.setLeader(LEASE_NAME, false);
    throw new LeaseLost();
  }

  #build(ownerId: string, leadership: Leadership): Controller {
    const { config, clock, metrics, log, random } = this.#parts;
    metrics.setMaxConcurrent(config.concurrency);
    const controller: Controller = new Controller({
      kratos: this.#kratos,
      resources: new KubeResources(this.kube.requests),
      secrets: new KubeSecrets(this.kube.requests),
      events: this.#events,
      cache: this.#store,
      leadership,
      clock,
      gate: this.#gate,
      index: new IdentityIndex(this.#kratos, clock),
      memory: this.#memory,
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
      concurrency: config.concurrency,
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

function kratosClient({ config, clock, metrics }: OperatorParts, contact: Contact): KratosClient {
  return new KratosClient({
    adminUrl: config.kratosAdminUrl,
    publicUrl: config.kratosPublicUrl,
    tokenFile: config.kratosTokenFile,
    caFile: config.kratosCaFile,
    connections: config.concurrency,
    clock,
    onAnswer: () => contact.answered(),
    observe: (seen) => metrics.observeKratos(seen),
  });
}

/** Success is debug's; trouble of one resource is a warning that names it, in the log only. */
function reportPass(
  metrics: Metrics,
  log: Log,
  key: string,
  outcome: PassResult | Error,
  seconds: number,
): void {
  if (outcome instanceof Error) {
    metrics.observePass('error', seconds);
    if (!isRemote(outcome, 'aborted')) log.warn({ resource: key, err: outcome }, 'pass failed');
    return;
  }
  metrics.observePass(resultLabel(outcome), seconds);
  log.debug({ resource: key, end: outcome.end, requeue: outcome.requeue.kind }, 'pass ended');
}

function resultLabel({ requeue }: PassResult): 'success' | 'requeue' | 'requeue_after' {
  if (requeue.kind === 'none') return 'success';
  return requeue.kind === 'after' ? 'requeue_after' : 'requeue';
}
