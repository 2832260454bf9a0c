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

/** Of so many resources that are gone it is still known that a create of theirs may come. */
const LOST_KEPT = 1_000;

/** What the process holds of each resource between passes, by uid, until its status carries it or the resource is gone. */
export class Memory {
  readonly #entries = new Map<string, Entry>();
  /** Resources that are gone, with a create of unknown outcome; the newest last. */
  readonly #lost = new Map<string, Entry>();

  learned(uid: string): Learned {
    return this.#known(uid)?.learned ?? {};
  }

  learn(uid: string, learned: Learned): void {
    this.#entry(uid).learned = learned;
  }

  unknownSince(uid: string): Mark | undefined {
    return this.#known(uid)?.unknownSince;
  }

  markUnknown(uid: string, mark: Mark | undefined): void {
    this.#entry(uid).unknownSince = mark;
  }

  /** The resource as we know it best: our own newest answer while the cache still shows an older version. */
  newest(cached: KratosIdentity): KratosIdentity {
    if (this.#lost.has(cached.metadata.uid)) this.#entry(cached.metadata.uid);
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

  /** The resource is gone. An older list may just not show it: a create of its that may still come is kept in mind. */
  forget(uid: string): void {
    const { learned, unknownSince } = this.#known(uid) ?? newEntry();
    this.#entries.delete(uid);
    const { unknownCreate } = learned;
    if (unknownCreate === undefined) return;
    this.#lost.set(uid, { ...newEntry(), learned: { unknownCreate }, unknownSince });
    const [oldest] = this.#lost.keys();
    if (oldest !== undefined && this.#lost.size > LOST_KEPT) this.#lost.delete(oldest);
  }

  #known(uid: string): Entry | undefined {
    return this.#entries.get(uid) ?? this.#lost.get(uid);
  }

  #entry(uid: string): Entry {
    const entry = this.#known(uid) ?? newEntry();
    this.#lost.delete(uid);
    this.#entries.set(uid, entry);
    return entry;
  }
}

function newEntry(): Entry {
  return { learned: {}, unknownSince: undefined, latest: undefined, older: new Set() };
}
