import { isRemote, toError } from '../model/errors.ts';
import type { KratosIdentity } from '../model/generated/kratosidentity.ts';
import { hasFinalizer, readyCondition } from '../model/resource.ts';
import type { Requeue } from '../model/step.ts';
import type { Deps } from './deps.ts';
import { forget } from './forget.ts';
import { type PassResult, runPass } from './pass.ts';
import type { Key, Priority } from './ports.ts';
import type { Slots } from './slots.ts';

/** The queue as the controller needs it; `src/queue` has the real one. */
export interface WorkQueue {
  add(key: Key, priority?: Priority): void;
  addAfter(key: Key, ms: number, priority?: Priority): void;
  addRateLimited(key: Key, atLeastMs?: number): void;
  /** Of the key that is worked on. */
  priorityOf(key: Key): Priority;
  forget(key: Key): void;
  drop(key: Key): void;
  /** Rejects once the signal aborts. */
  get(signal: AbortSignal): Promise<Key>;
  done(key: Key): void;
}

export interface ControllerDeps extends Deps {
  readonly queue: WorkQueue;
  readonly slots: Slots;
  readonly resyncMs: number;
  /** Uniform in [0, 1). */
  readonly random: () => number;
  readonly onPass: (key: Key, outcome: PassResult | Error, seconds: number) => void;
  /** A pass is about to begin, or ended. */
  readonly onActive: (delta: 1 | -1) => void;
}

const CONFLICT_ROUNDS = { everyMs: 10_000, soonestMs: 200 };

/** Runs passes over the keys of the queue, and decides when each is looked at again. */
export class Controller {
  readonly #deps: ControllerDeps;
  #cancelConflictRound: (() => void) | undefined;
  #lastConflictRound = Number.NEGATIVE_INFINITY;

  constructor(deps: ControllerDeps) {
    this.#deps = deps;
  }

  /** What the watch saw. Only what may need a pass gets one; our own status writes do not. */
  onChange(key: Key, before: KratosIdentity | undefined, after: KratosIdentity | undefined): void {
    const { queue } = this.#deps;
    if (before !== undefined && before.metadata.uid !== after?.metadata.uid) {
      forget(this.#deps, before.metadata.uid);
    }
    if (after === undefined) queue.drop(key);
    else if (before === undefined) queue.add(key, isNew(after) ? 'normal' : 'low');
    else if (needsPass(before, after)) queue.add(key);
  }

  /** Works until the signal aborts, then finishes what is under way. */
  async run(signal: AbortSignal): Promise<void> {
    const { slots } = this.#deps;
    const underWay = new Set<Promise<void>>();
    for (;;) {
      const key = await this.#next(signal);
      if (key === undefined) break;
      const pass = slots.work(() => this.#one(key));
      underWay.add(pass);
      void pass.finally(() => underWay.delete(pass));
    }
    await Promise.all(underWay);
    this.#cancelConflictRound?.();
  }

  /** Somebody's identifiers became free: all resources in conflict look again, together and not too often. */
  onReleased(): void {
    if (this.#cancelConflictRound !== undefined) return;
    const { clock, cache, queue } = this.#deps;
    const sinceLast = clock.monotonic() - this.#lastConflictRound;
    const wait = Math.max(CONFLICT_ROUNDS.soonestMs, CONFLICT_ROUNDS.everyMs - sinceLast);
    this.#cancelConflictRound = clock.after(wait, () => {
      this.#cancelConflictRound = undefined;
      this.#lastConflictRound = clock.monotonic();
      for (const key of cache.keys()) {
        const resource = cache.get(key);
        if (resource !== undefined && readyCondition(resource)?.reason === 'Conflict') queue.add(key, 'low');
      }
    });
  }

  /** The next key once there is room for its pass; `undefined` when the signal aborted. */
  async #next(signal: AbortSignal): Promise<Key | undefined> {
    const { queue, slots } = this.#deps;
    try {
      await slots.room(signal);
      return await queue.get(signal);
    } catch {
      return undefined;
    }
  }

  async #one(key: Key): Promise<void> {
    const { clock, queue, onPass, onActive } = this.#deps;
    const began = clock.monotonic();
    const seconds = () => (clock.monotonic() - began) / 1000;
    onActive(1);
    try {
      const result = await runPass(this.#deps, key);
      this.#schedule(key, result);
      onPass(key, result, seconds());
    } catch (thrown) {
      const error = toError(thrown);
      this.#retry(key, error);
      onPass(key, error, seconds());
    } finally {
      onActive(-1);
      queue.done(key);
    }
  }

  /** The API server may ask for more time than the key's own backoff would leave it. */
  #retry(key: Key, error: Error): void {
    // The lease is lost or we are stopping: nothing of ours is to be scheduled.
    if (isRemote(error, 'aborted')) return;
    this.#deps.queue.addRateLimited(key, isRemote(error) ? error.retryAfterMs : undefined);
  }

  #schedule(key: Key, result: PassResult): void {
    const { queue, clock } = this.#deps;
    this.#requeue(key, result.requeue);
    if (result.end === 'done') return;
    if (result.requeue.kind !== 'gate') queue.addAfter(key, this.#untilResync(), 'low');
    if (result.wakeAt !== undefined) queue.addAfter(key, Math.max(0, result.wakeAt - clock.now()));
  }

  /** Milliseconds, jittered; those that fall due within a tenth of the interval fall due together, for then they share their reads. */
  #untilResync(): number {
    const { clock, random, resyncMs } = this.#deps;
    const now = clock.monotonic();
    const round = resyncMs / 10;
    return Math.ceil((now + resyncMs * (0.85 + 0.2 * random())) / round) * round - now;
  }

  #requeue(key: Key, requeue: Requeue): void {
    const { queue, gate } = this.#deps;
    switch (requeue.kind) {
      case 'backoff':
        queue.addRateLimited(key);
        break;
      case 'none':
        queue.forget(key);
        break;
      case 'after':
        queue.forget(key);
        queue.addAfter(key, requeue.ms, queue.priorityOf(key));
        break;
      case 'gate':
        gate.park(key, queue.priorityOf(key));
        if (requeue.ms !== undefined) queue.addAfter(key, requeue.ms, 'low');
    }
  }
}

/** A resource that no pass has looked at is a person's fresh wish; the rest of the first list can wait behind it. */
function isNew(resource: KratosIdentity): boolean {
  return (resource.status?.observedGeneration ?? -1) < 0;
}

function needsPass(before: KratosIdentity, after: KratosIdentity): boolean {
  return (
    before.metadata.uid !== after.metadata.uid ||
    before.metadata.generation !== after.metadata.generation ||
    before.metadata.deletionTimestamp !== after.metadata.deletionTimestamp ||
    (hasFinalizer(before) && !hasFinalizer(after))
  );
}
