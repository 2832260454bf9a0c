import { mkdtemp } from 'node:fs/promises';
import { join } from 'node:path';
import { Child } from './child.ts';
import { freePort } from './wait.ts';

export interface Etcd {
  readonly url: string;
  /** Stops its clock: it accepts connections and answers nothing, until `thaw`. */
  readonly freeze: () => void;
  readonly thaw: () => void;
  /** Kills it and starts it again, on the same port with the same data. */
  readonly restart: () => Promise<void>;
  readonly stop: () => Promise<void>;
}

/** Starts an etcd of one member that keeps nothing beyond the test; durability is switched off. */
export async function startEtcd(binary: string, folder: string): Promise<Etcd> {
  const data = await mkdtemp(join(folder, 'etcd-'));
  const url = `http://127.0.0.1:${await freePort()}`;
  const peer = `http://127.0.0.1:${await freePort()}`;
  const launch = async () => {
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
    return child;
  };
  let child = await launch();
  return {
    url,
    freeze: () => child.signal('SIGSTOP'),
    thaw: () => child.signal('SIGCONT'),
    restart: async () => {
      await child.kill();
      child = await launch();
    },
    stop: async () => {
      await child.stop();
    },
  };
}
