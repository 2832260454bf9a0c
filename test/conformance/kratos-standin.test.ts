import { describe, expect, test } from 'vitest';
import type { JsonObject, JsonValue } from '../../src/model/json.ts';
import type { KratosStandIn } from '../standin/kratos/server.ts';
import { type Asked, ask } from './kratos-ask.ts';
import { created, idOf, note, person, start } from './kratos-started.ts';

function field(answer: Asked, name: string): JsonValue | undefined {
  return (answer.body as JsonObject)[name];
}

function patch(kratos: KratosStandIn, path: string, op: string, pointer: string, value?: JsonValue) {
  const operation = { op, path: pointer, ...(value === undefined ? {} : { value }) };
  return ask(kratos.adminUrl, 'PATCH', path, [operation]);
}

describe('v0.10, of which there is no recording', () => {
  test('knows metadata and sessions, but neither patch, batch nor recovery codes', async () => {
    const kratos = await start('0.10');
    const path = await created(kratos, note('n', { metadata_admin: { a: 1 } }));
    const statuses = await Promise.all([
      ask(kratos.adminUrl, 'PATCH', path, []),
      ask(kratos.adminUrl, 'PATCH', '/admin/identities', {}),
      ask(kratos.adminUrl, 'POST', '/admin/recovery/code', {}),
      ask(kratos.adminUrl, 'DELETE', `${path}/sessions`),
      ask(kratos.adminUrl, 'GET', '/admin/identities?ids=zzz'),
    ]);
    expect(statuses.map(({ status }) => status)).toEqual([405, 405, 404, 404, 200]);
    expect(statuses.map(({ body }) => typeof body)).toEqual([
      'string',
      'string',
      'string',
      'object',
      'object',
    ]);
  });

  test('shows metadata_admin in single reads and not in lists', async () => {
    const kratos = await start('0.10');
    const path = await created(kratos, note('n', { metadata_public: { p: 1 }, metadata_admin: { a: 1 } }));
    expect((await ask(kratos.adminUrl, 'GET', path)).body).toMatchObject({ metadata_admin: { a: 1 } });
    const [item] = (await ask(kratos.adminUrl, 'GET', '/admin/identities')).body as JsonObject[];
    expect(item).toMatchObject({ metadata_public: { p: 1 } });
    expect(item).not.toHaveProperty('metadata_admin');
  });

  test('a PUT clears the metadata it does not name', async () => {
    const kratos = await start('0.10');
    const path = await created(kratos, note('n', { metadata_public: { p: 1 }, metadata_admin: { a: 1 } }));
    await ask(kratos.adminUrl, 'PUT', path, { traits: { label: 'm' } });
    const read = await ask(kratos.adminUrl, 'GET', path);
    expect(read.body).toMatchObject({ traits: { label: 'm' }, metadata_public: null, metadata_admin: null });
  });

  test('pages count from one, and page zero is page one', async () => {
    const kratos = await start('0.10');
    for (const label of ['a', 'b', 'c']) await created(kratos, note(label));
    const pages: JsonValue[] = [];
    for (const page of [0, 1, 2, 3]) {
      const answer = await ask(kratos.adminUrl, 'GET', `/admin/identities?per_page=2&page=${page}`);
      expect(answer.headers['x-total-count']).toBe('3');
      pages.push((answer.body as JsonObject[]).map(({ id }) => id ?? null));
    }
    const ids = kratos.store
      .identities()
      .map(({ id }) => id)
      .reverse();
    expect(pages).toEqual([ids.slice(0, 2), ids.slice(0, 2), ids.slice(2), []]);
  });
});

