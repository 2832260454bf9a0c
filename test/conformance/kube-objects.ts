import { expect, it } from 'vitest';

import type { JsonObject } from '../../src/model/json.ts';
import { jsonPatch } from './kube-client.ts';
import { metaOf, type Workshop, widget } from './kube-widgets.ts';

/** Creating, replacing and patching custom resources. */
export function objectSuite(shop: () => Workshop): void {
  creationSuite(shop);
  replacementSuite(shop);
  patchSuite(shop);
}

function creationSuite(shop: () => Workshop): void {
  it('gives a new object an identity, defaults, and the default status whatever was sent', async () => {
    const made = await shop().make('fresh', {
      spec: { traits: { a: { b: 1 } }, recovery: {} },
      status: { observedGeneration: 7 },
      metadata: { uid: 'mine', generation: 9, creationTimestamp: '2001-01-01T00:00:00Z' },
    });
    expect(made).toMatchObject({
      metadata: { name: 'fresh', namespace: shop().namespace, generation: 1 },
      spec: { traits: { a: { b: 1 } }, policy: 'Delete', recovery: { requestId: '' } },
      status: { observedGeneration: -1 },
    });
    const { uid, resourceVersion, creationTimestamp } = metaOf(made);
    expect(uid).toMatch(/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/);
    expect(resourceVersion).toMatch(/^\d+$/);
    expect(creationTimestamp).toMatch(/^20\d\d-.*T\d\d:\d\d:\d\dZ$/);
    expect(creationTimestamp).not.toMatch(/^2001/);
  });

  it('prunes unknown fields with a warning, and keeps them where the schema says so', async () => {
    const { client, widgets } = shop();
    const spec = { traits: { free: true }, unknown: 1 };
    const pruned = await client.post(widgets, widget('pruned', { spec }));
    expect(pruned.status).toBe(201);
    expect(pruned.body.spec).toEqual({ traits: { free: true }, policy: 'Delete' });
    expect(pruned.warnings.join()).toContain('spec.unknown');
    const strict = await client.post(`${widgets}?fieldValidation=Strict`, widget('strict', { spec }));
    expect(strict.body).toMatchObject({ code: 400, reason: 'BadRequest' });
    expect(strict.body.message).toContain('unknown field "spec.unknown"');
  });

  it('drops nulls where they are not allowed, so that defaults come back', async () => {
    const spec = { traits: { kept: null }, nick: null, policy: null, code: null };
    const made = await shop().make('nulls', { spec });
    expect(made.spec).toEqual({ traits: { kept: null }, nick: null, policy: 'Delete' });
  });

  it.each([
    ['an unknown enum value', { traits: {}, state: 'asleep' }, 'FieldValueNotSupported', 'spec.state'],
    ['a string too long', { traits: {}, code: 'abcdef' }, 'FieldValueTooLong', 'spec.code'],
    ['a string out of pattern', { traits: {}, code: 'AB' }, 'FieldValueInvalid', 'spec.code'],
    ['a number too small', { traits: {}, size: 0 }, 'FieldValueInvalid', 'spec.size'],
    ['a wrong type', { traits: {}, size: 'big' }, 'FieldValueTypeInvalid', 'spec.size'],
    ['a fraction for an integer', { traits: {}, size: 1.5 }, 'FieldValueTypeInvalid', 'spec.size'],
    ['a scalar for an object', { traits: 'none' }, 'FieldValueTypeInvalid', 'spec.traits'],
    ['too many items', { traits: {}, tags: ['a', 'b', 'c'] }, 'FieldValueTooMany', 'spec.tags'],
    ['a missing field', {}, 'FieldValueRequired', 'spec.traits'],
    ['a null for a required field', { traits: null }, 'FieldValueRequired', 'spec.traits'],
  ])('refuses %s with 422 and its cause', async (_, spec, reason, field) => {
    const { client, widgets } = shop();
    const { status, body } = await client.post(widgets, widget('refused', { spec }));
    expect(status).toBe(422);
    expect(body).toMatchObject({ kind: 'Status', status: 'Failure', reason: 'Invalid', code: 422 });
    expect(body.details).toMatchObject({ name: 'refused', kind: 'Widget', group: 'conformance.example.com' });
    const { causes } = body.details as JsonObject;
    expect(causes).toContainEqual(expect.objectContaining({ reason, field }));
  });

  it.each([
    ['capitals', 'Bad_Name', 'FieldValueInvalid'],
    ['more than the schema allows', 'x'.repeat(61), 'FieldValueTooLong'],
    ['nothing', '', 'FieldValueRequired'],
  ])('refuses a name of %s', async (_, name, reason) => {
    const { client, widgets } = shop();
    const { body } = await client.post(widgets, widget(name));
    expect(body).toMatchObject({ code: 422, details: { causes: [{ reason, field: 'metadata.name' }] } });
  });

  it('makes a name up from generateName', async () => {
    const made = await shop().make('', { metadata: { generateName: 'made-' } });
    expect(metaOf(made).name).toMatch(/^made-[a-z0-9]{5}$/);
  });

  it('refuses a second object of the same name', async () => {
    const { client, widgets, make } = shop();
    await make('twice');
    expect((await client.post(widgets, widget('twice'))).body).toMatchObject({
      code: 409,
      reason: 'AlreadyExists',
      message: 'widgets.conformance.example.com "twice" already exists',
      details: { name: 'twice', group: 'conformance.example.com', kind: 'widgets' },
    });
  });

  it.each([
    ['no JSON', '{bad', 400],
    ['no kind', JSON.stringify({ metadata: { name: 'x' } }), 400],
    [
      'another API version',
      JSON.stringify({ ...widget('x'), apiVersion: 'conformance.example.com/v9' }),
      400,
    ],
    ['another kind', JSON.stringify({ ...widget('x'), kind: 'Gadget' }), 422],
    ['another namespace', JSON.stringify(widget('x', { metadata: { namespace: 'elsewhere' } })), 400],
    ['a resourceVersion', JSON.stringify(widget('x', { metadata: { resourceVersion: '5' } })), 500],
  ])('refuses a body with %s', async (_, body, status) => {
    const { client, widgets } = shop();
    expect((await client.post(widgets, body)).status).toBe(status);
  });

  it('refuses a body of another media type', async () => {
    const { client, widgets } = shop();
    const headers = { 'content-type': 'text/plain' };
    const { body } = await client.send('POST', widgets, { body: 'a: b', headers });
    expect(body).toMatchObject({ code: 415, reason: 'UnsupportedMediaType' });
  });

  it('refuses an object in a namespace that is not there', async () => {
    const { client, widgets, namespace } = shop();
    const { body } = await client.post(widgets.replace(namespace, 'nowhere'), widget('lost'));
    expect(body).toMatchObject({
      code: 404,
      reason: 'NotFound',
      details: { name: 'nowhere', kind: 'namespaces' },
    });
  });

  it('says what it did not find', async () => {
    const { client, widgets } = shop();
    expect((await client.get(`${widgets}/none`)).body).toEqual({
      kind: 'Status',
      apiVersion: 'v1',
      metadata: {},
      status: 'Failure',
      message: 'widgets.conformance.example.com "none" not found',
      reason: 'NotFound',
      details: { name: 'none', group: 'conformance.example.com', kind: 'widgets' },
      code: 404,
    });
  });
}

