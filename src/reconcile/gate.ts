import { type Clock, sleep } from '../model/clock.ts';
import { isRemote, type RemoteError, toError } from '../model/errors.ts';
import { contradictsProbe } from '../model/failure.ts';
import type { Capabilities } from '../model/identity.ts';
import type { KratosView } from '../model/world.ts';
import type { Key, Kratos, Priority } from './ports.ts';

const PROBE_EVERY_MS = { min: 1_000, max: 5_000 };
const TRIAL_EVERY_MS = 30_000;
const RECHECK_EVERY_MS = 60_000;
const ODD_RECHECK_EVERY_MS = 10_000;
const RELEASE = { keys: 50, everyMs: 100 };

type Cause = 'unavailable' | 'denied';

type State =
  | { readonly kind: 'open'; readonly has: Capabilities }
  | { readonly kind: 'down'; readonly since: number; readonly notBefore: number; readonly cause: Cause }
  | {
      readonly kind: 'denied';
      readonly since: number;
      readonly has: Capabilities;
      readonly nextTrial: number;
    };

export interface GateDeps {
  readonly kratos: Pick<Kratos, 'probe' | 'ready'>;
  readonly clock: Clock;
  /** Hands a parked key back to the queue. */
  readonly release: (key: Key, priority: Priority) => void;
  /** Told of every opening and closing. */
  readonly onChange: (open: boolean, why: string) => void;
}

/**
 * Holds requests to Kratos back while there is no point in sending them: one probe instead of ten thousand tries.
 * It holds requests, not passes: whatever needs no Kratos goes on.
 *
 * Guarantees: closed until a probe succeeded; trouble closes it only when `health/ready`, asked at once, fails too (or the server named a
 * time); a denial closes it for all keys but one every 30 s; parked keys are released at a bounded pace, those of edits first.
 */
export class Gate {
  readonly #deps: GateDeps;
  readonly #parked = { normal: new Set<Key>(), low: new Set<Key>() };
  readonly #firstWord = Promise.withResolvers<void>();
  #state: State;
  #trial: Key | undefined;
  #checking: Promise<void> | undefined;
  #told = '';
  #probedAt = Number.NEGATIVE_INFINITY;
  #wake: () => void = () => {};

  constructor(deps: GateDeps) {
    this.#deps = deps;
    this.#state = { kind: 'down', since: deps.clock.monotonic(), notBefore: 0, cause: 'unavailable' };
  }

  /** Resolves when the first probe has succeeded or failed: before, nothing can be said of Kratos. */
  get firstWord(): Promise<void> {
    return this.#firstWord.promise;
  }

  get isOpen(): boolean {
    return this.#state.kind === 'open';
  }

