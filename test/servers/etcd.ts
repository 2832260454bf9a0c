import { mkdtemp } from 'node:fs/promises';
import { join } from 'node:path';
import { Child } from './child.ts';
import { freePort } from './wait.ts';

export interface Etcd {
  readonly url: string;
  readonly stop: () => Promise<void>;
}

/** Starts an etcd of one member that keeps nothing beyond the test; durability is switched off. */
export async function startEtcd(binary: string, folder: string): Promise<Etcd> {
  const data = await mkdtemp(join(folder, 'etcd-'));
  const url = `http://127.0.0.1:${await freePort()}`;
  const peer = `http://127.0.0.1:${await freePort()}`;
  const child = new Child({
    name: 'etcd',
    command: binary,
    arguments: [
      `--data-dir=${data}`,
      `--listen-client-urls=${url}`,
      `--advertise-client-urls=${url}`,
      `--listen-peer-urls=${peer}`,
      '--unsafe-no-fsync',
      '--log-level=warn',
    ],
    env: {},
    logFile: join(data, 'etcd.log'),
  });
  await child.ready(async () => (await fetch(`${url}/health`)).ok);
  return {
    url,
    stop: async () => {
      await child.stop();
    },
  };
}
