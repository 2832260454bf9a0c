import type { ServerResponse } from 'node:http';
import { afterEach, expect } from 'vitest';
import { Reflector } from '../../src/kube/reflector.ts';
import { Store } from '../../src/kube/store.ts';
import type { KratosIdentity } from '../../src/model/generated/kratosidentity.ts';
import { HandClock, until } from './clocks.ts';
import { identity, KubeSetup, listOf, sendWatch } from './kube-support.ts';
import { type Seen, sendJson } from './raw-server.ts';

export type Reply = (response: ServerResponse, seen: Seen) => void;

/** A collection that answers list after list and watch after watch as told, and then not at all. */
class Scenario {
  readonly lists: Reply[] = [];
  readonly watches: Reply[] = [];
  readonly clock = new HandClock();
  readonly store = new Store<KratosIdentity>((resource) => resource.status?.identityId);
  readonly changes: string[] = [];
  readonly told: string[] = [];
  readonly ended: string[] = [];
  readonly relists: string[] = [];
  random = 0;
  setup: KubeSetup | undefined;
  readonly reflectors: Reflector<KratosIdentity>[] = [];

  constructor() {
    this.store.onChange((key, before, after) => {
      const version = (each: KratosIdentity | undefined) => each?.metadata.resourceVersion ?? '-';
      this.changes.push(`${key} ${version(before)}>${version(after)}`);
    });
  }

  async start(namespace?: string, watchIdleMs = 60_000): Promise<Reflector<KratosIdentity>> {
    this.setup ??= await KubeSetup.start((seen, response) => this.#answer(seen, response), this.clock, {
      watchIdleMs,
    });
    const { api } = this.setup;
    const reflector = new Reflector<KratosIdentity>({
      requests: api.requests,
      watches: api.watches,
      api: '/apis/kratos.ory.sh/v1alpha1',
      plural: 'kratosidentities',
      namespace,
      store: this.store,
      clock: this.clock,
      random: () => this.random,
      metrics: {
        listed: () => {},
        relisted: (reason) => this.relists.push(reason),
        watched: (result) => this.ended.push(result),
        event: () => {},
        failed: (error) => this.told.push(error.message),
      },
    });
    this.reflectors.push(reflector);
    reflector.start();
    return reflector;
  }

  get seen(): readonly Seen[] {
    return this.setup?.server.seen ?? [];
  }

  /** What was asked: `list`, or `watch` with where from. */
  get asked(): string[] {
    return this.seen.map(({ query }) =>
      query.has('watch') ? `watch ${query.get('resourceVersion')}` : 'list',
    );
  }

  async asks(...expected: string[]): Promise<void> {
    await until(() => this.asked.length >= expected.length, expected.join(', '));
    expect(this.asked).toEqual(expected);
  }

  get cached(): string[] {
    return [...this.store.keys()].map((key) => `${key} ${this.store.get(key)?.metadata.resourceVersion}`);
  }

  async close(): Promise<void> {
    await Promise.all(this.reflectors.map((each) => each.stop()));
    await this.setup?.close();
  }

  #answer(seen: Seen, response: ServerResponse): void {
    const replies = seen.query.has('watch') ? this.watches : this.lists;
    replies.shift()?.(response, seen);
  }
}

const open: Scenario[] = [];

export function scenario(): Scenario {
  const made = new Scenario();
  open.push(made);
  return made;
}

afterEach(async () => {
  await Promise.all(open.splice(0).map((each) => each.close()));
});

export const list =
  (version: string, ...items: readonly unknown[]): Reply =>
  (response) =>
    sendJson(response, 200, listOf(items, version));
export const watch =
  (...lines: readonly (string | object)[]): Reply =>
  (response) =>
    sendWatch(response, ...lines);
/** A watch that the server closes in good order. */
export const closing =
  (...lines: readonly (string | object)[]): Reply =>
  (response) => {
    sendWatch(response, ...lines);
    response.end();
  };
export const added = (name: string, version: string, overrides = {}) => ({
  type: 'ADDED',
  object: identity(name, version, overrides),
});
export const bookmark = (version: string) => ({
  type: 'BOOKMARK',
  object: { kind: 'KratosIdentity', metadata: { resourceVersion: version } },
});
export const error = (status: object) => ({ type: 'ERROR', object: { kind: 'Status', ...status } });