  /** Kratos as this key may see it; in a denial one key at a time sees it open. */
  view(key: Key): KratosView {
    const state = this.#state;
    if (state.kind === 'open') return { open: true, has: state.has };
    const now = this.#deps.clock.monotonic();
    if (state.kind === 'down') return { open: false, cause: state.cause, forMs: now - state.since };
    if (this.#trial === key || now >= state.nextTrial) {
      if (this.#trial !== key) this.#state = { ...state, nextTrial: now + TRIAL_EVERY_MS };
      this.#trial = key;
      return { open: true, has: state.has };
    }
    return { open: false, cause: 'denied', forMs: now - state.since };
  }

  /** The key is to be handed back to the queue once the gate opens, with the best of the priorities that it was parked with. */
  park(key: Key, priority: Priority): void {
    const { normal, low } = this.#parked;
    if (priority === 'normal') low.delete(key);
    if (priority === 'normal' || !normal.has(key)) this.#parked[priority].add(key);
    if (this.isOpen) this.#wake();
  }

  /** A request of this key went well. */
  succeeded(key: Key): void {
    if (this.#state.kind === 'denied' && this.#trial === key) this.#open(this.#state.has);
  }

  /** A request of this key failed; resolves once it is decided whether that is Kratos' trouble or the key's own. */
  async failed(key: Key, error: RemoteError): Promise<void> {
    if (error.code === 'denied') return this.#deny(key);
    if (error.retryAfterMs !== undefined) return this.#shut('asked to wait', error.retryAfterMs);
    if (contradictsProbe(error)) return this.#check(() => this.#reprobe());
    if (isRemote(error, 'unavailable', 'unexpected')) {
      return this.#check(() => this.#askReady(error.code === 'unexpected'));
    }
  }

  /** Looks anew at what Kratos has, unless that was done within so long. */
  async recheck(maxAgeMs = RECHECK_EVERY_MS): Promise<void> {
    if (this.#isOlder(maxAgeMs)) await this.#check(() => this.#reprobe());
  }

  /** Probes until it succeeds, and again whenever the gate was shut; ends with the signal. */
  async run(signal: AbortSignal): Promise<void> {
    const { clock } = this.#deps;
    let delay = PROBE_EVERY_MS.min;
    while (!signal.aborted) {
      if (this.#state.kind === 'down') {
        const wait = this.#state.notBefore - clock.monotonic();
        if (wait > 0) await sleep(clock, wait, signal).catch(() => {});
        if (!signal.aborted && !(await this.#probed())) {
          await sleep(clock, delay, signal).catch(() => {});
          delay = Math.min(delay * 2, PROBE_EVERY_MS.max);
        }
      } else {
        delay = PROBE_EVERY_MS.min;
        await this.#releaseSome(signal);
      }
    }
  }

  async #probed(): Promise<boolean> {
    this.#probedAt = this.#deps.clock.monotonic();
    try {
      this.#open(await this.#deps.kratos.probe());
      return true;
    } catch (error) {
      this.#shut(toError(error).message, 0, isRemote(error, 'denied') ? 'denied' : 'unavailable');
      return false;
    } finally {
      this.#firstWord.resolve();
    }
  }

  /** Hands parked keys back while open; otherwise, and when there are none, sleeps until something changes. */
  async #releaseSome(signal: AbortSignal): Promise<void> {
    const { clock } = this.#deps;
    const state = this.#state;
    if (state.kind === 'open' && this.#release(RELEASE.keys)) {
      return sleep(clock, RELEASE.everyMs, signal).catch(() => {});
    }
    if (state.kind === 'denied' && clock.monotonic() >= state.nextTrial) this.#release(1);
    const pause = state.kind === 'denied' ? Math.max(state.nextTrial - clock.monotonic(), 1_000) : undefined;
    await this.#sleepUntilWoken(pause, signal);
  }

  /** Hands so many keys back; tells whether more are parked. */
  #release(most: number): boolean {
    const { normal, low } = this.#parked;
    let count = 0;
    for (const priority of ['normal', 'low'] as const) {
      for (const key of this.#parked[priority]) {
        if (count === most) break;
        count += 1;
        this.#parked[priority].delete(key);
        this.#deps.release(key, priority);
      }
    }
    return normal.size + low.size > 0;
  }

  #sleepUntilWoken(ms: number | undefined, signal: AbortSignal): Promise<void> {
    return new Promise((resolve) => {
      const cancel = ms === undefined ? () => {} : this.#deps.clock.after(ms, () => done());
      const done = () => {
        cancel();
        signal.removeEventListener('abort', done);
        resolve();
      };
      this.#wake = done;
      if (signal.aborted) return done();
      signal.addEventListener('abort', done, { once: true });
    });
  }

  #open(has: Capabilities): void {
    this.#state = { kind: 'open', has };
    this.#trial = undefined;
    this.#tell(true, `${has.dialect} dialect`);
    this.#wake();
  }

  #deny(key: Key): void {
    const now = this.#deps.clock.monotonic();
    if (this.#trial === key) this.#trial = undefined;
    if (this.#state.kind !== 'open') return;
    this.#state = { kind: 'denied', since: now, has: this.#state.has, nextTrial: now + TRIAL_EVERY_MS };
    this.#tell(false, 'access denied');
    this.#wake();
  }

  #shut(why: string, forMs = 0, cause: Cause = 'unavailable'): void {
    const now = this.#deps.clock.monotonic();
    const since = this.#state.kind === 'open' ? now : this.#state.since;
    this.#state = { kind: 'down', since, notBefore: now + forMs, cause };
    this.#tell(false, why);
    this.#wake();
  }

  #tell(open: boolean, why: string): void {
    if (this.#told === why) return;
    this.#told = why;
    this.#deps.onChange(open, why);
  }

  /** One check at a time serves every key that failed meanwhile. */
  #check(ask: () => Promise<void>): Promise<void> {
    if (this.#state.kind !== 'open') return Promise.resolve();
    this.#checking ??= ask().finally(() => {
      this.#checking = undefined;
    });
    return this.#checking;
  }

  /** One that is ready and answers oddly may be another server than the one that was probed. */
  async #askReady(isOdd: boolean): Promise<void> {
    try {
      await this.#deps.kratos.ready();
    } catch (error) {
      return this.#shut(toError(error).message);
    }
    if (isOdd && this.#isOlder(ODD_RECHECK_EVERY_MS)) await this.#reprobe();
  }

  #isOlder(ageMs: number): boolean {
    return this.#deps.clock.monotonic() - this.#probedAt >= ageMs;
  }

  async #reprobe(): Promise<void> {
    await this.#probed();
  }
}
