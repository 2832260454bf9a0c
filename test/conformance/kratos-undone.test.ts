import { describe, expect, test } from 'vitest';
import type { KratosVersion } from '../standin/kratos/version.ts';
import { ask } from './kratos-ask.ts';
import { note, start } from './kratos-started.ts';

const ID = 'ffffffff-0000-4000-8000-000000000001';

/** Port, method and path; what this release has and the stand-in does not do. */
const UNDONE: Readonly<Record<KratosVersion, readonly string[]>> = {
  '0.5': [
    'public GET /self-service/login/browser',
    'public POST /self-service/login/methods/password',
    'public GET /self-service/settings/api',
    'public GET /self-service/browser/flows/logout',
    'public GET /sessions/whoami',
    'public DELETE /sessions',
  ],
  '0.10': [
    'public GET /self-service/recovery/browser',
    'public GET /sessions',
    `admin PATCH /admin/sessions/${ID}/extend`,
  ],
  '1.0': ['admin GET /admin/courier/messages', 'public POST /self-service/login', 'public DELETE /sessions'],
  '1.3': [
    `admin GET /admin/courier/messages/${ID}`,
    'admin GET /admin/health/config',
    'public GET /sessions/whoami',
    'public GET /self-service/methods/oidc/callback/x',
    'public GET /self-service/methods/oidc/callback',
  ],
  '26.2': [
    'admin GET /courier/messages',
    'public GET /.well-known/ory/webauthn.js',
    'public GET /self-service/logout/browser',
    `public GET /self-service/settings/flows?id=${ID}`,
  ],
};

/** The same for routes that this release does not have, or not with that method. */
const ABSENT: Readonly<Record<KratosVersion, readonly string[]>> = {
  '0.5': ['admin GET /courier/messages', 'admin GET /sessions', 'public GET /self-service/logout'],
  '0.10': ['admin GET /admin/courier/messages', `admin GET /admin/sessions/${ID}`],
  '1.0': ['public GET /self-service/methods/oidc/callback', 'admin POST /admin/courier/messages'],
  '1.3': ['admin GET /admin/identities/by/external/x', 'admin GET /admin/self-service/nothing'],
  '26.2': ['public GET /self-service/browser/flows/logout', 'admin POST /admin/sessions'],
};

async function send(kratos: { readonly adminUrl: string; readonly publicUrl: string }, line: string) {
  const [port, method = '', path = ''] = line.split(' ');
  return ask(port === 'admin' ? kratos.adminUrl : kratos.publicUrl, method, path);
}

describe('what the stand-in does not do', () => {
  for (const [version, lines] of Object.entries(UNDONE) as [KratosVersion, readonly string[]][]) {
    test(`v${version} says so by 501, in a form that is not Kratos', and names it`, async () => {
      const kratos = await start(version);
      for (const line of lines) {
        const answer = await send(kratos, line);
        expect([line, answer.status]).toEqual([line, 501]);
        expect(answer.body).toEqual({ standIn: 'kratos', notDone: expect.stringMatching(/\w/) });
        expect(answer.body).not.toHaveProperty('error');
      }
    });
  }

  for (const [version, lines] of Object.entries(ABSENT) as [KratosVersion, readonly string[]][]) {
    test(`v${version} answers as its router does where there is no such route`, async () => {
      const kratos = await start(version);
      for (const line of lines) {
        const answer = await send(kratos, line);
        expect([line, answer.headers['content-type']]).toEqual([line, 'text/plain; charset=utf-8']);
        expect([404, 405]).toContain(answer.status);
      }
    });
  }

  test('an import of SAML credentials is not done; a type that no release imports is an unknown field', async () => {
    const kratos = await start('26.2');
    const create = (credentials: object) =>
      ask(kratos.adminUrl, 'POST', '/admin/identities', note('n', { credentials: { ...credentials } }));
    expect((await create({ saml: { config: {} } })).status).toBe(501);
    expect(await create({ totp: {} })).toMatchObject({
      status: 400,
      body: { error: { message: 'json: unknown field "totp"' } },
    });
    expect(kratos.store.identities()).toEqual([]);
  });

  test('OPTIONS tells the methods up to v1.3, and HEAD is GET since v26.2', async () => {
    const statuses = async (version: KratosVersion) => {
      const kratos = await start(version);
      const options = await ask(kratos.adminUrl, 'OPTIONS', '/admin/version');
      const head = await ask(kratos.adminUrl, 'HEAD', '/admin/version');
      return [options.status, options.headers.allow, head.status];
    };
    expect(await statuses('1.3')).toEqual([200, 'GET, OPTIONS', 405]);
    expect(await statuses('26.2')).toEqual([405, 'GET, HEAD', 200]);
  });

  test('a path without prefix is cleaned on its way to the prefix', async () => {
    const kratos = await start('1.3');
    for (const path of ['/identities/', '//identities']) {
      expect((await ask(kratos.adminUrl, 'GET', path)).headers.location).toBe('/admin/identities');
    }
    const rewriting = await start('26.2');
    expect((await ask(rewriting.adminUrl, 'GET', '/identities/')).body).toEqual([]);
  });
});