describe('what the recordings do not reach', () => {
  test('a walk by page tokens shows each identity once', async () => {
    const kratos = await start('26.2');
    for (const label of ['a', 'b', 'c', 'd', 'e']) await created(kratos, note(label));
    const walked: JsonValue[] = [];
    let path: string | undefined = '/admin/identities?page_size=2';
    while (path !== undefined) {
      const answer: Asked = await ask(kratos.adminUrl, 'GET', path);
      walked.push(...(answer.body as JsonObject[]).map(({ id }) => id ?? null));
      path = /<([^>]+)>; rel="next"/.exec(answer.headers.link ?? '')?.[1];
    }
    expect(walked).toEqual(kratos.store.identities().map(({ id }) => id));
  });

  test('the ids filter is paged like every list', async () => {
    const kratos = await start('1.3');
    for (const label of ['a', 'b']) await created(kratos, note(label));
    const ids = kratos.store
      .identities()
      .map(({ id }) => `ids=${id}`)
      .join('&');
    const answer = await ask(kratos.adminUrl, 'GET', `/admin/identities?${ids}&page_size=1`);
    expect(answer.body).toHaveLength(1);
    expect(answer.headers.link).toContain('rel="next"');
  });

  test('a conflict in a batch of v1.3 undoes the items it calls created; v26.2 keeps them', async () => {
    for (const [version, kept] of [
      ['1.3', 1],
      ['26.2', 2],
    ] as const) {
      const kratos = await start(version);
      await created(kratos, person('ada@example.org'));
      const identities = [{ create: note('n') }, { create: person('ada@example.org') }];
      const answer = await ask(kratos.adminUrl, 'PATCH', '/admin/identities', { identities });
      expect(answer.body).toMatchObject({ identities: [{ action: 'create' }, { action: 'error' }] });
      expect(kratos.store.identities()).toHaveLength(kept);
    }
  });

  test('an empty batch item is null, and too many items are refused', async () => {
    const kratos = await start('26.2');
    const two = await ask(kratos.adminUrl, 'PATCH', '/admin/identities', {
      identities: [{}, { create: note('n') }],
    });
    expect(two.body).toMatchObject({ identities: [null, { action: 'create' }] });
    const many = { identities: Array.from({ length: 1001 }, () => ({})) };
    expect((await ask(kratos.adminUrl, 'PATCH', '/admin/identities', many)).status).toBe(400);
  });

  test('removing a whole top-level field by patch does nothing up to v1.3 and clears it on v26.2', async () => {
    for (const [version, left] of [
      ['1.0', { p: 1 }],
      ['1.3', { p: 1 }],
      ['26.2', null],
    ] as const) {
      const kratos = await start(version);
      const path = await created(kratos, note('n', { metadata_public: { p: 1 } }));
      expect((await patch(kratos, path, 'remove', '/metadata_public')).status).toBe(200);
      expect(field(await ask(kratos.adminUrl, 'GET', path), 'metadata_public')).toEqual(left);
    }
  });

  test('a patch makes missing parents: an array before a number, and none whose key has to be escaped', async () => {
    const kratos = await start('1.3');
    const path = await created(kratos, note('n'));
    expect((await patch(kratos, path, 'add', '/metadata_admin/list/0', 'x')).status).toBe(200);
    const refused = await patch(kratos, path, 'add', '/metadata_admin/kratos.ory.sh~1owner/uid', 'u');
    expect(refused.body).toMatchObject({
      error: { code: 400, reason: 'An error occured when applying the JSON patch' },
    });
    const scalar = await patch(kratos, path, 'add', '/traits/label/deep', 1);
    expect(scalar.status).toBe(400);
    expect(field(await ask(kratos.adminUrl, 'GET', path), 'metadata_admin')).toEqual({ list: ['x'] });
  });

  test('a patch that fails in the middle changes nothing', async () => {
    const kratos = await start('26.2');
    const path = await created(kratos, note('n'));
    const operations = [
      { op: 'add', path: '/traits/extra', value: 1 },
      { op: 'remove', path: '/traits/none' },
    ];
    expect((await ask(kratos.adminUrl, 'PATCH', path, operations)).status).toBe(400);
    expect(field(await ask(kratos.adminUrl, 'GET', path), 'traits')).toEqual({ label: 'n' });
  });

  test('ending sessions is 204 once and 404 when there are none', async () => {
    const kratos = await start('1.3');
    const path = await created(kratos, note('n'));
    const [identity] = kratos.store.identities();
    kratos.store.openSession(identity?.id ?? '');
    const statuses: number[] = [];
    for (let time = 0; time < 2; time++) {
      statuses.push((await ask(kratos.adminUrl, 'DELETE', `${path}/sessions`)).status);
    }
    expect(statuses).toEqual([204, 404]);
  });

  test('deleting an identity ends its sessions and frees its identifiers', async () => {
    const kratos = await start('1.3');
    const path = await created(kratos, person('ada@example.org'));
    const id = kratos.store.identities()[0]?.id ?? '';
    kratos.store.openSession(id);
    expect((await ask(kratos.adminUrl, 'DELETE', path)).status).toBe(204);
    expect(kratos.store.sessionsOf(id)).toEqual([]);
    await created(kratos, person('ada@example.org'));
  });

  test('a recovery method that is switched off is a JSON 404 on modern servers and no route on v0.5', async () => {
    const modern = await start('1.3', { recovery: { link: false } });
    const off = await ask(modern.adminUrl, 'POST', '/admin/recovery/link', {});
    expect(off).toMatchObject({ status: 404, body: { error: { code: 404 } } });
    expect(JSON.stringify(off.body)).toContain('disabled by system administrator');
    const classic = await start('0.5', { recovery: { link: false } });
    expect((await ask(classic.adminUrl, 'POST', '/recovery/link', {})).body).toBe('404 page not found\n');
  });

  test('a recovery code expires a Go duration after the time of the clock', async () => {
    const now = Date.UTC(2030, 0, 1);
    const kratos = await start('1.3', {
      clock: { now: () => now, monotonic: () => 0, after: () => () => {} },
    });
    await created(kratos, note('n'));
    const [identity] = kratos.store.identities();
    for (const [expires_in, ms] of [
      ['1h30m', 5_400_000],
      ['1.5h', 5_400_000],
      ['300ms', 300],
    ] as const) {
      const body = { identity_id: identity?.id ?? '', expires_in };
      const answer = await ask(kratos.adminUrl, 'POST', '/admin/recovery/code', body);
      expect(field(answer, 'expires_at')).toBe(new Date(now + ms).toISOString());
    }
    expect(kratos.minted).toHaveLength(3);
  });

  test('an upgrade keeps the identities and shows them as the new release does', async () => {
    const kratos = await start('0.5');
    const old = await ask(kratos.adminUrl, 'POST', '/identities', person('ada@example.org'));
    kratos.upgrade('26.2');
    const read = await ask(kratos.adminUrl, 'GET', `/admin/identities/${idOf(old)}`);
    expect(read.body).toMatchObject({
      traits: { email: 'ada@example.org' },
      state: 'active',
      metadata_public: null,
      metadata_admin: null,
      schema_url: `${kratos.publicUrl}/schemas/ZGVmYXVsdA`,
    });
  });
});
