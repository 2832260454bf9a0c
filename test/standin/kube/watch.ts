import type { Clock } from '../../../src/model/clock.ts';
import type { JsonObject } from '../../../src/model/json.ts';
import { forbiddenOption, integer } from './list.ts';
import type { KubeObject } from './object.ts';
import { type Form, presentOne } from './present.ts';
import { apiVersionOf, type Resource } from './resource.ts';
import { type Filter, filterOf } from './selector.ts';
import { expired, internal } from './status.ts';
import type { Change, Storage } from './storage.ts';
import type { LineStream } from './stream.ts';

/** What one watch request asks for. */
export interface WatchRequest {
  readonly resource: Resource;
  readonly filter: Filter;
  readonly form: Form;
  /** Events after this revision; `undefined`: the present state first. */
  readonly from: number | undefined;
  readonly bookmarks: boolean;
  readonly timeoutMs: number;
}

/** How a watch behaves, whoever asked for it. */
export interface WatchConditions {
  readonly storage: Storage;
  readonly clock: Clock;
  readonly bookmarkMs: number;
  lagMs(): number;
}

const defaultTimeoutMs = 45 * 60_000;
const lastBookmarkMs = 2000;

/** Reads a watch's query; throws 400, 422 or, as the real server does for a resourceVersion that is none, 500. */
export function readWatch(
  resource: Resource,
  namespace: string,
  query: URLSearchParams,
  form: Form,
): WatchRequest {
  const revision = query.get('resourceVersion') ?? '';
  const initial = query.get('sendInitialEvents');
  if (!/^\d*$/.test(revision)) throw internal(`resourceVersion: Invalid value: "${revision}"`);
  if (initial !== null && query.get('resourceVersionMatch') !== 'NotOlderThan') {
    const why = 'sendInitialEvents requires setting resourceVersionMatch to NotOlderThan';
    throw forbiddenOption('resourceVersionMatch', why);
  }
  if (initial === null && query.has('resourceVersionMatch')) {
    const why = 'resourceVersionMatch is forbidden for watch unless sendInitialEvents is provided';
    throw forbiddenOption('resourceVersionMatch', why);
  }
  const timeout = query.get('timeoutSeconds');
  const fromStart = initial === 'true' || (initial === null && (revision === '' || revision === '0'));
  return {
    resource,
    filter: filterOf(resource, namespace, query),
    form,
    from: fromStart ? undefined : Number(revision),
    bookmarks: ['true', '1'].includes(query.get('allowWatchBookmarks') ?? ''),
    timeoutMs: timeout === null ? defaultTimeoutMs : integer(timeout) * 1000,
  };
}

/** Serves one watch over a stream until it ends; the answer stops it. */
export function serveWatch(
  request: WatchRequest,
  stream: LineStream,
  conditions: WatchConditions,
): () => void {
  const { storage, clock } = conditions;
  const { resource, filter, form, from } = request;
  const send = (type: string, object: JsonObject) => stream.send({ type, object }, conditions.lagMs());
  const show = (object: KubeObject) => presentOne(resource, object, form, clock.now());
  const forward = (change: Change) => {
    if (change.collection !== resource.collection) return;
    const seen = seenAs(change, filter);
    if (seen !== undefined) send(seen.type, show(seen.object));
  };

  const missed = from === undefined ? [] : storage.since(resource.collection, from);
  if (missed === undefined) {
    stream.send({ type: 'ERROR', object: expired(`too old resource version: ${from}`).body });
    stream.end();
    return () => {};
  }
  if (from === undefined) {
    for (const object of storage.list(resource.collection)) if (filter(object)) send('ADDED', show(object));
    if (request.bookmarks) send('BOOKMARK', bookmark(resource, storage.revision, true));
  }
  for (const change of missed) forward(change);

  const unsubscribe = storage.subscribe((change) => {
    if (from === undefined || change.revision > from) forward(change);
  });
  const stopTimers = startTimers(request, conditions, {
    bookmark: () => send('BOOKMARK', bookmark(resource, storage.revision, false)),
    end: () => stream.end(),
  });
  return () => {
    unsubscribe();
    stopTimers();
  };
}

/** What a change looks like to a watcher with a selector: objects come and go as they begin or cease to match. */
function seenAs(
  { type, object, previous }: Change,
  filter: Filter,
): Pick<Change, 'type' | 'object'> | undefined {
  const before = previous !== undefined && filter(previous);
  if (type === 'DELETED') return before ? { type, object } : undefined;
  const after = filter(object);
  if (after) return { type: before ? 'MODIFIED' : 'ADDED', object };
  if (!before) return undefined;
  const { resourceVersion } = object.metadata;
  return { type: 'DELETED', object: { ...previous, metadata: { ...previous.metadata, resourceVersion } } };
}

function bookmark(resource: Resource, revision: number, initialEventsEnd: boolean): JsonObject {
  const annotations = initialEventsEnd ? { annotations: { 'k8s.io/initial-events-end': 'true' } } : {};
  return {
    kind: resource.kind,
    apiVersion: apiVersionOf(resource),
    metadata: { resourceVersion: String(revision), ...annotations },
  };
}

/** Bookmarks about every minute and once before the end; then the end. */
function startTimers(
  { bookmarks, timeoutMs }: WatchRequest,
  { clock, bookmarkMs }: WatchConditions,
  on: { readonly bookmark: () => void; readonly end: () => void },
): () => void {
  const cancels = new Map<string, () => void>();
  const arm = (name: string, ms: number, fn: () => void) => cancels.set(name, clock.after(ms, fn));
  const repeat = () => {
    on.bookmark();
    arm('bookmark', bookmarkMs, repeat);
  };
  if (bookmarks) {
    arm('bookmark', bookmarkMs, repeat);
    if (timeoutMs > lastBookmarkMs) arm('last bookmark', timeoutMs - lastBookmarkMs, on.bookmark);
  }
  arm('end', timeoutMs, on.end);
  return () => {
    for (const cancel of cancels.values()) cancel();
  };
}
