import { request } from 'undici';
import { describe, expect, test } from 'vitest';
import type { JsonObject } from '../../src/model/json.ts';
import { defaultSchemas } from '../standin/kratos/schemas.ts';
import type { KratosVersion } from '../standin/kratos/version.ts';
import { ask } from './kratos-ask.ts';
import { created, idOf, person, start } from './kratos-started.ts';

const RECORDED: readonly KratosVersion[] = ['0.5', '1.0', '1.3', '26.2'];
const KINDS = ['login', 'registration', 'recovery', 'verification'] as const;
const NOBODY = 'ffffffff-0000-4000-8000-000000000001';
const START = Date.UTC(2030, 0, 1);

/** A stand-in whose clock the test moves. */
async function timed(version: KratosVersion) {
  const time = { now: START };
  const clock = { now: () => time.now, monotonic: () => 0, after: () => () => {} };
  return { kratos: await start(version, { clock }), time };
}

describe('self-service flows', () => {
  test('a new flow has an id and times of its own, points to this server, and is found by its id and kind', async () => {
    for (const version of RECORDED) {
      const { kratos } = await timed(version);
      for (const kind of KINDS) {
        const path = `/self-service/${kind}/api`;
        const [one, two] = [
          await ask(kratos.publicUrl, 'GET', path),
          await ask(kratos.publicUrl, 'GET', path),
        ];
        expect(idOf(one)).not.toBe(idOf(two));
        expect(one.body).toMatchObject({
          type: 'api',
          issued_at: new Date(START).toISOString(),
          expires_at: new Date(START + 3_600_000).toISOString(),
          request_url: kratos.publicUrl + path,
        });
        expect(JSON.stringify(one.body)).toContain(`flow=${idOf(one)}`);
        expect(JSON.stringify(one.body)).not.toMatch(/http:\/\/(?:admin|public)\b/);
        const flows = (of: string, id: string) => `/self-service/${of}/flows?id=${id}`;
        const found = await ask(kratos.publicUrl, 'GET', flows(kind, idOf(one).toUpperCase()));
        expect(found.body).toEqual(one.body);
        const other = kind === 'login' ? 'recovery' : 'login';
        expect((await ask(kratos.publicUrl, 'GET', flows(other, idOf(one)))).status).toBe(404);
      }
    }
  });

  test('v0.5 serves flows on both ports; later releases send whoever asks the admin port to the public one', async () => {
    const classic = await start('0.5');
    const flow = await ask(classic.publicUrl, 'GET', '/self-service/login/api');
    const path = `/self-service/login/flows?id=${idOf(flow)}`;
    expect((await ask(classic.adminUrl, 'GET', path)).body).toEqual(flow.body);
    expect((await ask(classic.adminUrl, 'GET', '/self-service/login/api')).body).toBe('404 page not found\n');
    const modern = await start('1.3');
    const moved = await ask(modern.adminUrl, 'POST', '/admin/self-service/login?flow=x');
    expect([moved.status, moved.headers.location]).toEqual([
      307,
      `${modern.publicUrl}/self-service/login?flow=x`,
    ]);
  });

  test('v0.5 answers null for a verification flow it does not have; every other missing flow is a 404', async () => {
    const kratos = await start('0.5');
    const answers = ['verification', 'recovery', 'settings'].map((kind) =>
      ask(kratos.adminUrl, 'GET', `/self-service/${kind}/flows?id=${NOBODY}`),
    );
    const [verification, recovery, settings] = await Promise.all(answers);
    expect([verification?.status, verification?.body]).toEqual([200, null]);
    expect([recovery?.status, settings?.status]).toEqual([404, 404]);
  });

  test('the flow of a code is shown, that of a link is refused, and an api code has an api flow', async () => {
    for (const version of ['1.0', '1.3', '26.2'] as const) {
      const kratos = await start(version);
      const id = (await created(kratos, person('ada@example.org'))).split('/').at(-1) ?? '';
      const flowOf = async (method: string, more: JsonObject) => {
        const minted = await ask(kratos.adminUrl, 'POST', `/admin/recovery/${method}`, {
          identity_id: id,
          ...more,
        });
        const link = (minted.body as { readonly recovery_link: string }).recovery_link;
        return ask(
          kratos.publicUrl,
          'GET',
          `/self-service/recovery/flows?id=${new URL(link).searchParams.get('flow')}`,
        );
      };
      expect(await flowOf('code', {})).toMatchObject({
        status: 200,
        body: { type: 'browser', state: 'sent_email' },
      });
      expect(await flowOf('link', {})).toMatchObject({
        status: 403,
        body: { error: { id: 'security_csrf_violation' } },
      });
      const type = version === '1.0' ? 'browser' : 'api';
      expect(await flowOf('code', { flow_type: 'api' })).toMatchObject({ status: 200, body: { type } });
    }
  });

  test('since v1.2 a code for a flow of an unknown type is refused', async () => {
    const kratos = await start('1.3');
    const path = await created(kratos, person('ada@example.org'));
    const body = { identity_id: path.split('/').at(-1) ?? '', flow_type: 'zzz' };
    expect(await ask(kratos.adminUrl, 'POST', '/admin/recovery/code', body)).toMatchObject({
      status: 400,
      body: { error: { reason: 'Value from "flow_type" is not valid: "zzz"' } },
    });
  });

  test('what was not recorded is not made up: other parameters, schemas, methods, releases, and flows that expired', async () => {
    const schema = { ...defaultSchemas.default, title: 'Mine' };
    const schemas = await start('1.3', { schemas: { default: schema } });
    const methods = await start('1.3', { recovery: { code: false } });
    const { kratos: old, time } = await timed('1.3');
    const begun = await ask(old.publicUrl, 'GET', '/self-service/login/api');
    time.now += 3_600_001;
    const release = await start('0.10');
    const answers = await Promise.all([
      ask(schemas.publicUrl, 'GET', '/self-service/registration/api'),
      ask(methods.publicUrl, 'GET', '/self-service/recovery/api'),
      ask(old.publicUrl, 'GET', '/self-service/login/api?refresh=true'),
      ask(old.publicUrl, 'GET', `/self-service/login/flows?id=${idOf(begun)}`),
      ask(release.publicUrl, 'GET', '/self-service/login/api'),
    ]);
    expect(answers.map(({ status }) => status)).toEqual([501, 501, 501, 501, 501]);
    expect((await ask(release.publicUrl, 'GET', `/self-service/login/flows?id=${NOBODY}`)).status).toBe(404);
  });
});