function replacementSuite(shop: () => Workshop): void {
  it('refuses a PUT that does not say, or says wrongly, what it replaces', async () => {
    const { client, widgets, make } = shop();
    const { resourceVersion } = metaOf(await make('locked'));
    const put = async (name: string, meta: JsonObject) =>
      (await client.put(`${widgets}/${name}`, widget('locked', { metadata: meta }))).body;
    expect(await put('locked', {})).toMatchObject({
      code: 422,
      details: { causes: [{ reason: 'FieldValueInvalid', field: 'metadata.resourceVersion' }] },
    });
    expect(await put('locked', { resourceVersion: '1' })).toMatchObject({
      code: 409,
      reason: 'Conflict',
      details: { name: 'locked', group: 'conformance.example.com', kind: 'widgets' },
    });
    expect(await put('locked', { resourceVersion, uid: 'other' })).toMatchObject({
      code: 409,
      reason: 'Conflict',
    });
    expect(await put('other', { resourceVersion })).toMatchObject({ code: 400 });
    expect((await client.put(`${widgets}/absent`, widget('absent'))).status).toBe(404);
  });

  it('counts a generation for the spec, not for metadata or status, and writes nothing when nothing changes', async () => {
    const { client, widgets, make } = shop();
    const path = `${widgets}/counted`;
    // The first write may store the default status, which creation leaves to be read into the object.
    const { body: stored } = await client.put(path, await make('counted'));
    expect((await client.put(path, stored)).body).toEqual(stored);
    expect(metaOf(stored).generation).toBe(1);
    const labelled = await client.patch(path, { metadata: { labels: { a: 'b' } } });
    expect(labelled.body.metadata).toMatchObject({ generation: 1, labels: { a: 'b' } });
    const observed = await client.patch(`${path}/status`, { status: { observedGeneration: 1 } });
    expect(observed.body.metadata).toMatchObject({ generation: 1 });
    const changed = await client.patch(path, { spec: { traits: { n: 1 } } });
    expect(changed.body).toMatchObject({ metadata: { generation: 2 }, status: { observedGeneration: 1 } });
  });

  it('keeps spec and status apart', async () => {
    const { client, widgets, make } = shop();
    const made = await make('split');
    const path = `${widgets}/split`;
    const main = await client.put(path, { ...made, spec: { traits: { n: 1 } }, status: { phase: 'Lies' } });
    expect(main.body).toMatchObject({ spec: { traits: { n: 1 } }, status: { observedGeneration: -1 } });
    const sent = {
      ...main.body,
      metadata: { ...metaOf(main.body), labels: { a: 'b' } },
      spec: { traits: { n: 2 } },
      status: { phase: 'Told' },
    };
    const status = await client.put(`${path}/status`, sent);
    expect(status.body).toMatchObject({ spec: { traits: { n: 1 } }, status: { phase: 'Told' } });
    expect(metaOf(status.body).labels).toBeUndefined();
  });
}

