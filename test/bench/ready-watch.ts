import { Agent } from 'undici';
import type { KratosIdentity } from '../../src/model/generated/kratosidentity.ts';
import { readyCondition } from '../../src/model/resource.ts';
import type { BenchCluster } from './bench-cluster.ts';
import type { Fleet } from './fleet.ts';

/** Sees each resource of a namespace become Ready, as a person's `kubectl wait` would. */
export class ReadyWatch {
  readonly #agent: Agent;
  readonly #awaited = new Map<string, (at: number) => void>();

  private constructor(agent: Agent) {
    this.#agent = agent;
  }

  static async open(cluster: BenchCluster, fleet: Fleet): Promise<ReadyWatch> {
    const { url, ca, adminToken } = cluster.server;
    const list = await cluster.kube.get<{ readonly metadata: { readonly resourceVersion: string } }>(
      `${fleet.collection}?limit=1`,
    );
    const agent = new Agent({ allowH2: false, connect: { ca }, bodyTimeout: 0 });
    const watch = new ReadyWatch(agent);
    const { body } = await agent.request({
      origin: url,
      path: `${fleet.collection}?watch=true&resourceVersion=${list?.metadata.resourceVersion}`,
      method: 'GET',
      headers: { authorization: `Bearer ${adminToken}` },
    });
    let rest = '';
    body.setEncoding('utf8');
    body.on('data', (chunk: string) => {
      const lines = (rest + chunk).split('\n');
      rest = lines.pop() ?? '';
      for (const line of lines) watch.#see(JSON.parse(line) as { readonly object: KratosIdentity });
    });
    // It ends when this does.
    body.on('error', () => {});
    return watch;
  }

  /** When it was seen to be Ready, by `performance.now()`; to be asked before it is made. */
  ready(name: string): Promise<number> {
    return new Promise((resolve) => {
      this.#awaited.set(name, resolve);
    });
  }

  close(): Promise<void> {
    return this.#agent.destroy();
  }

  #see({ object }: { readonly object: KratosIdentity }): void {
    if (readyCondition(object)?.status !== 'True') return;
    this.#awaited.get(object.metadata.name)?.(performance.now());
    this.#awaited.delete(object.metadata.name);
  }
}
