interface Link {
  readonly value: string;
  before: Link | undefined;
  after: Link | undefined;
}

/**
 * Distinct strings in the order in which they were added, a linked hash set: each operation is O(1). A `Set` is not: to find its first
 * element the engine steps over all that were deleted before it.
 */
export class Fifo {
  readonly #links = new Map<string, Link>();
  #first: Link | undefined;
  #last: Link | undefined;

  get size(): number {
    return this.#links.size;
  }

  get first(): string | undefined {
    return this.#first?.value;
  }

  /** Appends the value; one that is in here keeps its place. */
  add(value: string): void {
    if (this.#links.has(value)) return;
    const link = { value, before: this.#last, after: undefined };
    if (this.#last === undefined) this.#first = link;
    else this.#last.after = link;
    this.#last = link;
    this.#links.set(value, link);
  }

  delete(value: string): void {
    const link = this.#links.get(value);
    if (link === undefined) return;
    this.#links.delete(value);
    if (link.before === undefined) this.#first = link.after;
    else link.before.after = link.after;
    if (link.after === undefined) this.#last = link.before;
    else link.after.before = link.before;
  }
}