describe('errors of self-service', () => {
  test('an error is found by its id under the parameter of its release', async () => {
    const kept = { error: { code: 400, message: 'x' }, at: '2030-01-01T00:00:00Z' };
    const classic = await start('0.5');
    const old = classic.store.keepError(kept);
    expect((await ask(classic.adminUrl, 'GET', `/self-service/errors?error=${old}`)).body).toEqual({
      id: old,
      errors: [kept.error],
    });
    expect((await ask(classic.publicUrl, 'GET', `/self-service/errors?id=${old}`)).status).toBe(403);
    const modern = await start('1.3');
    const id = modern.store.keepError(kept);
    for (const parameter of ['id', 'error']) {
      const { body } = await ask(modern.publicUrl, 'GET', `/self-service/errors?${parameter}=${id}`);
      expect(body).toEqual({ id, error: kept.error, created_at: kept.at, updated_at: kept.at });
    }
  });
});

describe('the public port and forgery', () => {
  test('asks for a CSRF token before it looks for a route, but not where clients without browser write', async () => {
    const classic = await start('0.5');
    const modern = await start('26.2');
    const answers = await Promise.all([
      ask(classic.publicUrl, 'POST', '/nothing'),
      ask(classic.publicUrl, 'POST', '/sessions'),
      ask(modern.publicUrl, 'POST', '/nothing'),
      ask(modern.publicUrl, 'POST', '/identities/x/credentials/y'),
      ask(modern.publicUrl, 'GET', '/nothing'),
    ]);
    expect(answers.map(({ status }) => status)).toEqual([400, 405, 403, 405, 404]);
  });

  test('v26.2 words its hint by the fetch mode', async () => {
    const kratos = await start('26.2');
    const hintFor = async (headers: Record<string, string>) => {
      const answer = await request(`${kratos.publicUrl}/nothing`, { method: 'POST', reset: true, headers });
      return ((await answer.body.json()) as { error: { details: { hint: string } } }).error.details.hint;
    };
    expect(await hintFor({})).toContain('server-side call');
    expect(await hintFor({ 'sec-fetch-mode': 'cors' })).toContain('AJAX call');
  });
});
