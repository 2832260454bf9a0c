import type { Clock } from '../../../src/model/clock.ts';
import type { JsonObject } from '../../../src/model/json.ts';
import { Api } from './api.ts';
import type { Tokens } from './auth.ts';
import { Catalog } from './catalog.ts';
import { systemClock } from './clock.ts';
import { Controllers } from './controllers.ts';
import { namespaces } from './core.ts';
import { customResourceDefinitions } from './crd.ts';
import { Faults } from './faults.ts';
import { Objects } from './objects.ts';
import { Registry } from './registry.ts';
import { RequestLog } from './requests.ts';
import { KubeServer } from './server.ts';
import { Storage } from './storage.ts';
import { Watches } from './watches.ts';

export interface KubeOptions {
  /** Parsed CRDs that are there from the start. */
  readonly crd?: JsonObject | readonly JsonObject[];
  /** Without them everybody may do everything; with them an unknown token is a 401. */
  readonly tokens?: Tokens;
  /** Drives timestamps, bookmarks, watch timeouts and lag. */
  readonly clock?: Clock;
  /** 0: a free one. */
  readonly port?: number;
  /** Default 60 000, about as often as the real server. */
  readonly bookmarkMs?: number;
  /** Whether owners' objects, namespaces and CRDs are cleaned up as kube-controller-manager does; default true. */
  readonly controllers?: boolean;
}

/** A running stand-in for kube-apiserver. */
export interface Kube {
  readonly url: string;
  /** The stored objects, as another user would read and write them. */
  readonly store: Objects;
  readonly requests: RequestLog;
  readonly faults: Faults;
  readonly watches: Watches;
  /**
   * A kubeconfig for this server, as JSON (which is YAML); default token: the first. kubectl sends no token over plain HTTP, so
   * that it can only be used with a stand-in without tokens.
   */
  kubeconfig(token?: string): string;
  /** Ends every connection. */
  stop(): Promise<void>;
}

/**
 * Starts a stand-in on 127.0.0.1, over plain HTTP, with the namespaces `default` and `kube-system`. It has no server-side apply,
 * dry run, managedFields, CEL rules, schema combinators, protobuf (so no `kubectl create namespace`) and no TokenRequest.
 */
export async function startKube(options: KubeOptions = {}): Promise<Kube> {
  const { tokens, clock = systemClock } = options;
  const storage = new Storage();
  const catalog = new Catalog(storage);
  const registry = new Registry(storage, clock);
  if (options.controllers !== false) new Controllers(storage, registry, catalog).start();
  seed(registry, [options.crd ?? []].flat());

  const watches = new Watches(storage, clock, options.bookmarkMs ?? 60_000);
  const faults = new Faults();
  const requests = new RequestLog();
  const api = new Api({ storage, registry, catalog, clock, tokens });
  const server = new KubeServer({ api, faults, requests, watches });
  const url = `http://127.0.0.1:${await server.listen(options.port ?? 0)}`;
  return {
    url,
    store: new Objects(storage, registry, catalog),
    requests,
    faults,
    watches,
    kubeconfig: (token = Object.keys(tokens ?? {})[0]) => kubeconfig(url, token),
    stop: () => server.close(),
  };
}

function seed(registry: Registry, crds: readonly JsonObject[]): void {
  const at = { namespace: '', name: '', subresource: '' };
  for (const name of ['default', 'kube-system']) {
    registry.create(
      { ...at, resource: namespaces },
      { apiVersion: 'v1', kind: 'Namespace', metadata: { name } },
    );
  }
  for (const crd of crds) registry.create({ ...at, resource: customResourceDefinitions }, crd);
}

function kubeconfig(server: string, token: string | undefined): string {
  const cluster = { server, 'insecure-skip-tls-verify': true };
  return JSON.stringify({
    apiVersion: 'v1',
    kind: 'Config',
    'current-context': 'standin',
    clusters: [{ name: 'standin', cluster }],
    users: [{ name: 'standin', user: token === undefined ? {} : { token } }],
    contexts: [{ name: 'standin', context: { cluster: 'standin', user: 'standin', namespace: 'default' } }],
  });
}
