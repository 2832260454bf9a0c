/**
 * Knows of cached resources what the cache alone cannot tell, however far it is behind: whether one is certainly still there, and whether
 * anybody can have tried to make its identity. Counted once, by a list that was begun after the lease was won.
 *
 * Whoever carries our finalizer goes only when the leader takes it away, and identities are made by the leader only: what was not in that
 * list came later, so nobody but this process can have tried (docs/decisions/0010-two-writes.md has the proofs).
 */
export class Census {
  /** Of whose identities others, or this process, may have made one; `undefined`: not counted. */
  #tried: Set<string> | undefined;
  readonly #letGo = new Set<string>();

  /** @param uids of all resources in the cache, which holds that list and only moves on from there */
  counted(uids: Iterable<string>): void {
    this.#tried = new Set(uids);
  }

  /** This process is about to make its identity, whatever becomes of the request. */
  tries(uid: string): void {
    this.#tried?.add(uid);
  }

  /** This process is about to take its finalizer away, whatever becomes of the request. */
  letsGo(uid: string): void {
    this.#letGo.add(uid);
  }

  /** The cache has seen it go. */
  forget(uid: string): void {
    this.#tried?.delete(uid);
    this.#letGo.delete(uid);
  }

  /** Whether nobody can have tried to make its identity. */
  isNew(uid: string): boolean {
    return this.#tried !== undefined && !this.#tried.has(uid);
  }

  /** Whether it is still there. @param uid of a resource that the cache shows with our finalizer */
  vouchesFor(uid: string): boolean {
    return this.#tried !== undefined && !this.#letGo.has(uid);
  }
}
