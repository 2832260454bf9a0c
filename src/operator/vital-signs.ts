import type { Reflector } from '../kube/reflector.ts';
import type { Store } from '../kube/store.ts';
import type { Clock } from '../model/clock.ts';
import type { KratosIdentity } from '../model/generated/kratosidentity.ts';
import { readyCondition } from '../model/resource.ts';
import type { ResourceCount, WatchState } from '../ops/metrics.ts';
import type { Queue } from '../queue/queue.ts';
import type { Election } from './election.ts';

interface Organs {
  readonly clock: Clock;
  readonly store: Store<KratosIdentity>;
  readonly queue: Queue;
  readonly reflectors: readonly Reflector<KratosIdentity>[];
  readonly election: Election | undefined;
}

/** What metrics and health checks are told of a running operator. */
export class VitalSigns {
  readonly #organs: Organs;

  constructor(organs: Organs) {
    this.#organs = organs;
  }

  /** Resources by what their Ready condition says. */
  resources(): ResourceCount[] {
    const { store } = this.#organs;
    const counts = new Map<string, ResourceCount>();
    for (const key of store.keys()) {
      const resource = store.get(key);
      const { status = 'Unknown', reason = 'None' } = (resource && readyCondition(resource)) ?? {};
      const count = (counts.get(`${status} ${reason}`)?.count ?? 0) + 1;
      counts.set(`${status} ${reason}`, { ready: status, reason, count });
    }
    return [...counts.values()];
  }

  /** Seconds of passes under way: in all, and of the longest. */
  work(): { readonly unfinished: number; readonly longest: number } {
    const now = this.#organs.clock.monotonic();
    const seconds = this.#organs.queue.workSince().map((since) => (now - since) / 1000);
    return { unfinished: seconds.reduce((sum, one) => sum + one, 0), longest: Math.max(0, ...seconds) };
  }

  /** What would only come of a fault of this process: milliseconds without a sign of a watch, and of a lease held too long. */
  stalledMs(): { readonly watch: number; readonly lease: number } {
    const { clock, reflectors, election } = this.#organs;
    const now = clock.monotonic();
    const silences = reflectors.map(({ lastActivity }) => now - lastActivity);
    return { watch: Math.max(...silences), lease: election?.overdueMs ?? 0 };
  }

  watches(): WatchState {
    const { clock, reflectors, store } = this.#organs;
    const now = clock.monotonic();
    const oldest = (times: readonly number[]) => Math.max(0, now - Math.min(...times)) / 1000;
    return {
      wanted: reflectors.length,
      connected: reflectors.filter(({ connected }) => connected).length,
      objects: store.size,
      silentSeconds: oldest(reflectors.map(({ lastActivity }) => lastActivity)),
      versionSeconds: oldest(reflectors.map(({ versionAt }) => versionAt)),
    };
  }
}
