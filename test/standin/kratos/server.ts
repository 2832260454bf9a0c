import type { Clock } from '../../../src/model/clock.ts';
import type { JsonObject } from '../../../src/model/json.ts';
import { Faults } from './faults.ts';
import { Listener, type ListenerOptions } from './listener.ts';
import { RequestLog } from './requests.ts';
import { answerAdmin, answerPublic } from './routes.ts';
import { defaultSchemas } from './schemas.ts';
import { Store } from './store.ts';
import { dialects, type KratosVersion } from './version.ts';
import type { Minted, RecoveryMethods, World } from './world.ts';

export interface KratosOptions {
  readonly version: KratosVersion;
  /** Added to the schemas `default` and `note`, or in their place. */
  readonly schemas?: Readonly<Record<string, JsonObject>>;
  /** Which recovery methods are on; both by default. v0.5 and v0.10 have no codes. */
  readonly recovery?: Partial<RecoveryMethods>;
  /** Of timestamps, expiries and delays; the real one by default. */
  readonly clock?: Clock;
  /** The admin port; a free one by default. */
  readonly port?: number;
}

/** Ory Kratos in memory: the admin API and the schemas of one release, over real sockets on 127.0.0.1. */
export interface KratosStandIn {
  readonly adminUrl: string;
  readonly publicUrl: string;
  readonly store: Store;
  readonly requests: RequestLog;
  readonly faults: Faults;
  /** What recovery has handed out, oldest first. */
  readonly minted: readonly Minted[];
  /** Can be switched while it runs. */
  readonly recovery: RecoveryMethods;
  /** What `health/ready` says from now on. */
  setReady(ready: boolean): void;
  /** Becomes another release with the same database. */
  upgrade(version: KratosVersion): void;
  /** Refuses connections until `comeUp`; the database stays. */
  goDown(): Promise<void>;
  comeUp(): Promise<void>;
  stop(): Promise<void>;
}

/** Starts a stand-in; `stop` ends it whatever is frozen or hanging. */
export async function startKratos(options: KratosOptions): Promise<KratosStandIn> {
  const faults = new Faults();
  const requests = new RequestLog();
  const clock = options.clock ?? systemClock;
  const listen = (name: 'admin' | 'public', port: number, answer: ListenerOptions['answer']) =>
    new Listener({ name, port, answer, faults, requests, clock });
  const admin = listen('admin', options.port ?? 0, (call) => answerAdmin(world, call));
  const open = listen('public', 0, (call) => answerPublic(world, call));
  const world = worldOf(options, clock, admin, open);
  const comeUp = async () => {
    await Promise.all([admin.open(), open.open()]);
  };
  const goDown = async () => {
    await Promise.all([admin.close(), open.close()]);
  };
  await comeUp();
  return {
    adminUrl: admin.url,
    publicUrl: open.url,
    store: world.store,
    requests,
    faults,
    minted: world.minted,
    recovery: world.recovery,
    setReady: (ready) => {
      world.ready = ready;
    },
    upgrade: (version) => {
      world.dialect = dialects[version];
    },
    goDown,
    comeUp,
    stop: goDown,
  };
}

function worldOf(options: KratosOptions, clock: Clock, admin: Listener, open: Listener): World {
  return {
    dialect: dialects[options.version],
    ready: true,
    store: new Store(),
    schemas: new Map(Object.entries({ ...defaultSchemas, ...options.schemas })),
    clock,
    recovery: { link: true, code: true, ...options.recovery },
    minted: [],
    flows: new Map(),
    urls: {
      get admin() {
        return admin.url;
      },
      get public() {
        return open.url;
      },
    },
  };
}

const systemClock: Clock = {
  now: () => Date.now(),
  monotonic: () => performance.now(),
  after: (ms, fn) => {
    const timer = setTimeout(fn, ms);
    return () => clearTimeout(timer);
  },
};
