import { describe, expect, test } from 'vitest';
import type { JsonObject } from '../../src/model/json.ts';
import type { KratosStandIn } from '../standin/kratos/server.ts';
import type { KratosVersion } from '../standin/kratos/version.ts';
import { ask } from './kratos-ask.ts';
import { created, note, person, start } from './kratos-started.ts';

const ORGANIZATION = 'ffffffff-0000-4000-8000-000000000001';
const NO_TOKENS = { initial_id_token: '', initial_access_token: '', initial_refresh_token: '' };
const PROVIDERS = [
  { subject: 's1', provider: 'google' },
  { subject: 's2', provider: 'github' },
];

function withPassword(email: string): JsonObject {
  return { ...person(email), credentials: { password: { config: { password: 'correct horse battery' } } } };
}

function withProviders(email: string): JsonObject {
  return { ...person(email), credentials: { oidc: { config: { providers: PROVIDERS } } } };
}

/** The credentials of one identity by type. */
async function credentials(kratos: KratosStandIn, path: string, query = '') {
  const { body } = await ask(kratos.adminUrl, 'GET', path + query);
  return (body as { readonly credentials: Readonly<Record<string, JsonObject>> }).credentials;
}

async function reason(kratos: KratosStandIn, path: string): Promise<unknown> {
  const answer = await ask(kratos.adminUrl, 'GET', path);
  expect(answer.status).toBe(400);
  return (answer.body as { readonly error: JsonObject }).error.reason;
}

async function emails(kratos: KratosStandIn, query: string): Promise<readonly string[]> {
  const { body } = await ask(kratos.adminUrl, 'GET', `/admin/identities?${query}`);
  const found = body as readonly { readonly traits: { readonly email: string } }[];
  return found.map(({ traits }) => traits.email).toSorted((left, right) => left.localeCompare(right));
}

describe('credentials in answers', () => {
  test('a config is shown for the types that are asked for, never a hash of the password itself', async () => {
    for (const version of ['1.0', '1.3', '26.2'] as const) {
      const kratos = await start(version);
      const [one, two] = [
        await created(kratos, withPassword('a@example.org')),
        await created(kratos, {
          ...person('b@example.org'),
          credentials: { password: { config: { password: 'x' } } },
        }),
      ];
      expect((await credentials(kratos, one)).password).not.toHaveProperty('config');
      const shown = await Promise.all(
        [one, two].map((path) => credentials(kratos, path, '?include_credential=password')),
      );
      expect(shown[0]?.password?.config).toEqual(shown[1]?.password?.config);
      const plain = await created(kratos, person('c@example.org'));
      const bare = await credentials(kratos, plain, '?include_credential=oidc&include_credential=password');
      expect(bare.password?.config).toEqual({});
    }
  });

  test('providers are shown with empty tokens, and with an organization on v1.3', async () => {
    for (const [version, more] of [
      ['0.10', {}],
      ['1.0', {}],
      ['1.3', { organization: '' }],
      ['26.2', {}],
    ] as const) {
      const kratos = await start(version);
      const path = await created(kratos, withProviders('a@example.org'));
      const { oidc } = await credentials(kratos, path, '?include_credential=oidc');
      expect(oidc?.identifiers).toEqual(['github:s2', 'google:s1']);
      expect(oidc?.config).toEqual({
        providers: PROVIDERS.map((provider) => ({ ...NO_TOKENS, ...provider, ...more })),
      });
    }
  });

  test('an unknown type is refused, after a missing identity; v0.5 does not look at it', async () => {
    const told: Readonly<Record<Exclude<KratosVersion, '0.5'>, string>> = {
      '0.10': 'zzz',
      '1.0': '[]',
      '1.3': '[]',
      '26.2': '[]',
    };
    for (const [version, text] of Object.entries(told) as [KratosVersion, string][]) {
      const kratos = await start(version);
      const path = await created(kratos, note('n'));
      const query = '?include_credential=zzz';
      expect(await reason(kratos, path + query)).toBe(
        `Invalid value \`${text}\` for parameter \`include_credential\`.`,
      );
      const missing = await ask(kratos.adminUrl, 'GET', `/admin/identities/${ORGANIZATION}${query}`);
      expect(missing.status).toBe(404);
    }
    const classic = await start('0.5');
    expect((await ask(classic.adminUrl, 'GET', '/identities?include_credential=zzz')).status).toBe(200);
  });

  test('each release knows its own types, and lists look at them since v1.2', async () => {
    const statuses = async (version: KratosVersion, prefix: string) => {
      const kratos = await start(version);
      const path = prefix === '' ? await created(kratos, note('n')) : '/admin/identities';
      const types = ['totp', 'code', 'saml', 'profile'];
      const answers = types.map((type) => ask(kratos.adminUrl, 'GET', `${path}?include_credential=${type}`));
      return (await Promise.all(answers)).map(({ status }) => status);
    };
    expect(await statuses('1.0', '')).toEqual([200, 400, 400, 400]);
    expect(await statuses('1.3', '')).toEqual([200, 200, 400, 400]);
    expect(await statuses('26.2', '')).toEqual([200, 200, 200, 400]);
    expect(await statuses('1.0', 'list')).toEqual([200, 200, 200, 200]);
    expect(await statuses('1.3', 'list')).toEqual([200, 200, 400, 400]);
    const kratos = await start('26.2');
    expect(await reason(kratos, '/admin/identities?include_credential=zzz')).toBe(
      'Invalid value `zzz` for parameter `include_credential`.',
    );
  });
});

