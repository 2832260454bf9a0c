import type { Clock } from '../model/clock.ts';
import type { Sink } from './io.ts';

const EVERY_MS = 1_000;
const CLEAR = '\r\x1b[K';

/** How far a walk has come: one line redrawn on a terminal, else a line a second at most; the last line always stays. */
export class Progress {
  readonly #sink: Sink;
  readonly #clock: Clock;
  #toldAt: number;
  #drawn = false;
  /** The line that stands there last, where it stays. */
  #stays = '';

  constructor(sink: Sink, clock: Clock) {
    this.#sink = sink;
    this.#clock = clock;
    this.#toldAt = clock.monotonic();
  }

  async show(line: string): Promise<void> {
    if (this.#sink.isTerminal) {
      this.#drawn = true;
      return this.#sink.write(`${CLEAR}${line}`);
    }
    const now = this.#clock.monotonic();
    if (now - this.#toldAt < EVERY_MS) return;
    this.#toldAt = now;
    this.#stays = line;
    await this.#sink.write(`${line}\n`);
  }

  /** Makes room for what else is printed on the same terminal. */
  async clear(): Promise<void> {
    if (!this.#drawn) return;
    this.#drawn = false;
    await this.#sink.write(CLEAR);
  }

  async end(line: string): Promise<void> {
    await this.clear();
    if (line !== this.#stays) await this.#sink.write(`${line}\n`);
  }
}

/** `1,250 identities in 5 pages`. */
export function progressLine(items: number, pages: number): string {
  const counted = (count: number, one: string, more: string) =>
    `${count.toLocaleString('en-US')} ${count === 1 ? one : more}`;
  return `${counted(items, 'identity', 'identities')} in ${counted(pages, 'page', 'pages')}`;
}
