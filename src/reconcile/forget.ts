import type { Deps } from './deps.ts';

/** Keeps nothing of a resource that the cache shows no more. */
export function forget({ memory, census, losses }: Deps, uid: string): void {
  memory.forget(uid);
  census.forget(uid);
  losses.forget(uid);
}
