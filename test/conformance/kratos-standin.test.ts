import { afterEach, describe, expect, test } from 'vitest';
import type { JsonObject, JsonValue } from '../../src/model/json.ts';
import { failWith, htmlPage, redirectTo } from '../standin/kratos/faults.ts';
import { type KratosOptions, type KratosStandIn, startKratos } from '../standin/kratos/server.ts';
import type { KratosVersion } from '../standin/kratos/version.ts';
import { type Asked, ask } from './kratos-ask.ts';

const running: KratosStandIn[] = [];

afterEach(async () => {
  await Promise.all(running.splice(0).map((kratos) => kratos.stop()));
});

async function start(version: KratosVersion, options: Partial<KratosOptions> = {}): Promise<KratosStandIn> {
  const kratos = await startKratos({ ...options, version });
  running.push(kratos);
  return kratos;
}

const note = (label: string, more: JsonObject = {}): JsonObject => ({
  schema_id: 'note',
  traits: { label },
  ...more,
});

const person = (email: string): JsonObject => ({ traits: { email } });

/** Creates an identity on a modern stand-in and answers its path. */
async function created(kratos: KratosStandIn, body: JsonObject): Promise<string> {
  const answer = await ask(kratos.adminUrl, 'POST', '/admin/identities', body);
  expect(answer.status).toBe(201);
  return `/admin/identities/${field(answer, 'id')}`;
}

function field(answer: Asked, name: string): JsonValue | undefined {
  return (answer.body as JsonObject)[name];
}

function patch(kratos: KratosStandIn, path: string, op: string, pointer: string, value?: JsonValue) {
  const operation = { op, path: pointer, ...(value === undefined ? {} : { value }) };
  return ask(kratos.adminUrl, 'PATCH', path, [operation]);
}

describe('faults', () => {
  test('an injected answer comes in place of the handling, as often as asked and only where it matches', async () => {
    const kratos = await start('1.3');
    kratos.faults.inject({ method: 'POST', path: /identities$/ }, failWith(503, { 'retry-after': '7' }), 2);
    const statuses: number[] = [];
    for (const method of ['POST', 'GET', 'POST', 'POST']) {
      const body = method === 'POST' ? note('n') : undefined;
      const answer = await ask(kratos.adminUrl, method, '/admin/identities', body);
      statuses.push(answer.status);
      if (answer.status === 503) expect(answer.headers['retry-after']).toBe('7');
    }
    expect(statuses).toEqual([503, 200, 503, 201]);
    expect(kratos.store.identities()).toHaveLength(1);
  });

  test('a gateway answers with its own page or redirect, and a fault can be taken back', async () => {
    const kratos = await start('1.3');
    const takeBack = kratos.faults.inject({}, htmlPage(), Number.POSITIVE_INFINITY);
    const page = await ask(kratos.adminUrl, 'GET', '/admin/version');
    expect([page.status, page.headers['content-type']]).toEqual([502, 'text/html']);
    takeBack();
    kratos.faults.inject({}, redirectTo('https://login.example.test/'));
    const moved = await ask(kratos.adminUrl, 'GET', '/admin/version');
    expect([moved.status, moved.headers.location]).toEqual([302, 'https://login.example.test/']);
    expect((await ask(kratos.adminUrl, 'GET', '/admin/version')).status).toBe(200);
  });

  test('a destroyed connection leaves nothing behind, unless the request was committed first', async () => {
    const kratos = await start('1.3');
    kratos.faults.inject({}, { kind: 'destroy' });
    kratos.faults.inject({}, { kind: 'commitThenDestroy' });
    for (const made of [0, 1]) {
      await expect(ask(kratos.adminUrl, 'POST', '/admin/identities', note('n'))).rejects.toThrow();
      expect(kratos.store.identities()).toHaveLength(made);
    }
    expect(kratos.requests.all().map(({ status }) => status)).toEqual([undefined, undefined]);
  });

  test('a request that hangs is logged and never carried out', async () => {
    const kratos = await start('1.3');
    kratos.faults.inject({}, { kind: 'hang' });
    const gone = new AbortController();
    const asked = ask(kratos.adminUrl, 'POST', '/admin/identities', note('n'), gone.signal);
    await kratos.requests.arrived({ method: 'POST' });
    gone.abort();
    await expect(asked).rejects.toThrow();
    expect(kratos.store.identities()).toEqual([]);
  });

  test('a delayed request is handled when the clock of the stand-in says so', async () => {
    const due: (() => void)[] = [];
    const after = (ms: number, fn: () => void) => {
      expect(ms).toBe(5000);
      due.push(fn);
      return () => {};
    };
    const kratos = await start('1.3', { clock: { now: () => 0, monotonic: () => 0, after } });
    kratos.faults.inject({}, { kind: 'delay', ms: 5000 });
    const asked = ask(kratos.adminUrl, 'POST', '/admin/identities', note('n'));
    await kratos.requests.arrived({});
    expect(kratos.store.identities()).toEqual([]);
    for (const fn of due) fn();
    expect((await asked).status).toBe(201);
  });

  test('what a frozen server buffered is carried out at the thaw, in order, also for a client that has gone', async () => {
    const kratos = await start('1.3');
    kratos.faults.freeze();
    const gone = new AbortController();
    const first = ask(kratos.adminUrl, 'POST', '/admin/identities', person('ada@example.org'), gone.signal);
    await kratos.requests.arrived({}, 1);
    const second = ask(kratos.adminUrl, 'POST', '/admin/identities', person('ada@example.org'));
    await kratos.requests.arrived({}, 2);
    gone.abort();
    await expect(first).rejects.toThrow();
    expect(kratos.store.identities()).toEqual([]);
    await kratos.faults.thaw();
    expect(kratos.store.identities()).toHaveLength(1);
    expect((await second).status).toBe(409);
  });

  test('a server that is down refuses connections and comes up at the same address with its database', async () => {
    const kratos = await start('1.3');
    const path = await created(kratos, note('n'));
    await kratos.goDown();
    await expect(ask(kratos.adminUrl, 'GET', path)).rejects.toThrow(/ECONNREFUSED/);
    await kratos.comeUp();
    expect((await ask(kratos.adminUrl, 'GET', path)).status).toBe(200);
  });

  test('a server that is not ready says so with 503 and goes on answering', async () => {
    const kratos = await start('26.2');
    kratos.setReady(false);
    expect((await ask(kratos.adminUrl, 'GET', '/admin/health/ready')).status).toBe(503);
    expect((await ask(kratos.adminUrl, 'GET', '/admin/identities')).status).toBe(200);
  });

  test('the log holds what was sent until it is reset', async () => {
    const kratos = await start('1.3');
    await ask(kratos.adminUrl, 'POST', '/admin/identities?x=1', note('n'));
    const [seen] = kratos.requests.all({ path: /x=1/ });
    expect(seen).toMatchObject({ port: 'admin', method: 'POST', path: '/admin/identities?x=1', status: 201 });
    expect(JSON.parse(seen?.body ?? '')).toEqual(note('n'));
    kratos.requests.reset();
    expect(kratos.requests.all()).toEqual([]);
  });
});

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
    const read = await ask(kratos.adminUrl, 'GET', `/admin/identities/${String(field(old, 'id'))}`);
    expect(read.body).toMatchObject({
      traits: { email: 'ada@example.org' },
      state: 'active',
      metadata_public: null,
      metadata_admin: null,
      schema_url: `${kratos.publicUrl}/schemas/ZGVmYXVsdA`,
    });
  });
});

