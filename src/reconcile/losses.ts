import type { Clock } from '../model/clock.ts';
import type { Key } from './ports.ts';

/** So many within the window are ordinary drift: somebody tidied up in Kratos. More are a mass loss. */
const FEW = 10;
/** In which every resource is looked at once, with the usual resync. */
const WINDOW_MS = 600_000;
const PACE_MS = 1_000;
/** A turn that is not taken by then goes to nobody: those missed in an outage must not add up. */
const KEPT_MS = 10_000;
const ROUND_EVERY_MS = 60_000;

/** How many identities vanished since the first of the late ones, and what became of them. Counts only: it goes to the log. */
export interface MassLoss {
  readonly isOver: boolean;
  readonly lost: number;
  readonly madeAgain: number;
  readonly foundAgain: number;
}

type Tally = Omit<MassLoss, 'isOver'>;

interface LossesDeps {
  readonly clock: Clock;
  /** Hands a waiting key back to the queue. */
  readonly release: (key: Key) => void;
  readonly onLost: () => void;
  /** Told when a mass loss begins and when it is over. */
  readonly onMassLoss: (loss: MassLoss) => void;
}

interface Waiting {
  readonly key: Key;
  /** Monotonic milliseconds; not before the moment it was given. */
  turn: number;
  /** Another one was found again: this one is worth a look before its turn. */
  look: boolean;
}

/**
 * The identities that vanished from Kratos and are not made again yet. A few are made again at once; many are a sign of a Kratos with
 * another database, so the rest take turns (docs/decisions/0014-mass-loss.md).
 *
 * Guarantees: ten turns at once and then one a second, with as many again for resources that their authors changed; a turn is given
 * for each loss, whoever asks how often; as soon as one is found again, all that wait are worth a look.
 */
export class Losses {
  readonly #deps: LossesDeps;
  readonly #waiting = new Map<string, Waiting>();
  readonly #line = new Line();
  /** A person does not wait behind ten thousand. */
  readonly #edits = new Line();
  /** Monotonic milliseconds of the last losses: one more than are few. */
  #recent: number[] = [];
  #tally: Tally = NOTHING;
  #isMassive = false;
  #lastRound = Number.NEGATIVE_INFINITY;

  constructor(deps: LossesDeps) {
    this.#deps = deps;
  }

  /** From when on (monotonic milliseconds) the vanished identity of this resource may be made again; 0 where none has a turn. */
  turn(uid: string): number {
    const waiting = this.#waiting.get(uid);
    return waiting === undefined || waiting.look ? 0 : waiting.turn;
  }

  /** Kratos does not know the identity that this resource holds. @param edited its author asked for something since the last pass */
  lost(uid: string, key: Key, edited: boolean): void {
    const now = this.#deps.clock.monotonic();
    const known = this.#waiting.get(uid);
    if (known === undefined) this.#count(now);
    else known.look = false;
    const isKept = known !== undefined && now <= known.turn + KEPT_MS;
    if (isKept && (!edited || known.turn <= now)) return;
    const turn = (edited ? this.#edits : this.#line).take(now);
    this.#waiting.set(uid, { key, turn: isKept ? Math.min(turn, known.turn) : turn, look: false });
  }

  /** Kratos showed the identity of this resource. */
  found(uid: string): void {
    const now = this.#deps.clock.monotonic();
    if (this.#waiting.delete(uid)) {
      this.#tally = { ...this.#tally, foundAgain: this.#tally.foundAgain + 1 };
      this.#recent = [];
      if (this.#waiting.size === 0) this.#line.clear(now);
      else this.#lookAll(now);
    }
    this.#review(now);
  }

  /** The identity is about to be made again. */
  remaking(uid: string): void {
    if (!this.#waiting.delete(uid)) return;
    this.#tally = { ...this.#tally, madeAgain: this.#tally.madeAgain + 1 };
  }

  /** The resource is gone. */
  forget(uid: string): void {
    this.#waiting.delete(uid);
  }

  #count(now: number): void {
    const { onLost, onMassLoss } = this.#deps;
    onLost();
    if (now - (this.#recent.at(-1) ?? now) > WINDOW_MS) this.#tally = NOTHING;
    this.#tally = { ...this.#tally, lost: this.#tally.lost + 1 };
    this.#recent = [...this.#recent, now].slice(-FEW - 1);
    if (this.#isMassive || !this.#areMany(now)) return;
    this.#isMassive = true;
    onMassLoss({ isOver: false, ...this.#tally });
  }

  #areMany(now: number): boolean {
    const [first] = this.#recent;
    return this.#recent.length > FEW && first !== undefined && now - first <= WINDOW_MS;
  }

  /** At most one round a minute: where only some came back, each of them would send all the others. */
  #lookAll(now: number): void {
    if (now - this.#lastRound < ROUND_EVERY_MS) return;
    this.#lastRound = now;
    for (const waiting of this.#waiting.values()) {
      waiting.look = true;
      this.#deps.release(waiting.key);
    }
  }

  #review(now: number): void {
    if (!this.#isMassive || this.#areMany(now) || this.#line.isTaken(now)) return;
    this.#isMassive = false;
    this.#deps.onMassLoss({ isOver: true, ...this.#tally });
    this.#tally = NOTHING;
  }
}

const NOTHING: Tally = { lost: 0, madeAgain: 0, foundAgain: 0 };

/** Turns of a bounded pace, some of them at once where none were taken for a while. */
class Line {
  /** Monotonic milliseconds of the next turn there is. */
  #next = Number.NEGATIVE_INFINITY;

  /** Monotonic milliseconds, `now` at the earliest. */
  take(now: number): number {
    const turn = Math.max(this.#next, now - (FEW - 1) * PACE_MS);
    this.#next = turn + PACE_MS;
    return Math.max(turn, now);
  }

  isTaken(now: number): boolean {
    return this.#next > now;
  }

  /** Nobody waits for the turns that were given. */
  clear(now: number): void {
    this.#next = Math.min(this.#next, now);
  }
}
