import { hostname } from 'node:os';
import { buffer } from 'node:stream/consumers';
import type { Sink } from './cli/io.ts';
import { type Config, parseConfig } from './config.ts';
import { WATCH_IDLE_MS } from './kube/api.ts';
import type { Credentials } from './kube/credentials.ts';
import { checkAccess, kubeSystemUid } from './kube/discovery.ts';
import type { InClusterSource } from './kube/in-cluster.ts';
import { loadCredentials } from './kube/load-credentials.ts';
import { missingRights } from './kube/rights.ts';
import { type Clock, sleep } from './model/clock.ts';
import { isRemote, toError } from './model/errors.ts';
import { LeaseLost } from './operator/election.ts';
import { Operator } from './operator/operator.ts';
import { createLog, type Log } from './ops/log.ts';
import { Metrics } from './ops/metrics.ts';
import { OpsServer } from './ops/server.ts';

/*
 * Builds everything, starts and stops it in order, and maps how it ends to exit codes: 0 stopped as asked, 1 could not go on,
 * 2 bad configuration. After the word `kratos` it is the command line for people, with exit codes of its own.
 * The only reader of the environment and of the real clock.
 */

/** Put in by the build from package.json. */
declare const __VERSION__: string | undefined;
const VERSION = typeof __VERSION__ === 'string' ? __VERSION__ : 'development';

const MAX_TIMER_MS = 2_147_483_647;
const STARTUP_PATIENCE_MS = 60_000;
const SYNC_PATIENCE_MS = 120_000;
/** Longer than any walk over all identities; every request ends within its deadline, so such a pass never will. */
const STUCK_S = 900;
/** Long before, a silent watch is opened anew; a wait between attempts is not silence, however long. */
const SILENT_MS = 3 * WATCH_IDLE_MS;
/** As client-go's health check of a leader has it. */
const OVERDUE_MS = 20_000;
const DRAIN_MS = 27_000;

const clock: Clock = {
  now: () => Date.now(),
  monotonic: () => performance.now(),
  after: (ms, fn) => {
    const timer = setTimeout(fn, Math.min(Math.max(ms, 0), MAX_TIMER_MS));
    return () => clearTimeout(timer);
  },
};

function main(): void {
  const parsed = parseConfig(process.argv.slice(2), process.env, process.stdout.isTTY);
  if (parsed.kind === 'help') {
    process.stdout.write(parsed.text);
    process.exit(0);
  }
  if (parsed.kind === 'problems') refuse(parsed.problems);
  const log = createLog({ level: parsed.config.logLevel, format: parsed.config.logFormat });
  run(parsed.config, log).then(
    () => process.exit(0),
    (thrown: unknown) => {
      const error = toError(thrown);
      // What is told to people needs no stack; what nobody foresaw does.
      log.fatal(isForeseen(error) ? { reason: error.message } : { err: error }, 'cannot go on');
      process.exit(1);
    },
  );
}

/** The command line for people; the operator does not load it. */
async function people(argv: readonly string[]): Promise<void> {
  const { kratos } = await import('./cli/cli.ts');
  const interrupted = new AbortController();
  process.on('SIGINT', () => {
    if (interrupted.signal.aborted) process.exit(130);
    interrupted.abort();
  });
  const stdin = () => buffer(process.stdin);
  const [stdout, stderr] = [sinkOf(process.stdout), sinkOf(process.stderr)];
  const { env } = process;
  process.exit(await kratos({ argv, env, stdin, stdout, stderr, clock, interrupted: interrupted.signal }));
}

function sinkOf(stream: NodeJS.WriteStream): Sink {
  // A reader that has gone is told by `write`; without a listener it would end the process as well.
  stream.on('error', () => {});
  return {
    isTerminal: Boolean(stream.isTTY),
    columns: stream.columns,
    write: (text) =>
      new Promise((resolve, reject) => {
        stream.write(text, (error) => (error ? reject(error) : resolve()));
      }),
  };
}

function refuse(problems: readonly string[]): never {
  process.stderr.write(`bad configuration:\n${problems.map((problem) => `  - ${problem}\n`).join('')}`);
  process.exit(2);
}

function isForeseen(error: Error): boolean {
  return error.constructor === Error || error instanceof LeaseLost || isRemote(error);
}

async function run(config: Config, log: Log): Promise<void> {
  const stopped = stopSignal(log);
  const metrics = new Metrics(VERSION);
  const credentials = await Promise.race([credentialsOf(config), stopped]);
  if (!credentials) return;
  const operator = new Operator({
    config,
    leaseNamespace: config.leaderElectNamespace ?? credentials.namespace ?? 'default',
    credentials,
    clock,
    log,
    metrics,
    hostname: hostname(),
    random: Math.random,
  });
  metrics.scrape({
    resources: () => operator.signs.resources(),
    work: () => operator.signs.work(),
    watches: () => operator.signs.watches(),
  });
  const server = new OpsServer({
    address: config.listenAddress,
    metrics,
    notReady: () => (operator.isSynced ? undefined : 'the cache is not synced yet'),
    unwell: () => unwell(operator),
  });
  const port = await server.start();
  log.info({ port }, 'serving /healthz, /readyz and /metrics');
  const working = work(operator, config, log);
  try {
    await Promise.race([working, stopped]);
  } catch (error) {
    if (error instanceof LeaseLost) throw error;
    await withinDrain(operator.stop(), log);
    throw error;
  }
  await withinDrain(Promise.race([operator.stop(), loss(working)]), log);
  await server.stop();
}

