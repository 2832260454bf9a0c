import { Fifo } from './fifo.ts';

/**
 * Keys (`namespace/name`) that wait, served round robin over the namespaces that have any (fair queueing with a flow a namespace), and in
 * the order they were added within each. Keys without a namespace are one flow.
 *
 * Guarantees: while a namespace has a key here, between two of its turns every other namespace has at most one; a namespace that comes
 * anew is served after at most one turn of each that waits. Each operation is O(1), and nothing is kept of a namespace without keys.
 */
export class FairQueue {
  readonly #flows = new Map<string, Fifo>();
  /** The namespaces of `#flows`; the first is served next. */
  readonly #turns = new Fifo();
  #size = 0;

  get size(): number {
    return this.#size;
  }

  add(key: string): void {
    const namespace = namespaceOf(key);
    const flow = this.#flows.get(namespace) ?? new Fifo();
    const before = flow.size;
    flow.add(key);
    this.#size += flow.size - before;
    this.#flows.set(namespace, flow);
    this.#turns.add(namespace);
  }

  delete(key: string): void {
    const namespace = namespaceOf(key);
    const flow = this.#flows.get(namespace);
    if (flow === undefined) return;
    const before = flow.size;
    flow.delete(key);
    this.#size -= before - flow.size;
    if (flow.size > 0) return;
    this.#flows.delete(namespace);
    this.#turns.delete(namespace);
  }

  /** Takes the next key out; its namespace goes to the end of the line. */
  shift(): string | undefined {
    const namespace = this.#turns.first;
    if (namespace === undefined) return undefined;
    const key = this.#flows.get(namespace)?.first;
    if (key === undefined) return undefined;
    this.delete(key);
    this.#turns.delete(namespace);
    if (this.#flows.has(namespace)) this.#turns.add(namespace);
    return key;
  }
}

function namespaceOf(key: string): string {
  return key.slice(0, Math.max(0, key.indexOf('/')));
}