describe('the validator words a violation as a real v1.3.1 did', () => {
  const odd: JsonObject = {
    type: 'object',
    properties: {
      traits: {
        type: 'object',
        properties: {
          'user name': { type: 'string', pattern: '^[a-z]+$' },
          age: { type: 'integer', minimum: 3, multipleOf: 3 },
          kind: { enum: ['a', 1] },
          tags: { type: 'array', items: { type: 'string' }, uniqueItems: true },
          phone: { type: ['string', 'null'] },
          site: { format: 'uri' },
        },
        patternProperties: { '^x-': { type: 'number' } },
        additionalProperties: { type: 'string' },
      },
    },
  };
  const at = (instance: string, schema: string) => `I[#/traits/${instance}] S[#/properties/traits/${schema}]`;
  const cases: readonly (readonly [JsonObject, string])[] = [
    [
      { 'user name': 'B' },
      `${at('user%20name', 'properties/user%20name/pattern')} does not match pattern "^[a-z]+$"`,
    ],
    [
      { age: 2 },
      [
        `${at('age', 'properties/age')} validation failed`,
        `  ${at('age', 'properties/age/minimum')} must be >= 3 but found 2`,
        `  ${at('age', 'properties/age/multipleOf')} 2 not multipleOf 3`,
      ].join('\n'),
    ],
    [{ age: 4.5 }, `${at('age', 'properties/age/type')} expected integer, but got number`],
    [{ kind: 'z' }, `${at('kind', 'properties/kind/enum')} value must be one of "a", "1"`],
    [{ tags: ['a', 'a'] }, `${at('tags', 'properties/tags/uniqueItems')} items at index 0 and 1 are equal`],
    [{ tags: ['a', 3] }, `${at('tags/1', 'properties/tags/items/type')} expected string, but got number`],
    [{ phone: 4 }, `${at('phone', 'properties/phone/type')} expected string or null, but got number`],
    [{ site: null }, `${at('site', 'properties/site/format')} %!q(<nil>) is not valid "uri"`],
    [{ 'x-a': 's' }, `${at('x-a', 'patternProperties/%5Ex-/type')} expected number, but got string`],
    [{ zed: 4 }, `${at('zed', 'additionalProperties/type')} expected string, but got number`],
  ];

  test.each(cases)('%j', async (traits, reason) => {
    const kratos = await start('1.3', { schemas: { odd } });
    const answer = await ask(kratos.adminUrl, 'POST', '/admin/identities', { schema_id: 'odd', traits });
    expect(answer).toMatchObject({ status: 400, body: { error: { code: 400, reason } } });
  });
});
