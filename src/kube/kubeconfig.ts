import { readFile } from 'node:fs/promises';
import type { RequestOptions } from 'node:https';
import { delimiter, dirname, resolve } from 'node:path';
// Deep, because the package's index loads 17 MB of generated models. This file is loaded only where a kubeconfig is used.
import { KubeConfig } from '@kubernetes/client-node/dist/config.js';
import { parse } from 'yaml';
import type { Clock } from '../model/clock.ts';
import { isObject } from '../model/json.ts';
import { Sensitive } from '../model/sensitive.ts';
import { type Credentials, type Material, MaterialSource } from './credentials.ts';

interface Loaded {
  readonly config: KubeConfig;
  /** `tokenFile` by user, which client-node does not know. */
  readonly tokenFiles: ReadonlyMap<string, string>;
}

const HINT = 'set --kubeconfig (KUBECONFIG) and --context';

/**
 * Credentials as a kubeconfig says them: client certificates, tokens, token files, exec plugins, `tls-server-name`.
 *
 * `files` is one path or several as `KUBECONFIG` lists them; of two entries of one name the first wins, as in kubectl. Throws an
 * `Error` for people, which holds nothing of the file's contents, when that does not lead to a cluster.
 */
export async function kubeconfigCredentials(
  files: string,
  context: string | undefined,
  clock: Clock,
): Promise<Credentials> {
  let loaded = await load(files, context);
  let stale = false;
  const material = new MaterialSource(async () => {
    if (stale) loaded = await load(files, context);
    stale = false;
    return materialOf(loaded);
  }, clock);
  const { config } = loaded;
  return {
    baseUrl: config.getCurrentCluster()?.server ?? '',
    namespace: config.getContextObject(config.getCurrentContext())?.namespace,
    tls: async () => (await material.get()).tls,
    authorization: async () => (await material.get()).authorization,
    refresh: () => {
      stale = true;
      material.refresh();
    },
  };
}

async function load(files: string, context: string | undefined): Promise<Loaded> {
  const config = new KubeConfig();
  const tokenFiles = new Map<string, string>();
  for (const file of files.split(delimiter).filter(Boolean)) {
    const text = await readFile(file, 'utf8').catch(() => {
      throw new Error(`cannot read kubeconfig ${file}: ${HINT}`);
    });
    try {
      const one = new KubeConfig();
      one.loadFromString(text);
      one.makePathsAbsolute(resolve(dirname(file)));
      merge(config, one);
      collectTokenFiles(parse(text), dirname(file), tokenFiles);
    } catch {
      throw new Error(`${file} is not a kubeconfig: ${HINT}`);
    }
  }
  if (context !== undefined) config.setCurrentContext(context);
  check(config, files);
  return { config, tokenFiles };
}

function merge(into: KubeConfig, from: KubeConfig): void {
  for (const cluster of from.clusters) if (!into.getCluster(cluster.name)) into.addCluster(cluster);
  for (const user of from.users) if (!into.getUser(user.name)) into.addUser(user);
  for (const context of from.contexts) if (!into.getContextObject(context.name)) into.addContext(context);
  if (!into.getCurrentContext()) into.setCurrentContext(from.getCurrentContext());
}

function collectTokenFiles(document: unknown, directory: string, into: Map<string, string>): void {
  if (!isObject(document) || !Array.isArray(document.users)) return;
  for (const entry of document.users) {
    if (!isObject(entry) || typeof entry.name !== 'string' || !isObject(entry.user)) continue;
    const { tokenFile } = entry.user;
    if (typeof tokenFile === 'string' && !into.has(entry.name)) {
      into.set(entry.name, resolve(directory, tokenFile));
    }
  }
}

function check(config: KubeConfig, files: string): void {
  const name = config.getCurrentContext();
  if (!name) throw new Error(`kubeconfig ${files} has no current context: ${HINT}`);
  if (!config.getContextObject(name)) {
    throw new Error(`kubeconfig ${files} has no context ${JSON.stringify(name)}: ${HINT}`);
  }
  const cluster = config.getCurrentCluster();
  if (!cluster) {
    throw new Error(`context ${JSON.stringify(name)} of kubeconfig ${files} names no cluster: ${HINT}`);
  }
  if (!URL.canParse(cluster.server)) {
    throw new Error(`kubeconfig ${files} has no valid server for context ${JSON.stringify(name)}: ${HINT}`);
  }
  if (cluster.proxyUrl) throw new Error(`kubeconfig ${files}: proxy-url is not supported; ${HINT}`);
  if (config.getCurrentUser()?.impersonateUser) {
    throw new Error(`kubeconfig ${files}: impersonation is not supported; ${HINT}`);
  }
  // client-node refuses plain HTTP unless told that there is no certificate to verify; there is none.
  if (cluster.server.startsWith('http:')) {
    config.clusters = config.clusters.map((each) =>
      each === cluster ? { ...each, skipTLSVerify: true } : each,
    );
  }
}

async function materialOf({ config, tokenFiles }: Loaded): Promise<Material> {
  const options: RequestOptions = {};
  await config.applyToHTTPSOptions(options);
  const { ca, cert, key, passphrase, servername, rejectUnauthorized } = options;
  const given = Object.entries({ ca, cert, key, passphrase, servername, rejectUnauthorized });
  return {
    tls: Object.fromEntries(given.filter(([, value]) => value !== undefined)),
    authorization: await authorizationOf(options, tokenFiles.get(config.getCurrentUser()?.name ?? '')),
  };
}

async function authorizationOf(
  options: RequestOptions,
  tokenFile: string | undefined,
): Promise<Sensitive | undefined> {
  if (tokenFile !== undefined) return new Sensitive(`Bearer ${(await readFile(tokenFile, 'utf8')).trim()}`);
  const headers: unknown = options.headers;
  const value = isObject(headers) ? headers.Authorization : undefined;
  return typeof value === 'string' ? new Sensitive(value.trim()) : undefined;
}
