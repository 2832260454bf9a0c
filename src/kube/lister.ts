import type { Clock } from '../model/clock.ts';
import { isRemote } from '../model/errors.ts';
import type { KubeClient, ListPage } from './client.ts';
import { type KubeObject, shaped } from './object.ts';
import { misshapen } from './status.ts';

/** A whole collection as of one resourceVersion. */
export interface Listing<T> {
  readonly objects: readonly T[];
  readonly resourceVersion: string;
}

export interface ListSource {
  readonly client: KubeClient;
  readonly operation: string;
  readonly path: string;
  /** When given, an object of any other namespace makes the whole answer wrong. */
  readonly namespace: string | undefined;
  readonly clock: Clock;
  /** Milliseconds for one page. */
  readonly pageMs: number;
}

const PAGE = 500;
const DEADLINE_MS = 60_000;

/**
 * Reads a collection in pages, all of it within a minute; where a page's token has expired, once more in one piece. One object
 * without name, uid or resourceVersion makes it `unexpected` as a whole: half a list would read as deletions.
 */
export async function listAll<T extends KubeObject>(
  source: ListSource,
  signal: AbortSignal,
): Promise<Listing<T>> {
  const until = source.clock.monotonic() + DEADLINE_MS;
  const read = (limit: number | undefined, token: string | undefined): Promise<ListPage> => {
    const { operation, path, pageMs } = source;
    const deadlineMs = Math.max(Math.min(until - source.clock.monotonic(), pageMs), 0);
    const paging = limit === undefined ? {} : { limit, continue: token };
    return source.client.list({ operation, path, deadlineMs, signal, ...paging });
  };
  const first = await read(PAGE, undefined);
  const objects = objectsOf<T>(source, first);
  let token = first.continue;
  while (token !== undefined) {
    const page = await read(PAGE, token).catch((error: unknown) => {
      if (isRemote(error, 'expired')) return undefined;
      throw error;
    });
    if (page === undefined) {
      const whole = await read(undefined, undefined);
      return { objects: objectsOf<T>(source, whole), resourceVersion: whole.resourceVersion };
    }
    objects.push(...objectsOf<T>(source, page));
    token = page.continue;
  }
  return { objects, resourceVersion: first.resourceVersion };
}

function objectsOf<T extends KubeObject>(source: ListSource, page: ListPage): T[] {
  return page.items.map((item) => {
    const object = shaped<T>(item);
    if (object !== undefined && inScope(object, source.namespace)) return object;
    throw misshapen({ operation: source.operation, mutation: false }, 200);
  });
}

/** True for a namespaced object of `namespace` (of any, where that is undefined). */
export function inScope(object: KubeObject, namespace: string | undefined): boolean {
  return (
    object.metadata.namespace !== undefined &&
    (namespace ?? object.metadata.namespace) === object.metadata.namespace
  );
}