/** Rejects when the lease is lost while we stop: what is under way then is not to be waited for either. Never resolves. */
async function loss(working: Promise<void>): Promise<never> {
  await working.catch((error: unknown) => {
    if (error instanceof LeaseLost) throw error;
  });
  return new Promise(() => {});
}

function credentialsOf({ kubeconfig, context }: Config): Promise<Credentials> {
  const sources = { kubeconfig, context, inCluster: inCluster(), home: process.env.HOME };
  // A plugin that is asked for them may take its time.
  return loadCredentials(sources, clock).catch((thrown: unknown) => refuse([toError(thrown).message]));
}

/** A server elsewhere that is down is none of these: a restart would not mend it, and all replicas would restart at once. */
function unwell(operator: Operator): string | undefined {
  if (operator.signs.work().longest > STUCK_S) return 'a pass does not end';
  const { watch, lease } = operator.signs.stalledMs();
  if (watch > SILENT_MS) return 'a watch does not go on';
  return lease > OVERDUE_MS ? 'a lost lease does not end the process' : undefined;
}

async function work(operator: Operator, config: Config, log: Log): Promise<void> {
  await access(operator, config, log);
  const ownerId = config.ownerId ?? (await patiently(() => kubeSystemUid(operator.kube.requests), log));
  const late = sleep(clock, SYNC_PATIENCE_MS).then(() => {
    if (!operator.isSynced) throw new Error('the cache did not sync within two minutes');
    return new Promise<never>(() => {});
  });
  await Promise.race([operator.watch(), late]);
  log.info('cache synced');
  await operator.lead(ownerId);
}

/** Tells at once, in words, which manifest is missing; gives up after a minute, because a restart loop says more than a silent pod. */
async function access(operator: Operator, config: Config, log: Log): Promise<void> {
  const lacks = { missingCrd: MISSING_CRD, missingRights: MISSING_RIGHTS } as const;
  await patiently(async () => {
    const found = await checkAccess(operator.kube.requests, config.namespaces);
    if (found !== 'ok') throw new Error(lacks[found]);
    const { namespaces } = config;
    const leaseNamespace = config.leaderElect ? operator.leaseNamespace : undefined;
    const missing = await missingRights(operator.kube.requests, { namespaces, leaseNamespace });
    if (missing.length > 0) throw new Error(`the operator may not ${missing.join(', ')}: ${APPLY_RIGHTS}`);
  }, log);
}

const MISSING_CRD =
  'the API server has no KratosIdentity resources: apply crds/kratosidentities.yaml (kubectl apply -k crds)';
const APPLY_RIGHTS = 'apply its RBAC, deploy/base (kubectl apply -k deploy)';
const MISSING_RIGHTS = `the operator may not list kratosidentities: ${APPLY_RIGHTS}`;

/** Tries again for a minute; a trouble is told when it changes. */
async function patiently<T>(attempt: () => Promise<T>, log: Log): Promise<T> {
  const until = clock.monotonic() + STARTUP_PATIENCE_MS;
  let told = '';
  for (;;) {
    try {
      return await attempt();
    } catch (thrown) {
      const error = toError(thrown);
      if (clock.monotonic() > until) throw error;
      if (error.message !== told)
        log.warn({ reason: error.message }, 'cannot start yet; trying for a minute');
      told = error.message;
      await sleep(clock, 2_000);
    }
  }
}

/** Resolves at the first SIGTERM or SIGINT; the second ends the process at once. */
function stopSignal(log: Log): Promise<void> {
  return new Promise((resolve) => {
    let asked = false;
    const stop = (signal: NodeJS.Signals) => {
      if (asked) process.exit(1);
      asked = true;
      log.info({ signal }, 'stopping');
      resolve();
    };
    process.on('SIGTERM', stop);
    process.on('SIGINT', stop);
  });
}

async function withinDrain(stopping: Promise<void>, log: Log): Promise<void> {
  const late = new AbortController();
  const deadline = sleep(clock, DRAIN_MS, late.signal).then(
    () => log.warn('work under way did not end in time'),
    () => {},
  );
  await Promise.race([stopping, deadline]);
  late.abort();
}

function inCluster(): InClusterSource | undefined {
  const host = process.env.KUBERNETES_SERVICE_HOST;
  const port = process.env.KUBERNETES_SERVICE_PORT;
  if (host === undefined || port === undefined) return undefined;
  return { host, port, directory: '/var/run/secrets/kubernetes.io/serviceaccount' };
}

if (process.argv[2] === 'kratos') void people(process.argv.slice(3));
else main();
