import { RemoteError, type RemoteErrorDetail } from '../../src/model/errors.ts';
import type { Capabilities } from '../../src/model/identity.ts';
import { Gate } from '../../src/reconcile/gate.ts';
import { DrivenClock, settle } from '../sim/clock.ts';
import { EXTERNAL_IDS } from './build.ts';

export const trouble = (detail: Partial<RemoteErrorDetail> = {}) =>
  new RemoteError('x', { code: 'unavailable', outcome: 'none', ...detail });

/** A gate that runs, over a Kratos whose answers are set by the test. */
export class GateWorld {
  readonly clock = new DrivenClock();
  readonly released: string[] = [];
  readonly priorities: string[] = [];
  readonly changes: string[] = [];
  readonly #stop = new AbortController();
  readonly gate: Gate;
  probes = 0;
  readies = 0;
  has: Capabilities | Error = EXTERNAL_IDS;
  isReady = true;
  /** Holds the answer to `ready` back until it is told to go on. */
  hold: Promise<void> = Promise.resolve();
  #running: Promise<void> = Promise.resolve();

  constructor() {
    const kratos = {
      probe: () => {
        this.probes += 1;
        return this.has instanceof Error ? Promise.reject(this.has) : Promise.resolve(this.has);
      },
      ready: async () => {
        this.readies += 1;
        await this.hold;
        if (!this.isReady) throw trouble();
      },
    };
    this.gate = new Gate({
      kratos,
      clock: this.clock,
      release: (key, priority) => {
        this.released.push(key);
        this.priorities.push(priority);
      },
      onChange: (open) => this.changes.push(open ? 'open' : 'closed'),
    });
  }

  start(): Promise<void> {
    this.#running = this.gate.run(this.#stop.signal);
    return settle();
  }

  async stop(): Promise<void> {
    this.#stop.abort();
    await this.clock.advance(60_000);
    await this.#running;
  }
}
