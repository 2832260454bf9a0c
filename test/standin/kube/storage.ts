import type { KubeObject } from './object.ts';
import { expired } from './status.ts';

/** One committed write. */
export interface Change {
  readonly revision: number;
  readonly type: 'ADDED' | 'MODIFIED' | 'DELETED';
  /** `<group>/<plural>`, e.g. `/secrets`. */
  readonly collection: string;
  /** The object after the write; for `DELETED` its last state under the revision of the deletion. */
  readonly object: KubeObject;
  readonly previous: KubeObject | undefined;
}

const firstRevision = 4_711_000;
const historyLimit = 20_000;

/**
 * The place of etcd: objects by collection and key under one global revision, with a bounded history from which the past can be
 * read and watches be resumed. Revisions have gaps, so that nobody counts on their distance.
 */
export class Storage {
  #revision = firstRevision;
  /** Revisions below this one are forgotten. */
  #floor = firstRevision;
  #history: Change[] = [];
  readonly #collections = new Map<string, Map<string, KubeObject>>();
  readonly #listeners = new Set<(change: Change) => void>();

  get revision(): number {
    return this.#revision;
  }

  get(collection: string, key: string): KubeObject | undefined {
    return this.#collections.get(collection)?.get(key);
  }

  /** Sorted by key, as etcd lists them. */
  list(collection: string): readonly KubeObject[] {
    return sorted(this.#collections.get(collection) ?? new Map());
  }

  collections(): Iterable<string> {
    return this.#collections.keys();
  }

  /** The collection as it was at a revision; throws 410 for a forgotten one. */
  listAt(collection: string, revision: number): readonly KubeObject[] {
    if (revision < this.#floor) {
      throw expired(`The provided resource version is too old: ${revision} (${this.#floor})`);
    }
    const past = new Map(this.#collections.get(collection));
    for (const change of this.#history.toReversed()) {
      if (change.revision <= revision) break;
      if (change.collection !== collection) continue;
      if (change.previous === undefined) past.delete(keyOf(change.object));
      else past.set(keyOf(change.previous), change.previous);
    }
    return sorted(past);
  }

  /** The writes after a revision, oldest first; `undefined` when they are no longer all known. */
  since(collection: string, revision: number): readonly Change[] | undefined {
    if (revision < this.#floor) return undefined;
    return this.#history.filter((change) => change.revision > revision && change.collection === collection);
  }

  /** Adds or replaces; answers the object under its new resourceVersion. */
  put(collection: string, object: KubeObject): KubeObject {
    const stored = this.#stamped(object);
    const objects = this.#collections.get(collection) ?? new Map<string, KubeObject>();
    this.#collections.set(collection, objects);
    const previous = objects.get(keyOf(stored));
    objects.set(keyOf(stored), stored);
    this.#commit({
      type: previous === undefined ? 'ADDED' : 'MODIFIED',
      collection,
      object: stored,
      previous,
    });
    return stored;
  }

  /** Removes; `last` is the state that watchers see. */
  delete(collection: string, last: KubeObject): KubeObject {
    const objects = this.#collections.get(collection);
    const previous = objects?.get(keyOf(last));
    const gone = this.#stamped(last);
    objects?.delete(keyOf(last));
    this.#commit({ type: 'DELETED', collection, object: gone, previous });
    return gone;
  }

  /** Forgets the past: older resourceVersions and continue tokens are answered with 410 from now on. */
  compact(): void {
    this.#revision += 1;
    this.#floor = this.#revision;
    this.#history = [];
  }

  /** Calls back within each write, in order; the answer ends it. */
  subscribe(listener: (change: Change) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  #stamped(object: KubeObject): KubeObject {
    this.#revision += 1 + ((this.#revision * 7) % 5);
    return { ...object, metadata: { ...object.metadata, resourceVersion: String(this.#revision) } };
  }

  #commit(change: Omit<Change, 'revision'>): void {
    const committed = { ...change, revision: this.#revision };
    this.#history.push(committed);
    if (this.#history.length > historyLimit) {
      const forgotten = this.#history.splice(0, historyLimit / 2);
      this.#floor = forgotten.at(-1)?.revision ?? this.#floor;
    }
    for (const listener of this.#listeners) listener(committed);
  }
}

/** `<namespace>/<name>`. */
export function keyOf(object: KubeObject): string {
  return `${object.metadata.namespace}/${object.metadata.name}`;
}

function sorted(objects: ReadonlyMap<string, KubeObject>): readonly KubeObject[] {
  return [...objects.keys()].sort().flatMap((key) => objects.get(key) ?? []);
}
