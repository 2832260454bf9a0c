import type { Writable } from 'node:stream';
import { styleText } from 'node:util';

/** Who did what a line tells. */
export type Actor = 'demo' | 'you' | 'someone' | 'operator' | 'Kratos';

type Style = Extract<Parameters<typeof styleText>[0], string>;

const COLOURS: Readonly<Record<Actor, Style>> = {
  demo: 'gray',
  you: 'cyan',
  someone: 'magenta',
  operator: 'green',
  Kratos: 'yellow',
};
const WIDTHS = { seconds: 5, actor: 8, subject: 12 };
/** Where the columns after the time begin. */
const INDENT = ' '.repeat(WIDTHS.seconds + 3);

/** The story as aligned columns: elapsed seconds, who, about what, what happened. Colours only where `out` is a terminal. */
export class Timeline {
  readonly #out: Writable;

  constructor(out: Writable) {
    this.#out = out;
  }

  /** Seconds since the process began, as text. */
  get elapsed(): string {
    return (performance.now() / 1000).toFixed(1);
  }

  title(text: string, ...lines: readonly string[]): void {
    this.#line(this.#styled('bold', text));
    for (const line of lines) this.#line(line);
  }

  /** A heading, and in a few words what the reader is about to see. */
  chapter(title: string, why: string): void {
    this.#line('');
    this.#line(`${INDENT}${this.#styled('bold', title)}`);
    this.#line(`${INDENT}${this.#styled('dim', why)}`);
  }

  /** One thing that happened just now; `subject` is a resource's name, or empty. `more` are lines below the text. */
  say(actor: Actor, subject: string, text: string, ...more: readonly string[]): void {
    const time = this.#styled('dim', `${this.elapsed.padStart(WIDTHS.seconds)}s`);
    const who = this.#styled(COLOURS[actor], actor.padEnd(WIDTHS.actor));
    const about = subject === '' ? '' : `${subject.padEnd(WIDTHS.subject)}  `;
    this.#line(`${time}  ${who}  ${about}${text}`);
    const margin = INDENT + ' '.repeat(WIDTHS.actor + 2 + about.length);
    for (const line of more) this.#line(`${margin}${line}`);
  }

  /** Lines that belong to what was said last. */
  detail(...lines: readonly string[]): void {
    for (const line of lines) this.#line(line === '' ? '' : `${INDENT}${line}`);
  }

  /** Rows with a heading, as `kubectl get` prints them. */
  table(rows: readonly (readonly string[])[]): void {
    const widths = (rows[0] ?? []).map((_, column) =>
      Math.max(...rows.map((row) => row[column]?.length ?? 0)),
    );
    const lines = rows.map((row) => row.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join('  '));
    this.detail(...lines.map((line, index) => (index === 0 ? this.#styled('dim', line) : line).trimEnd()));
  }

  ended(text: string): void {
    this.#line('');
    this.#line(this.#styled('bold', text));
  }

  #styled(style: Style, text: string): string {
    return styleText(style, text, { stream: this.#out });
  }

  #line(text: string): void {
    this.#out.write(`${text}\n`);
  }
}
