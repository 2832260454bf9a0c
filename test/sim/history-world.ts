import type { Capabilities, Identity } from '../../src/model/identity.ts';
import { serverKind } from '../../src/model/identity.ts';
import { hasFinalizer } from '../../src/model/resource.ts';
import { Canary } from './canary.ts';
import { DrivenClock } from './clock.ts';
import { Effects } from './effects.ts';
import { KEYS } from './history-action.ts';
import { STRANGER } from './history-spec.ts';
import { SimKratos } from './kratos.ts';
import { SimKube } from './kube.ts';
import { SimProcess, turn } from './process.ts';

const MINUTES = 60_000;

/** Two servers and one or two processes of the operator without a lease, and what must hold of them at every moment. */
export class HistoryWorld {
  readonly clock = new DrivenClock();
  readonly kube = new SimKube();
  readonly kratos: SimKratos;
  readonly effects = new Effects(this.clock);
  readonly canary = new Canary(this.kube);
  readonly has: Capabilities;
  readonly stranger: Identity;
  readonly processes: SimProcess[] = [];
  /** Everything that gives the operator something to do, or makes it do something once more. */
  causes = 0;
  /** How many links were asked for, and how many of those minted were lost before they were on record. */
  links = 0;
  lostLinks = 0;
  /** Identities that were enforced to be inactive at some time. */
  readonly locked = new Set<string>();
  /** By key, the identity that a deletion with `Retain` has to leave. */
  readonly retained = new Map<string, string>();
  /** By key, the policy of its last deletion. */
  readonly lastPolicy = new Map<string, string>();

  constructor(has: Capabilities, count: 1 | 2) {
    this.has = has;
    this.kratos = new SimKratos(has, this.clock);
    this.stranger = this.kratos.create({
      schemaId: 'person',
      traits: { email: STRANGER },
      state: undefined,
      metadataPublic: undefined,
      metadataAdmin: undefined,
      externalId: undefined,
    });
    for (let who = 0; who < count; who += 1) this.processes.push(new SimProcess(this, count === 1));
    this.kube.onChanged = () => {
      for (const process of this.processes) process.changed();
    };
  }

  /** The identities that were made for a key. */
  kin(key: string): Identity[] {
    return [...this.kratos.identities.values()].filter(({ traits }) => traits.of === key);
  }

  /** Faults stop, everybody sees everything, and time goes on until nothing is due but resyncs. */
  async end(): Promise<void> {
    this.effects.calm();
    for (let round = 0; round < 4; round += 1) await this.free(12 * MINUTES);
    for (const process of this.processes) process.free(true);
  }

  /** What must hold at every moment. */
  checkAlways(): void {
    for (const key of KEYS) {
      const resource = this.kube.resources.get(key);
      // Without our finalizer a deletion asks nobody, and what an earlier resource left stays.
      if (resource !== undefined && hasFinalizer(resource)) {
        this.lastPolicy.set(key, resource.spec.deletionPolicy);
      }
      const { length } = this.kin(key);
      if (length > 1) throw new Error(`${length} identities of ${key}`);
    }
    if (this.kratos.identities.get(this.stranger.id) !== this.stranger)
      throw new Error("a stranger's identity was touched");
    for (const { faults } of this.processes) {
      const [fault] = faults;
      if (fault !== undefined) throw fault;
    }
  }

  get isBare(): boolean {
    return serverKind(this.has) === 'bare';
  }

  get isShared(): boolean {
    return this.processes.length > 1;
  }

  /** The identity that the status of a key names, while there is one. */
  held(key: string): Identity | undefined {
    const id = this.kube.resources.get(key)?.status?.identityId;
    return id === undefined ? undefined : this.kratos.identities.get(id);
  }

  process(who: number): SimProcess {
    const process = this.processes[who % this.processes.length];
    if (process === undefined) throw new Error('no process');
    return process;
  }

  /** Another process for every one that died. */
  async revive(): Promise<void> {
    for (const [who, process] of this.processes.entries()) {
      if (!process.operator.isDead) continue;
      this.causes += 1;
      this.#countLost(process);
      process.kill();
      this.processes[who] = new SimProcess(this, !this.isShared);
    }
    await turn();
  }

  /** A link that only the memory of a process held is minted once more. */
  #countLost({ operator, faults }: SimProcess): void {
    const [fault] = faults;
    if (fault !== undefined) throw fault;
    for (const { metadata } of this.kube.resources.values()) {
      const { minted, recovery } = operator.deps.memory.learned(metadata.uid);
      if (minted !== undefined || recovery?.state === 'Issued') this.lostLinks += 1;
    }
  }

  /** Lets every pass that is under way end. */
  async drain(): Promise<void> {
    for (let count = 0; this.processes.some(({ waiting }) => waiting > 0); count += 1) {
      if (count > 500) throw new Error('passes without end');
      for (const process of this.processes) await process.send();
      await this.revive();
      this.checkAlways();
    }
  }

  /** Everybody works and sees everything for so long. */
  async free(ms: number): Promise<void> {
    for (const process of this.processes) process.free(true);
    await this.clock.advance(ms);
    while (this.processes.some(({ operator }) => operator.isDead)) {
      await this.revive();
      for (const process of this.processes) process.free(true);
      await this.clock.advance(1_000);
    }
    for (const process of this.processes) process.free(false);
    this.checkAlways();
  }
}
