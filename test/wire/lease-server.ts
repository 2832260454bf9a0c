import { afterEach, expect } from 'vitest';
import { LeaseElector } from '../../src/kube/lease.ts';
import type { Clock } from '../../src/model/clock.ts';
import { isRemote } from '../../src/model/errors.ts';
import { HandClock } from './clocks.ts';
import { KubeSetup, sendWatch } from './kube-support.ts';
import { type Answer, type Seen, sendJson, sendStatus } from './raw-server.ts';

interface Spec {
  holderIdentity?: string;
  leaseDurationSeconds?: number;
  acquireTime?: string;
  renewTime?: string;
  leaseTransitions?: number;
  strategy?: string;
}

interface Stored {
  readonly version: number;
  readonly spec: Spec;
}

export const PATH = '/apis/coordination.k8s.io/v1/namespaces/ops/leases';
const open: { close(): Promise<void> }[] = [];

afterEach(async () => {
  for (const each of open.splice(0).reverse()) await each.close();
});

/** One Lease with optimistic locking, as the API server keeps it. */
export class LeaseServer {
  readonly clock = new HandClock();
  readonly errors: string[] = [];
  stored: Stored | undefined;
  /** Answers in place of the server where it returns true. */
  instead: (...args: Parameters<Answer>) => boolean = () => false;
  /** What comes of watches; without the right to them unless a test says otherwise. */
  watch: Answer = (_, response) => sendStatus(response, 403, 'Forbidden');
  readonly #watchers = new Set<() => void>();
  #setup: KubeSetup | undefined;

  /** Requests may live by another clock than the electors do. */
  static async start(spec?: Spec, requests?: Clock): Promise<LeaseServer> {
    const made = new LeaseServer();
    made.stored = spec && { version: 1, spec };
    made.#setup = await KubeSetup.start(
      (seen, response) => made.#answer(seen, response),
      requests ?? made.clock,
    );
    open.push(made.#setup);
    return made;
  }

  elector(identity: string): LeaseElector {
    if (this.#setup === undefined) throw new Error('not started');
    const { leases, watches } = this.#setup.api;
    const elector = new LeaseElector({
      client: leases,
      watches,
      namespace: 'ops',
      name: 'operator',
      identity,
      clock: this.clock,
      random: () => 0,
      failed: (error) => this.errors.push(error.message),
    });
    open.push({
      close: () => {
        this.instead = () => false;
        return elector.release();
      },
    });
    return elector;
  }

  /** What was asked, apart from watches. */
  get seen(): readonly Seen[] {
    return this.#all.filter((seen) => !isWatch(seen));
  }

  get watched(): readonly Seen[] {
    return this.#all.filter(isWatch);
  }

  get #all(): readonly Seen[] {
    return this.#setup?.server.seen ?? [];
  }

  get asked(): string[] {
    return this.seen.map(({ method }) => method);
  }

  /** Someone else writes the Lease. */
  write(spec: Spec): void {
    this.stored = { version: (this.stored?.version ?? 0) + 1, spec };
    for (const tell of this.#watchers) tell();
  }

  /** Serves watches: of a change, from the moment it is made. */
  readonly live: Answer = (_, response) => {
    sendWatch(response);
    const tell = () => response.write(`${JSON.stringify({ type: 'MODIFIED', object: this.#lease() })}\n`);
    this.#watchers.add(tell);
    response.on('close', () => this.#watchers.delete(tell));
  };

  show(response: Parameters<Answer>[1], status = 200): void {
    sendJson(response, status, this.#lease());
  }

  #answer(seen: Seen, response: Parameters<Answer>[1]): void {
    if (isWatch(seen)) {
      this.watch(seen, response);
      return;
    }
    if (this.instead(seen, response)) return;
    const refusal = this.#refusal(seen);
    if (refusal) {
      sendStatus(response, ...refusal);
      return;
    }
    if (seen.method !== 'GET') this.write(JSON.parse(seen.body).spec);
    this.show(response, seen.method === 'POST' ? 201 : 200);
  }

  #refusal(seen: Seen): [number, string] | undefined {
    if (seen.method === 'POST') return this.stored ? [409, 'AlreadyExists'] : undefined;
    if (!this.stored) return [404, 'NotFound'];
    if (seen.method === 'GET') return undefined;
    const { resourceVersion } = JSON.parse(seen.body).metadata;
    return resourceVersion === `v${this.stored.version}` ? undefined : [409, 'Conflict'];
  }

  #lease() {
    return {
      apiVersion: 'coordination.k8s.io/v1',
      kind: 'Lease',
      metadata: {
        name: 'operator',
        namespace: 'ops',
        uid: 'lease-uid',
        resourceVersion: `v${this.stored?.version}`,
        labels: { team: 'ops' },
      },
      spec: this.stored?.spec,
    };
  }
}

function isWatch({ query }: Seen): boolean {
  return query.has('watch');
}

export const signal = () => new AbortController().signal;
export const held = (elector: LeaseElector): boolean => {
  try {
    elector.assertHeld();
    return true;
  } catch (error) {
    expect(isRemote(error, 'aborted')).toBe(true);
    return false;
  }
};
