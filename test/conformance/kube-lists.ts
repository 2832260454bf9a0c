import { expect, it } from 'vitest';

import type { JsonObject } from '../../src/model/json.ts';
import { metaOf, type Workshop } from './kube-widgets.ts';

/** Lists: pages, selectors, forms. */
export function listSuite(shop: () => Workshop): void {
  it('lists in pages that show one moment', async () => {
    const { client, widgets, make } = shop();
    for (const name of ['page-a', 'page-b', 'page-c'])
      await make(name, { metadata: { labels: { in: 'pages' } } });
    const query = `${widgets}?labelSelector=in%3Dpages&limit=2`;
    const first = (await client.get(query)).body;
    await make('page-d', { metadata: { labels: { in: 'pages' } } });
    await client.delete(`${widgets}/page-c`);
    const token = metaOf(first).continue as string;
    const second = (await client.get(`${query}&continue=${token}`)).body;
    expect([namesIn(first), namesIn(second)]).toEqual([['page-a', 'page-b'], ['page-c']]);
    expect(metaOf(second).resourceVersion).toBe(metaOf(first).resourceVersion);
    expect(metaOf(second).continue ?? '').toBe('');
    expect(first).toMatchObject({ kind: 'WidgetList', apiVersion: 'conformance.example.com/v1' });
  });

  it('tells how many are left, except with a selector', async () => {
    const { client, widgets } = shop();
    const all = namesIn((await client.get(widgets)).body).length;
    const page = metaOf((await client.get(`${widgets}?limit=1`)).body);
    expect(page.remainingItemCount).toBe(all - 1);
    const selected = metaOf((await client.get(`${widgets}?limit=1&labelSelector=in%3Dpages`)).body);
    expect(selected.remainingItemCount).toBeUndefined();
  });

  it('answers from the watch cache, without pages, for resourceVersion 0', async () => {
    const { client, widgets } = shop();
    const all = namesIn((await client.get(widgets)).body);
    expect(namesIn((await client.get(`${widgets}?limit=1&resourceVersion=0`)).body)).toEqual(all);
  });

  it.each([
    ['in=sets', ['set-a', 'set-b']],
    ['in=sets,tier!=one', ['set-b']],
    ['tier in (one,two)', ['set-a', 'set-b']],
    ['in=sets,tier notin (one)', ['set-b']],
    ['in=sets,extra', ['set-b']],
    ['in=sets,!extra', ['set-a']],
  ])('selects by label %s', async (selector, names) => {
    const { client, widgets } = shop();
    await client.post(widgets, labelled('set-a', { in: 'sets', tier: 'one' }));
    await client.post(widgets, labelled('set-b', { in: 'sets', tier: 'two', extra: '' }));
    const { body } = await client.get(`${widgets}?labelSelector=${encodeURIComponent(selector)}`);
    expect(namesIn(body)).toEqual(names);
  });

  it('selects by field, where the field is selectable', async () => {
    const { client, widgets, make } = shop();
    await make('by-field');
    const { body } = await client.get(`${widgets}?fieldSelector=metadata.name%3Dby-field`);
    expect(namesIn(body)).toEqual(['by-field']);
    expect((await client.get(`${widgets}?fieldSelector=spec.state%3Dx`)).body).toMatchObject({
      code: 400,
      message: 'field label not supported: spec.state',
    });
  });

  it.each([
    ['limit=2&continue=bogus', 400],
    ['limit=x', 400],
    ['resourceVersion=abc', 400],
    ['resourceVersionMatch=Exact', 422],
    ['labelSelector=%3D%3D', 400],
  ])('refuses ?%s', async (query, status) => {
    const { client, widgets } = shop();
    expect((await client.get(`${widgets}?${query}`)).status).toBe(status);
  });

  it('does not wait for a future that is far away', async () => {
    const { client, widgets } = shop();
    const { resourceVersion } = metaOf((await client.get(widgets)).body);
    const future = await client.get(`${widgets}?resourceVersion=${Number(resourceVersion) + 1_000_000}`);
    expect(future.body).toMatchObject({
      code: 504,
      reason: 'Timeout',
      details: { causes: [{ reason: 'ResourceVersionTooLarge' }], retryAfterSeconds: 1 },
    });
  });

  it('shows metadata alone, or a table, to those who ask for it', async () => {
    const { client, widgets, make } = shop();
    await make('shown', { spec: { traits: {}, state: 'active' } });
    const as = (form: string) => ({
      accept: `application/json;as=${form};g=meta.k8s.io;v=v1,application/json`,
    });
    const partial = (await client.get(`${widgets}/shown`, as('PartialObjectMetadata'))).body;
    expect(partial).toMatchObject({ kind: 'PartialObjectMetadata', apiVersion: 'meta.k8s.io/v1' });
    expect(partial.spec).toBeUndefined();
    const list = (await client.get(widgets, as('PartialObjectMetadataList'))).body;
    expect(list.kind).toBe('PartialObjectMetadataList');
    const table = (await client.get(`${widgets}/shown`, as('Table'))).body;
    expect(table).toMatchObject({
      kind: 'Table',
      columnDefinitions: [
        { name: 'Name', format: 'name' },
        { name: 'Phase', priority: 0 },
        { name: 'State', priority: 1 },
      ],
      rows: [{ cells: ['shown', null, 'active'], object: { metadata: { name: 'shown' } } }],
    });
    expect((await client.get(`${widgets}/shown`, { accept: 'text/plain' })).status).toBe(406);
  });
}

function labelled(name: string, labels: JsonObject): JsonObject {
  const metadata = { name, labels };
  return { apiVersion: 'conformance.example.com/v1', kind: 'Widget', metadata, spec: { traits: {} } };
}

function namesIn(list: JsonObject): readonly unknown[] {
  return (list.items as JsonObject[]).map((item) => metaOf(item).name);
}