function patchSuite(shop: () => Workshop): void {
  it('carries out merge patches; a resourceVersion in one is a precondition, on status too', async () => {
    const { client, widgets, make } = shop();
    const { resourceVersion: stale } = metaOf(await make('merged', { spec: { traits: { a: 1, b: 2 } } }));
    const path = `${widgets}/merged`;
    expect((await client.patch(path, { spec: { traits: { a: null, c: 3 } } })).body.spec).toEqual({
      traits: { b: 2, c: 3 },
      policy: 'Delete',
    });
    const old = { metadata: { resourceVersion: stale }, status: {} };
    const refused = { code: 409, reason: 'Conflict' };
    expect((await client.patch(path, old)).body).toMatchObject(refused);
    expect((await client.patch(`${path}/status`, old)).body).toMatchObject(refused);
    const { resourceVersion } = metaOf((await client.get(path)).body);
    const exact = { metadata: { resourceVersion }, status: { phase: 'Ok' } };
    expect((await client.patch(`${path}/status`, exact)).body.status).toMatchObject({ phase: 'Ok' });
  });

  it('gives the default status back when it is removed', async () => {
    const { client, widgets, make } = shop();
    await make('reset');
    await client.patch(`${widgets}/reset/status`, { status: { observedGeneration: 1, phase: 'Ok' } });
    const { body } = await client.patch(`${widgets}/reset/status`, { status: null });
    expect(body.status).toEqual({ observedGeneration: -1 });
  });

  it('takes a foreign uid in a merge patch for a change of the uid, and does not look at it on status', async () => {
    const { client, widgets, make } = shop();
    await make('foreign');
    const uid = { metadata: { uid: 'other' } };
    const main = await client.patch(`${widgets}/foreign`, uid);
    expect(main.status).toBe(422);
    expect((main.body.details as JsonObject).causes).toContainEqual(
      expect.objectContaining({ reason: 'FieldValueInvalid', field: 'metadata.uid' }),
    );
    expect((await client.patch(`${widgets}/foreign/status`, { ...uid, status: { phase: 'x' } })).status).toBe(
      200,
    );
  });

  it('carries out a JSON patch whole or not at all', async () => {
    const { client, widgets, make } = shop();
    const { uid } = metaOf(await make('tested'));
    const path = `${widgets}/tested`;
    const add = { op: 'add', path: '/spec/traits/k', value: 1 };
    const wrong = await client.patch(
      path,
      [add, { op: 'test', path: '/metadata/uid', value: 'x' }],
      jsonPatch,
    );
    expect(wrong.body).toMatchObject({ code: 422, reason: 'Invalid' });
    expect((await client.get(path)).body.spec).toMatchObject({ traits: {} });
    const right = await client.patch(
      path,
      [{ op: 'test', path: '/metadata/uid', value: uid }, add],
      jsonPatch,
    );
    expect(right.body.spec).toMatchObject({ traits: { k: 1 } });
    const absent = await client.patch(path, [{ op: 'remove', path: '/spec/traits/none' }], jsonPatch);
    expect(absent.status).toBe(422);
  });

  it('has no strategic merge for custom resources', async () => {
    const { client, widgets, make } = shop();
    await make('strategic');
    const headers = { 'content-type': 'application/strategic-merge-patch+json' };
    expect((await client.patch(`${widgets}/strategic`, {}, headers)).status).toBe(415);
  });

  it('patches nothing that is not there', async () => {
    const { client, widgets } = shop();
    expect((await client.patch(`${widgets}/none`, {})).status).toBe(404);
    expect((await client.patch(`${widgets}/none/status`, {})).status).toBe(404);
  });
}
