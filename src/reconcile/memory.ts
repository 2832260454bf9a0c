import type { KratosIdentity } from '../model/generated/kratosidentity.ts';
import { afterStatusWrite, type Learned } from '../model/learned.ts';
import type { Mark } from './contact.ts';

interface Entry {
  learned: Learned;
  /** Set when a create's outcome became unknown. */
  unknownSince: Mark | undefined;
  /** The newest answer to a write or live read of ours. */
  latest: KratosIdentity | undefined;
  /** resourceVersions known to be older than `latest`. Versions are opaque: only what was seen is known. */
  readonly older: Set<string>;
}

/** What the process holds of each resource between passes, by uid, until its status carries it or the resource is gone. */
export class Memory {
  readonly #entries = new Map<string, Entry>();

  learned(uid: string): Learned {
    return this.#entries.get(uid)?.learned ?? {};
  }

  learn(uid: string, learned: Learned): void {
    this.#entry(uid).learned = learned;
  }

  unknownSince(uid: string): Mark | undefined {
    return this.#entries.get(uid)?.unknownSince;
  }

  markUnknown(uid: string, mark: Mark | undefined): void {
    this.#entry(uid).unknownSince = mark;
  }

  /** The resource as we know it best: our own newest answer while the cache still shows an older version. */
  newest(cached: KratosIdentity): KratosIdentity {
    const entry = this.#entries.get(cached.metadata.uid);
    if (entry?.latest === undefined) return cached;
    if (entry.older.has(cached.metadata.resourceVersion)) return entry.latest;
    entry.latest = undefined;
    entry.older.clear();
    return cached;
  }

  /** `after` is the server's answer to a write that was conditional on `before`, or a live read made after it was cached. */
  supersede(before: KratosIdentity, after: KratosIdentity): void {
    if (before.metadata.resourceVersion === after.metadata.resourceVersion) return;
    const entry = this.#entry(after.metadata.uid);
    entry.older.add(before.metadata.resourceVersion);
    entry.older.delete(after.metadata.resourceVersion);
    entry.latest = after;
  }

  /** A status write has carried what was learned. */
  carried(uid: string): void {
    const entry = this.#entries.get(uid);
    if (entry !== undefined) entry.learned = afterStatusWrite(entry.learned);
  }

  forget(uid: string): void {
    this.#entries.delete(uid);
  }

  #entry(uid: string): Entry {
    const known = this.#entries.get(uid);
    if (known !== undefined) return known;
    const entry: Entry = { learned: {}, unknownSince: undefined, latest: undefined, older: new Set() };
    this.#entries.set(uid, entry);
    return entry;
  }
}
