import type { KratosIdentity } from '../../src/model/generated/kratosidentity.ts';
import type { Cache } from '../../src/reconcile/ports.ts';
import type { SimKube } from './kube.ts';

export type OnChange = (
  key: string,
  before: KratosIdentity | undefined,
  after: KratosIdentity | undefined,
) => void;

/** The cache of one process' watch, which shows of each resource only what it was made to see. */
export class SimWatch implements Cache {
  /** It went back in time once, which no list or watch of the product can. */
  travelled = false;
  readonly #kube: SimKube;
  readonly #onChange: OnChange;
  readonly #shown = new Map<string, KratosIdentity>();
  /** How many changes of each key were seen or missed. */
  readonly #seen = new Map<string, number>();

  constructor(kube: SimKube, onChange: OnChange) {
    this.#kube = kube;
    this.#onChange = onChange;
  }

  get(key: string): KratosIdentity | undefined {
    return this.#shown.get(key);
  }

  keys(): Iterable<string> {
    return this.#shown.keys();
  }

  holders(id: string): readonly string[] {
    return [...this.#shown.values()].filter((r) => r.status?.identityId === id).map((r) => r.metadata.uid);
  }

  /** The next change of one resource, whatever others still wait for theirs. */
  deliver(key: string): void {
    this.#goTo(key, this.#at(key) + 1, true);
  }

  /** The next change of one resource goes unseen until the one after it, or a list. */
  drop(key: string): void {
    this.#goTo(key, this.#at(key) + 1, false);
  }

  /** Everything as it was so many changes of it ago, as an API server that lags behind would list it. */
  travel(back: number): void {
    this.travelled = true;
    for (const key of this.#kube.changes.keys()) this.#goTo(key, this.#at(key) - back, true);
  }

  /** Everything as it is. */
  relist(): void {
    for (const [key, changes] of this.#kube.changes) this.#goTo(key, changes.length, true);
  }

  #at(key: string): number {
    return this.#seen.get(key) ?? 0;
  }

  #goTo(key: string, wanted: number, show: boolean): void {
    const changes = this.#kube.changes.get(key) ?? [];
    const at = Math.min(Math.max(wanted, 0), changes.length);
    this.#seen.set(key, at);
    if (!show) return;
    const before = this.#shown.get(key);
    const after = changes[at - 1];
    if (before === after) return;
    if (after === undefined) this.#shown.delete(key);
    else this.#shown.set(key, after);
    this.#onChange(key, before, after);
  }
}
