import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client';
import { ACTIONS, type Action } from '../model/action.ts';

const CONTROLLER = 'kratosidentity';
const RECONCILE_BUCKETS = [
  0.005, 0.01, 0.025, 0.05, 0.1, 0.15, 0.2, 0.25, 0.3, 0.35, 0.4, 0.45, 0.5, 0.6, 0.7, 0.8, 0.9, 1, 1.25, 1.5,
  1.75, 2, 2.5, 3, 3.5, 4, 4.5, 5, 6, 7, 8, 9, 10, 15, 20, 25, 30, 40, 50, 60,
];
const REQUEST_BUCKETS = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2, 5, 10, 30];
const WATCH_RESULTS = ['ended', 'cut', 'corrupt', 'expired', 'error'];
const RELIST_REASONS = ['expired', 'corrupt', 'refused', 'failing', 'asked'];
const EVENT_TYPES = ['ADDED', 'MODIFIED', 'DELETED', 'BOOKMARK', 'ERROR'];
const QUEUE_BUCKETS = [0.00001, 0.0001, 0.001, 0.01, 0.1, 1, 10, 100, 1000];

interface Seen {
  readonly operation: string;
  readonly method: string;
  readonly status: number | 'error';
  readonly seconds: number;
}

type ReconcileResult = 'success' | 'error' | 'requeue' | 'requeue_after';

/** How many resources have which Ready status and reason. */
export interface ResourceCount {
  readonly ready: string;
  readonly reason: string;
  readonly count: number;
}

/** The watches of all namespaces together; seconds are of the one that is worst off. */
export interface WatchState {
  readonly wanted: number;
  readonly connected: number;
  /** Objects in the cache. */
  readonly objects: number;
  /** Since a byte came, or an attempt was made. */
  readonly silentSeconds: number;
  /** Since the API server last told its version; it does so about once a minute even where nothing changes. */
  readonly versionSeconds: number;
}

/**
 * Prometheus metrics: the families that dashboards for controller-runtime know, with its labels, and our own. No label is ever the name
 * of an object. Every series of a closed set exists from the start, so that rates exist before the first error.
 */
