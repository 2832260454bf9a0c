import type { ServerResponse } from 'node:http';
import { KubeApi, type KubeApiOptions } from '../../src/kube/api.ts';
import type { Clock } from '../../src/model/clock.ts';
import { Sensitive } from '../../src/model/sensitive.ts';
import { realClock } from './clocks.ts';
import { type Answer, RawServer } from './raw-server.ts';

const NO_TLS = {};

/** An API over a bare server; a refused token is followed by another one. */
export class KubeSetup {
  readonly server: RawServer;
  readonly api: KubeApi;
  refreshed = 0;

  constructor(server: RawServer, clock: Clock, options: Partial<KubeApiOptions>) {
    this.server = server;
    this.api = new KubeApi({
      credentials: {
        baseUrl: server.url,
        namespace: undefined,
        tls: async () => NO_TLS,
        authorization: async () => new Sensitive(`Bearer token-${this.refreshed}`),
        refresh: () => {
          this.refreshed++;
        },
      },
      clock,
      concurrency: 4,
      ...options,
    });
  }

  static async start(
    answer: Answer,
    clock = realClock,
    options: Partial<KubeApiOptions> = {},
  ): Promise<KubeSetup> {
    return new KubeSetup(await RawServer.start(answer), clock, options);
  }

  async close(): Promise<void> {
    await this.api.close();
    await this.server.close();
  }
}

interface Overrides {
  readonly uid?: string;
  readonly namespace?: string;
  readonly status?: unknown;
  readonly traits?: unknown;
}

/** A `KratosIdentity` as the API server sends it. */
export function identity(name: string, resourceVersion: string, overrides: Overrides = {}) {
  return {
    apiVersion: 'kratos.ory.sh/v1alpha1',
    kind: 'KratosIdentity',
    metadata: {
      name,
      namespace: overrides.namespace ?? 'team',
      uid: overrides.uid ?? `uid-${name}`,
      resourceVersion,
      generation: 1,
      managedFields: [{ manager: 'kubectl' }],
    },
    spec: { traits: overrides.traits ?? { email: `${name}@example.org` } },
    ...(overrides.status === undefined ? {} : { status: overrides.status }),
  };
}

export function listOf(items: readonly unknown[], resourceVersion: string, next?: string) {
  return {
    apiVersion: 'kratos.ory.sh/v1alpha1',
    kind: 'KratosIdentityList',
    metadata: { resourceVersion, ...(next === undefined ? {} : { continue: next }) },
    items,
  };
}

/** Begins a watch and sends these lines; the connection stays open. */
export function sendWatch(response: ServerResponse, ...lines: readonly (string | object)[]): void {
  response.writeHead(200, { 'content-type': 'application/json' });
  response.flushHeaders();
  for (const line of lines) response.write(typeof line === 'string' ? line : `${JSON.stringify(line)}\n`);
}
