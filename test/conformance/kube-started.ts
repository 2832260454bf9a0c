import { request } from 'undici';
import { onTestFinished } from 'vitest';

import type { JsonObject } from '../../src/model/json.ts';
import { type Kube, type KubeOptions, startKube } from '../standin/kube/kube.ts';
import { KubeClient } from './kube-client.ts';

const configMaps = '/api/v1/namespaces/default/configmaps';

export interface StartedKube {
  readonly kube: Kube;
  readonly client: KubeClient;
}

/** A stand-in and a client of it, both closed when the test is over. */
export async function start(options: KubeOptions = {}): Promise<StartedKube> {
  const kube = await startKube(options);
  const client = new KubeClient({ url: kube.url, token: Object.keys(options.tokens ?? {})[0] ?? 'any' });
  onTestFinished(async () => {
    await client.close();
    await kube.stop();
  });
  return { kube, client };
}

export function configMap(name: string, data: JsonObject = {}): JsonObject {
  return { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name }, data };
}

/** Names of the ConfigMaps that are stored. */
export function stored({ store }: Kube): readonly string[] {
  return store.list('configmaps').map(({ metadata }) => metadata.name);
}

/** What comes over the wire of a ConfigMap watch, chunk by chunk, and how it ended. */
export interface RawWatch {
  readonly chunks: readonly string[];
  readonly done: Promise<'ended' | 'broken'>;
}

/** Opens a raw watch; resolves once the server has answered. */
export async function rawWatch(kube: Kube, query = ''): Promise<RawWatch> {
  const path = `${configMaps}?watch=1&allowWatchBookmarks=false${query}`;
  const { body } = await request(`${kube.url}${path}`);
  const chunks: string[] = [];
  const read = async () => {
    for await (const chunk of body) chunks.push(String(chunk));
  };
  const done = read().then(
    () => 'ended' as const,
    () => 'broken' as const,
  );
  return { chunks, done };
}

export const paths = { configMaps };
