import { toError } from '../model/errors.ts';
import { type KubeObject, objectKey } from './object.ts';

/** Told after every change; `before` or `after` is absent when the object came or went. Only enqueues: it should not throw. */
export type ChangeHandler<T> = (key: string, before: T | undefined, after: T | undefined) => void;

/** A handler threw. Its own words are left out: they may quote the object. */
class HandlerFailure extends Error {
  constructor(thrown: unknown) {
    super(`a handler of changes failed: ${toError(thrown).name}`);
  }
}

/**
 * The watch's cache: the last seen state of every object, by `namespace/name`, with one secondary index. Objects in it are
 * shared and never changed. An object that was replaced by another of the same name is seen as two changes: it went, one came.
 */
export class Store<T extends KubeObject> {
  readonly #objects = new Map<string, T>();
  readonly #index = new Map<string, Map<string, string>>();
  readonly #indexed: (object: T) => string | undefined;
  readonly #handlers: ChangeHandler<T>[] = [];
  #handlerFailure: HandlerFailure | undefined;

  /** `indexed` answers what `holders` finds an object by; `undefined` leaves it out. */
  constructor(indexed: (object: T) => string | undefined) {
    this.#indexed = indexed;
  }

  get size(): number {
    return this.#objects.size;
  }

  get(key: string): T | undefined {
    return this.#objects.get(key);
  }

  keys(): Iterable<string> {
    return this.#objects.keys();
  }

  /** uids of the objects that are indexed under `value`. */
  holders(value: string): readonly string[] {
    return [...(this.#index.get(value)?.values() ?? [])];
  }

  onChange(handler: ChangeHandler<T>): void {
    this.#handlers.push(handler);
  }

  /** What a handler threw since this was last asked, if any did. */
  takeHandlerFailure(): Error | undefined {
    const failure = this.#handlerFailure;
    this.#handlerFailure = undefined;
    return failure;
  }

  put(object: T): void {
    const key = objectKey(object);
    const before = this.#objects.get(key);
    const same = before?.metadata.uid === object.metadata.uid;
    if (same && before.metadata.resourceVersion === object.metadata.resourceVersion) return;
    // A restored server may give one version to two objects.
    if (!same) this.remove(key);
    const known = this.#objects.get(key);
    if (known) this.#unindex(key, known);
    this.#objects.set(key, object);
    const value = this.#indexed(object);
    if (value !== undefined) {
      const holders = this.#index.get(value) ?? new Map<string, string>();
      this.#index.set(value, holders.set(key, object.metadata.uid));
    }
    this.#notify(key, known, object);
  }

  remove(key: string): void {
    const before = this.#objects.get(key);
    if (!before) return;
    this.#objects.delete(key);
    this.#unindex(key, before);
    this.#notify(key, before, undefined);
  }

  /** Makes the store hold exactly `objects` within `namespace` (everywhere, if undefined), changing only what differs. */
  replace(namespace: string | undefined, objects: readonly T[]): void {
    const present = new Set(objects.map(objectKey));
    const inScope = (key: string) => namespace === undefined || key.startsWith(`${namespace}/`);
    for (const key of this.#objects.keys()) {
      if (inScope(key) && !present.has(key)) this.remove(key);
    }
    for (const object of objects) this.put(object);
  }

  #unindex(key: string, object: T): void {
    const value = this.#indexed(object);
    if (value === undefined) return;
    const holders = this.#index.get(value);
    holders?.delete(key);
    if (holders?.size === 0) this.#index.delete(value);
  }

  #notify(key: string, before: T | undefined, after: T | undefined): void {
    for (const handler of this.#handlers) {
      try {
        handler(key, before, after);
      } catch (thrown) {
        // A handler that fails must neither keep the others from hearing nor stop the stream that feeds the store.
        this.#handlerFailure ??= new HandlerFailure(thrown);
      }
    }
  }
}
