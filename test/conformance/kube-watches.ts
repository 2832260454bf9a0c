import { expect, it } from 'vitest';

import type { JsonObject } from '../../src/model/json.ts';
import { type Meta, metaOf, type Workshop } from './kube-widgets.ts';

/** Watches: order, resumption, the forgotten past, bookmarks, selectors, the end. */
export function watchSuite(shop: () => Workshop): void {
  it('shows every change after a resourceVersion in order, and again to those who come back', async () => {
    const { client, widgets } = shop();
    const from = await revision(shop());
    await liveOneLife(shop(), 'watched');
    const events = await client.watch(`${widgets}?watch=1&resourceVersion=${from}`, 4);
    expect(events.map(({ type }) => type)).toEqual(['ADDED', 'MODIFIED', 'MODIFIED', 'DELETED']);
    expect(objectOf(events[3]).status).toEqual({ observedGeneration: -1, phase: 'Done' });
    const revisions = events.map((event) => seenIn(event).resourceVersion);
    expect(new Set(revisions).size).toBe(4);
    const later = await client.watch(`${widgets}?watch=1&resourceVersion=${revisions[1]}`, 2);
    expect(later).toEqual(events.slice(2));
  });

  it('shows a change to a watch that is open already', async () => {
    const { client, widgets } = shop();
    const from = await revision(shop());
    const watching = client.watch(`${widgets}?watch=true&resourceVersion=${from}`, 1);
    await shop().make('seen-live');
    expect(seenIn((await watching)[0]).name).toBe('seen-live');
  });

  it('shows objects come and go as they begin and cease to match', async () => {
    const { client, widgets, make } = shop();
    const from = await revision(shop());
    await make('moving');
    await client.patch(`${widgets}/moving`, { metadata: { labels: { here: 'yes' } } });
    await client.patch(`${widgets}/moving`, { metadata: { labels: { here: 'no' } } });
    const { resourceVersion } = metaOf((await client.get(`${widgets}/moving`)).body);
    const query = `watch=1&resourceVersion=${from}&labelSelector=here%3Dyes`;
    const events = await client.watch(`${widgets}?${query}`, 2);
    expect(events.map(({ type }) => type)).toEqual(['ADDED', 'DELETED']);
    expect(seenIn(events[1])).toMatchObject({
      labels: { here: 'yes' },
      resourceVersion,
    });
  });

  it('says 410 in an event, and ends, when the resourceVersion is too old', async () => {
    const { client, widgets } = shop();
    const events = await client.watch(`${widgets}?watch=1&resourceVersion=1`);
    expect(events).toEqual([
      { type: 'ERROR', object: expect.objectContaining({ kind: 'Status', code: 410, reason: 'Expired' }) },
    ]);
  });

  it('begins with what there is when no resourceVersion is given', async () => {
    const { client, widgets, make } = shop();
    await make('already-there');
    const query = 'watch=1&allowWatchBookmarks=true&fieldSelector=metadata.name%3Dalready-there';
    const events = await client.watch(`${widgets}?${query}`, 2);
    expect(events.map(({ type }) => type)).toEqual(['ADDED', 'BOOKMARK']);
    expect(objectOf(events[1])).toMatchObject({
      kind: 'Widget',
      metadata: { annotations: { 'k8s.io/initial-events-end': 'true' } },
    });
  });

  it('takes sendInitialEvents only with the match that goes with it', async () => {
    const { client, widgets } = shop();
    const start = `${widgets}?watch=1&allowWatchBookmarks=true`;
    expect((await client.get(`${start}&sendInitialEvents=true`)).status).toBe(422);
    expect((await client.get(`${start}&resourceVersionMatch=NotOlderThan`)).status).toBe(422);
    const query = 'sendInitialEvents=true&resourceVersionMatch=NotOlderThan&labelSelector=no%3Dne';
    const [event] = await client.watch(`${start}&${query}`, 1);
    expect(event).toMatchObject({ type: 'BOOKMARK' });
  });

  it('sends a bookmark before the time is up, then ends', async () => {
    const { client, widgets } = shop();
    const from = await revision(shop());
    const query = `watch=1&resourceVersion=${from}&allowWatchBookmarks=true&timeoutSeconds=4`;
    const watching = client.watch(`${widgets}?${query}&labelSelector=no%3Dne`);
    await liveOneLife(shop(), 'unseen');
    const events = await watching;
    expect(new Set(events.map(({ type }) => type))).toEqual(new Set(['BOOKMARK']));
    expect(seenIn(events.at(-1)).resourceVersion).not.toBe(from);
  });

  it('shows nothing that came before the resourceVersion, though it lie in the future', async () => {
    const { client, widgets } = shop();
    const future = Number(await revision(shop())) + 1_000_000;
    const watching = client.watch(`${widgets}?watch=1&resourceVersion=${future}&timeoutSeconds=1`);
    await liveOneLife(shop(), 'too-early');
    expect(await watching).toEqual([]);
  });

  it('refuses a resourceVersion that is none', async () => {
    const { client, widgets } = shop();
    expect((await client.get(`${widgets}?watch=1&resourceVersion=abc`)).status).toBe(500);
    expect((await client.get(`${widgets}?watch=1&timeoutSeconds=x`)).status).toBe(400);
  });
}

/** ADDED, MODIFIED twice (spec, then status), DELETED. */
async function liveOneLife({ client, widgets, make }: Workshop, name: string): Promise<void> {
  await make(name);
  await client.patch(`${widgets}/${name}`, { spec: { traits: { n: 1 } } });
  await client.patch(`${widgets}/${name}/status`, { status: { phase: 'Done' } });
  await client.delete(`${widgets}/${name}`);
}

async function revision({ client, widgets }: Workshop): Promise<string> {
  return metaOf((await client.get(widgets)).body).resourceVersion;
}

function objectOf(event: JsonObject | undefined): JsonObject {
  return event?.object as JsonObject;
}

function seenIn(event: JsonObject | undefined): Meta {
  return metaOf(objectOf(event));
}