export class Metrics {
  readonly #registry = new Registry();
  readonly #reconciles = this.#counter('controller_runtime_reconcile_total', 'Passes by result', [
    'controller',
    'result',
  ]);
  readonly #errors = this.#counter('controller_runtime_reconcile_errors_total', 'Passes that failed', [
    'controller',
  ]);
  readonly #seconds = this.#histogram(
    'controller_runtime_reconcile_time_seconds',
    'Length of a pass',
    ['controller'],
    RECONCILE_BUCKETS,
  );
  readonly #maxConcurrent = this.#gauge(
    'controller_runtime_max_concurrent_reconciles',
    'Passes at once, at most',
    ['controller'],
  );
  readonly #active = this.#gauge('controller_runtime_active_workers', 'Passes under way', ['controller']);
  readonly #leader = this.#gauge('leader_election_master_status', '1 while this replica leads', ['name']);
  readonly #restRequests = this.#counter('rest_client_requests_total', 'Requests to the API server', [
    'code',
    'method',
    'host',
  ]);
  readonly #restSeconds = this.#histogram(
    'rest_client_request_duration_seconds',
    'Length of a request to the API server',
    ['verb', 'host'],
    REQUEST_BUCKETS,
  );
  readonly #kratosRequests = this.#counter('kratos_admin_requests_total', 'Requests to Kratos', [
    'operation',
    'code',
  ]);
  readonly #kratosSeconds = this.#histogram(
    'kratos_admin_request_duration_seconds',
    'Length of a request to Kratos',
    ['operation'],
    REQUEST_BUCKETS,
  );
  readonly #gateOpen = this.#gauge('kratos_admin_gate_open', '1 while requests are sent to Kratos', []);
  readonly #actions = this.#counter('kratos_identity_actions_total', 'What was done to identities', [
    'action',
  ]);
  readonly #lost = this.#counter('kratos_identity_lost_total', 'Identities that vanished from Kratos', []);
  readonly #massLoss = this.#gauge(
    'kratos_identity_mass_loss',
    '1 while so many identities vanished that Kratos may have the wrong database',
    [],
  );
  readonly #watch = this.#counter('kratos_identity_watch_total', 'Watches by how they ended', ['result']);
  readonly #lists = this.#counter('kratos_identity_list_total', 'Complete lists of the resources', []);
  readonly #relists = this.#counter(
    'kratos_identity_relist_total',
    'Lists that were needed although there was one, by why',
    ['reason'],
  );
  readonly #events = this.#counter('kratos_identity_watch_events_total', 'Watch events by type', ['type']);

  constructor(version: string) {
    collectDefaultMetrics({ register: this.#registry });
    this.#gauge('kratos_identity_operator_build_info', 'Always 1', ['version']).set({ version }, 1);
    for (const result of ['success', 'error', 'requeue', 'requeue_after']) {
      this.#reconciles.inc({ controller: CONTROLLER, result }, 0);
    }
    this.#errors.inc({ controller: CONTROLLER }, 0);
    this.#active.set({ controller: CONTROLLER }, 0);
    for (const action of ACTIONS) this.#actions.inc({ action }, 0);
    for (const result of WATCH_RESULTS) this.#watch.inc({ result }, 0);
    for (const reason of RELIST_REASONS) this.#relists.inc({ reason }, 0);
    for (const type of EVENT_TYPES) this.#events.inc({ type }, 0);
    this.#gateOpen.set(0);
  }

  get contentType(): string {
    return this.#registry.contentType;
  }

  text(): Promise<string> {
    return this.#registry.metrics();
  }

  observePass(result: ReconcileResult, seconds: number): void {
    this.#reconciles.inc({ controller: CONTROLLER, result });
    if (result === 'error') this.#errors.inc({ controller: CONTROLLER });
    this.#seconds.observe({ controller: CONTROLLER }, seconds);
  }

  setMaxConcurrent(count: number): void {
    this.#maxConcurrent.set({ controller: CONTROLLER }, count);
  }

  changeActive(delta: 1 | -1): void {
    this.#active.inc({ controller: CONTROLLER }, delta);
  }

  setLeader(name: string, leads: boolean): void {
    this.#leader.set({ name }, leads ? 1 : 0);
  }

  setGateOpen(open: boolean): void {
    this.#gateOpen.set(open ? 1 : 0);
  }

  countAction(action: Action): void {
    this.#actions.inc({ action });
  }

  countLost(): void {
    this.#lost.inc();
  }

  setMassLoss(isNow: boolean): void {
    this.#massLoss.set(isNow ? 1 : 0);
  }

  observeKratos({ operation, status, seconds }: Seen): void {
    this.#kratosRequests.inc({ operation, code: String(status) });
    this.#kratosSeconds.observe({ operation }, seconds);
  }

  /** An observer of requests to the API server at `host`. */
  restClient(host: string): (seen: Seen) => void {
    return ({ method, status, seconds }) => {
      // As client-go names it.
      const code = status === 'error' ? '<error>' : String(status);
      this.#restRequests.inc({ code, method, host });
      this.#restSeconds.observe({ verb: method, host }, seconds);
    };
  }

  /** What a reflector tells, but its errors, which are the log's. */
  get reflector() {
    return {
      listed: () => this.#lists.inc(),
      relisted: (reason: string) => this.#relists.inc({ reason }),
      watched: (result: string) => this.#watch.inc({ result }),
      event: (type: string) => this.#events.inc({ type }),
    };
  }

  /** What the queue tells, under the names that client-go uses. */
  queue(name: string) {
    const labels = { name, controller: CONTROLLER };
    const both = ['name', 'controller'];
    const depth = this.#gauge('workqueue_depth', 'Keys that wait', [...both, 'priority']);
    const adds = this.#counter('workqueue_adds_total', 'Keys added', both);
    const retries = this.#counter('workqueue_retries_total', 'Keys added after a failure', both);
    const waited = this.#histogram('workqueue_queue_duration_seconds', 'Wait of a key', both, QUEUE_BUCKETS);
    const worked = this.#histogram('workqueue_work_duration_seconds', 'Work on a key', both, QUEUE_BUCKETS);
    adds.inc(labels, 0);
    retries.inc(labels, 0);
    return {
      added: () => adds.inc(labels),
      retried: () => retries.inc(labels),
      started: (seconds: number) => waited.observe(labels, seconds),
      finished: (seconds: number) => worked.observe(labels, seconds),
      depth: (normal: number, low: number) => {
        depth.set({ ...labels, priority: '0' }, normal);
        depth.set({ ...labels, priority: '-100' }, low);
      },
    };
  }

  /** Counted at each scrape. `unfinished` and `longest` are seconds of work that has not ended. */
  scrape(read: {
    readonly resources: () => readonly ResourceCount[];
    readonly work: () => { readonly unfinished: number; readonly longest: number };
    readonly watches: () => WatchState;
  }): void {
    const labels = { name: CONTROLLER, controller: CONTROLLER };
    this.#gauge('kratos_identity_resources', 'Resources by Ready condition', ['ready', 'reason'], (gauge) => {
      gauge.reset();
      for (const { ready, reason, count } of read.resources()) gauge.set({ ready, reason }, count);
    });
    this.#gauge('workqueue_unfinished_work_seconds', 'Work under way', ['name', 'controller'], (gauge) =>
      gauge.set(labels, read.work().unfinished),
    );
    this.#gauge(
      'workqueue_longest_running_processor_seconds',
      'Longest work under way',
      ['name', 'controller'],
      (gauge) => gauge.set(labels, read.work().longest),
    );
    this.#scrapeWatches(read.watches);
  }

  #scrapeWatches(read: () => WatchState): void {
    const told = (name: string, help: string, value: (state: WatchState) => number) =>
      this.#gauge(name, help, [], (gauge) => gauge.set(value(read())));
    told('kratos_identity_watches', 'Watches that there should be', ({ wanted }) => wanted);
    told('kratos_identity_watches_connected', 'Watches that are open', ({ connected }) => connected);
    told('kratos_identity_cached_resources', 'Resources in the cache', ({ objects }) => objects);
    told(
      'kratos_identity_watch_silence_seconds',
      'Since a watch heard or tried anything, of the quietest',
      ({ silentSeconds }) => silentSeconds,
    );
    told(
      'kratos_identity_watch_version_age_seconds',
      'Since a watch learned the version of the API server, of the oldest',
      ({ versionSeconds }) => versionSeconds,
    );
  }

  #counter(name: string, help: string, labelNames: string[]): Counter {
    return new Counter({ name, help, labelNames, registers: [this.#registry] });
  }

  #gauge(name: string, help: string, labelNames: string[], collect?: (gauge: Gauge) => void): Gauge {
    const gauge: Gauge = new Gauge({
      name,
      help,
      labelNames,
      registers: [this.#registry],
      ...(collect !== undefined && { collect: () => collect(gauge) }),
    });
    return gauge;
  }

  #histogram(name: string, help: string, labelNames: string[], buckets: number[]): Histogram {
    return new Histogram({ name, help, labelNames, buckets, registers: [this.#registry] });
  }
}
