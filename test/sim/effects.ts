import { RemoteError } from '../../src/model/errors.ts';
import type { DrivenClock } from './clock.ts';
import { carryOut } from './kratos.ts';

/** What happens to one external effect of a scenario. */
export const FAULTS = [
  /** The process dies before the request leaves. */
  'dies before',
  /** The server carries it out, the process dies before the answer. */
  'dies after',
  /** The answer comes; the process dies before its next request. */
  'dies knowing',
  /** The server carries it out, the answer is lost, the process lives. */
  'answer lost',
  /** The process gives up waiting; the server carries it out later. */
  'carried out late',
  /** The process dies waiting; the server carries it out later. */
  'dies, carried out late',
] as const;

export type Fault = (typeof FAULTS)[number];

export class Died extends Error {}

/** Counts every external effect of all processes of one scenario, and disturbs those that it was told to. */
export class Effects {
  readonly log: string[] = [];
  /** The effects that were disturbed, each with what happened to it. */
  readonly struck: { readonly name: string; readonly fault: Fault }[] = [];
  readonly #clock: DrivenClock;
  readonly #lateMs: number;
  readonly #faults = new Map<number, Fault | (() => void)>();
  #next: { readonly name: string; readonly disturb: Fault | (() => void) }[] = [];

  constructor(clock: DrivenClock, lateMs = 9_000) {
    this.#clock = clock;
    this.#lateMs = lateMs;
  }

  get count(): number {
    return this.log.length;
  }

  /** Disturbs the effect of that number, counted from 1. */
  disturb(at: number, fault: Fault | (() => void)): void {
    this.#faults.set(at, fault);
  }

  /** From now on nothing is disturbed. */
  calm(): void {
    this.#faults.clear();
    this.#next = [];
  }

  /** Disturbs the next effect of that name; several are taken one after another. */
  next(name: string, fault: Fault): void {
    this.#next.push({ name, disturb: fault });
  }

  /** Lets something else happen right before the next effect of that name reaches its server. */
  before(name: string, happens: () => void): void {
    this.#next.push({ name, disturb: happens });
  }

  run<T>(name: string, effect: () => T, die: () => void): T {
    this.log.push(name);
    const fault = this.#faults.get(this.count) ?? this.#taken(name);
    if (fault === undefined) return effect();
    if (typeof fault === 'string') this.struck.push({ name, fault });
    switch (fault) {
      case 'dies before':
        die();
        throw new Died();
      case 'dies after':
        effect();
        die();
        throw new Died();
      case 'dies knowing': {
        const answer = effect();
        die();
        return answer;
      }
      case 'answer lost':
        effect();
        throw lost(name);
      case 'carried out late':
        this.#carryOutLate(effect);
        throw lost(name);
      case 'dies, carried out late':
        this.#carryOutLate(effect);
        die();
        throw new Died();
      default:
        fault();
        return effect();
    }
  }

  #taken(name: string): Fault | (() => void) | undefined {
    const index = this.#next.findIndex((one) => one.name === name);
    return index < 0 ? undefined : this.#next.splice(index, 1)[0]?.disturb;
  }

  #carryOutLate(effect: () => unknown): void {
    this.#clock.after(this.#lateMs, () => carryOut(effect));
  }
}

function lost(name: string): RemoteError {
  return new RemoteError(name, { code: 'unavailable', outcome: 'unknown' });
}