describe('filters of lists', () => {
  test('an organization is set on create, kept by PUT, filtered by, and patched, since v25.4', async () => {
    const kratos = await start('26.2');
    const path = await created(kratos, { ...person('a@example.org'), organization_id: ORGANIZATION });
    await created(kratos, person('b@example.org'));
    expect(await emails(kratos, `organization_id=${ORGANIZATION}`)).toEqual(['a@example.org']);
    expect(await emails(kratos, 'organization_id=')).toEqual(['a@example.org', 'b@example.org']);
    await ask(kratos.adminUrl, 'PUT', path, person('c@example.org'));
    expect(await emails(kratos, `organization_id=${ORGANIZATION}`)).toEqual(['c@example.org']);
    await ask(kratos.adminUrl, 'PATCH', path, [{ op: 'remove', path: '/organization_id' }]);
    expect(await emails(kratos, `organization_id=${ORGANIZATION}`)).toEqual([]);
  });

  test('an organization that is no UUID is refused, and so are two filters at once', async () => {
    const kratos = await start('26.2');
    expect(await reason(kratos, '/admin/identities?organization_id=zzz')).toBe(
      'Invalid UUID value `zzz` for parameter `organization_id`.',
    );
    expect(
      await reason(kratos, `/admin/identities?organization_id=${ORGANIZATION}&ids=${ORGANIZATION}`),
    ).toBe('You cannot combine multiple filters in this API');
    const body = note('n', { organization_id: 'zzz' });
    expect(await ask(kratos.adminUrl, 'POST', '/admin/identities', body)).toMatchObject({
      status: 400,
      body: { error: { message: 'uuid: incorrect UUID length 3 in string "zzz"' } },
    });
  });

  test('v1.3 does not look at an organization, and knows it on no create', async () => {
    const kratos = await start('1.3');
    await created(kratos, person('a@example.org'));
    expect(await emails(kratos, 'organization_id=zzz')).toEqual(['a@example.org']);
    const body = note('n', { organization_id: ORGANIZATION });
    expect((await ask(kratos.adminUrl, 'POST', '/admin/identities', body)).status).toBe(400);
  });

  test('similar identifiers begin alike, in whatever case, and providers are found since v1.1', async () => {
    const kratos = await start('1.3');
    await created(kratos, person('ada@example.org'));
    await created(kratos, withProviders('bob@example.org'));
    expect(await emails(kratos, 'preview_credentials_identifier_similar=AD')).toEqual(['ada@example.org']);
    expect(await emails(kratos, 'preview_credentials_identifier_similar=Google')).toEqual([
      'bob@example.org',
    ]);
    expect(await emails(kratos, 'credentials_identifier=google:s1')).toEqual(['bob@example.org']);
    const both = 'credentials_identifier=x&preview_credentials_identifier_similar=x';
    expect(await reason(kratos, `/admin/identities?${both}`)).toContain('Cannot pass both');
    const old = await start('1.0');
    await created(old, withProviders('bob@example.org'));
    expect(await emails(old, 'credentials_identifier=google:s1')).toEqual([]);
  });
});

describe('removing a credential', () => {
  /** Tries to remove what it says, in order. */
  async function statuses(version: KratosVersion, ...targets: readonly string[]) {
    const kratos = await start(version);
    const path = await created(kratos, withProviders('a@example.org'));
    const answers: number[] = [];
    for (const target of targets) {
      answers.push((await ask(kratos.adminUrl, 'DELETE', `${path}/credentials/${target}`)).status);
    }
    return answers;
  }
  const GOOGLE = 'oidc?identifier=google:s1';
  const GITHUB = 'oidc?identifier=github:s2';

  test('v1.0 removes no first factor, v1.3 each provider, v26.2 all but the last factor', async () => {
    expect(await statuses('1.0', GOOGLE, 'password', 'totp')).toEqual([400, 400, 404]);
    expect(await statuses('1.3', 'oidc', 'oidc?identifier=x', GOOGLE, GITHUB, 'password')).toEqual([
      400, 404, 204, 204, 400,
    ]);
    expect(await statuses('26.2', GOOGLE, GITHUB, 'password')).toEqual([204, 400, 400]);
  });
});
