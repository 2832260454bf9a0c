import type { JsonValue } from '../model/json.ts';
import { escaped } from './escape.ts';
import type { Format } from './format.ts';
import type { Sink } from './io.ts';
import { jsonText, yamlText } from './structured.ts';
import { type Column, type Detail, detailsText, type Row, rowOf, tableText } from './table.ts';

/** How things of one kind are shown. */
export interface View<T> {
  /** What they are called when there are none. */
  readonly plural: string;
  readonly columns: readonly Column<T>[];
  readonly id: (item: T) => string;
  /** The server's own answer about it, whole. */
  readonly raw: (item: T) => JsonValue;
}

/** Prints answers in the form that was asked for. */
export class Output {
  readonly format: Format;
  readonly #sink: Sink;
  readonly #tell: (line: string) => Promise<void>;

  /** @param tell a line for the person beside the answer */
  constructor(format: Format, sink: Sink, tell: (line: string) => Promise<void>) {
    this.format = format;
    this.#sink = sink;
    this.#tell = tell;
  }

  one<T>(view: View<T>, item: T): Promise<void> {
    return this.#print(view, [item], view.raw(item));
  }

  many<T>(view: View<T>, items: readonly T[]): Promise<void> {
    return this.#print(view, items, items.map(view.raw));
  }

  /** What has no columns: names and values, or the answer itself. */
  async details(details: readonly Detail[], id: string, raw: JsonValue): Promise<void> {
    if (this.format === 'table') await this.text(detailsText(details));
    else if (this.format === 'name') await this.text(`${escaped(id)}\n`);
    else await this.document(raw);
  }

  /** What is done and has no answer. */
  async done(sentence: string, id: string): Promise<void> {
    if (this.format === 'table') await this.text(`${escaped(sentence)}\n`);
    if (this.format === 'name') await this.text(`${escaped(id)}\n`);
  }

  /** A document of the server, in JSON unless YAML was asked for. */
  async document(raw: JsonValue): Promise<void> {
    await this.text(this.format === 'yaml' ? await yamlText(raw) : jsonText(raw));
  }

  /** As it is. */
  async text(text: string): Promise<void> {
    if (text !== '') await this.#sink.write(text);
  }

  /** Takes a list a page at a time; only a table has to wait for its end. */
  stream<T>(view: View<T>): Stream<T> {
    const rows: Row[] = [];
    let count = 0;
    return {
      page: async (items) => {
        const first = count === 0;
        count += items.length;
        if (this.format === 'table') rows.push(...items.map((item) => rowOf(view.columns, item)));
        else if (this.format === 'name') await this.#names(view, items);
        else if (items.length > 0) await this.text(await this.#part(items.map(view.raw), first));
      },
      end: async () => {
        if (this.format === 'table') return this.#table(view, rows);
        if (this.format === 'json') await this.text(count === 0 ? '[]\n' : '\n]\n');
        if (this.format === 'yaml' && count === 0) await this.text('[]\n');
      },
    };
  }

  async #print<T>(view: View<T>, items: readonly T[], raw: JsonValue): Promise<void> {
    if (this.format === 'name') return this.#names(view, items);
    if (this.format !== 'table') return this.document(raw);
    return this.#table(
      view,
      items.map((item) => rowOf(view.columns, item)),
    );
  }

  #names<T>(view: View<T>, items: readonly T[]): Promise<void> {
    return this.text(items.map((item) => `${escaped(view.id(item))}\n`).join(''));
  }

  async #table<T>({ columns, plural }: View<T>, rows: readonly Row[]): Promise<void> {
    if (rows.length === 0) return this.#tell(`no ${plural}`);
    const width = this.#sink.isTerminal ? this.#sink.columns : undefined;
    await this.text(
      tableText(
        columns.map(({ title }) => title),
        rows,
        width,
      ),
    );
  }

  /** Some items of a list, so that all parts in a row and what `end` adds are one document. */
  async #part(items: readonly JsonValue[], first: boolean): Promise<string> {
    if (this.format === 'yaml') return yamlText(items);
    const inner = jsonText(items)
      .replace(/^\[\n/, '')
      .replace(/\n\]\n$/, '');
    return `${first ? '[' : ','}\n${inner}`;
  }
}

export interface Stream<T> {
  page(items: readonly T[]): Promise<void>;
  end(): Promise<void>;
}
