import { describe, expect, it } from 'vitest';
import type { Fault } from '../standin/kratos/faults.ts';
import { NOBODY, world } from './cli-run.ts';

const VERSIONS = ['0.5', '1.3', '26.2'] as const;
const MODERN = ['1.3', '26.2'] as const;

describe('kratos recovery', () => {
  it.each(VERSIONS)('link shows the link and when it ends (v%s)', async (version) => {
    await using kratos = await world(version);
    const id = await kratos.create('ann@example.org');
    const { code, stdout } = await kratos.run(`recovery link ${id} --expires-in 1h30m`);
    const [minted] = kratos.server.minted;
    expect(code).toBe(0);
    expect(stdout).toMatch(/^LINK {6}\S+\nEXPIRES {3}\d{4}-\S+Z \(in \d+[hm]\)\n$/);
    expect(stdout).toContain(`LINK      ${minted?.link}\n`);
    expect(stdout).toContain(new Date(minted?.expiresAt ?? 0).toISOString().slice(0, 19));
  });

  it.each(MODERN)('code shows the code too, or the whole answer (v%s)', async (version) => {
    await using kratos = await world(version);
    const id = await kratos.create('ann@example.org');
    const table = await kratos.run(`recovery code ${id}`);
    expect(table.stdout).toContain(`CODE      ${kratos.server.minted[0]?.code}\n`);
    const json = JSON.parse((await kratos.run(`recovery code ${id} -o json`)).stdout);
    expect(json.recovery_code).toBe(kratos.server.minted[1]?.code);
  });

  it('sends the lifetime as it was typed', async () => {
    await using kratos = await world('26.2');
    const id = await kratos.create('ann@example.org');
    await kratos.run(`recovery link ${id} --expires-in 1.5h`);
    const [request] = kratos.server.requests.all({ method: 'POST', path: /recovery\/link/ }).slice(-1);
    expect(JSON.parse(request?.body ?? '')).toEqual({ identity_id: id, expires_in: '1.5h' });
  });

  it.each([
    ['0.5', 3],
    ['26.2', 3],
  ] as const)('exits 3 without such an identity (v%s)', async (version, code) => {
    await using kratos = await world(version);
    expect((await kratos.run(`recovery link ${NOBODY}`)).code).toBe(code);
  });

  it('says that the method is switched off', async () => {
    await using kratos = await world('26.2', { recovery: { code: false } });
    const id = await kratos.create('ann@example.org');
    const { code, stderr } = await kratos.run(`recovery code ${id}`);
    expect(code).toBe(1);
    expect(stderr).toContain('switched off in the configuration of Kratos');
  });
});

describe('kratos schemas', () => {
  it.each(VERSIONS)('get prints the document (v%s)', async (version) => {
    await using kratos = await world(version);
    const { stdout } = await kratos.run('schemas get note');
    expect(JSON.parse(stdout).title).toBe('Service account, no identifier');
    expect((await kratos.run('schemas get nothing')).code).toBe(3);
  });

  it.each(MODERN)('list shows ids and titles (v%s)', async (version) => {
    await using kratos = await world(version);
    expect(
      (await kratos.run('schemas list')).stdout.split('\n').map((line) => line.split(/ {3,}/).slice(0, 2)),
    ).toEqual([['ID', 'TITLE'], ['default', 'Person'], ['note', 'Service account, no identifier'], ['']]);
    expect((await kratos.run('schemas list -o name')).stdout).toBe('default\nnote\n');
  });

  it('names the flag of the public URL where schemas are there and it is not given', async () => {
    await using kratos = await world('26.2');
    const { code, stderr } = await kratos.run('schemas get note', { env: { KRATOS_PUBLIC_URL: '' } });
    expect(code).toBe(1);
    expect(stderr).toContain('--kratos-public-url');
  });
});

describe('kratos sessions', () => {
  it.each(MODERN)('list shows those of an identity, and tells none from nobody (v%s)', async (version) => {
    await using kratos = await world(version);
    const id = await kratos.create('ann@example.org');
    expect(await kratos.run(`sessions list ${id}`)).toEqual({ code: 0, stdout: '', stderr: 'no sessions\n' });
    const session = kratos.server.store.openSession(id);
    expect((await kratos.run(`sessions list ${id} -o name`)).stdout).toBe(`${session}\n`);
    expect((await kratos.run(`sessions list ${NOBODY}`)).code).toBe(3);
  });

  it.each(MODERN)(
    'revoke ends one session, or all of an identity, or finds neither (v%s)',
    async (version) => {
      await using kratos = await world(version);
      const id = await kratos.create('ann@example.org');
      const [one] = [kratos.server.store.openSession(id), kratos.server.store.openSession(id)];
      expect((await kratos.run(`sessions revoke ${one}`)).stdout).toBe(`session ${one} revoked\n`);
      expect((await kratos.run(`sessions revoke ${id}`)).stdout).toBe(
        `every session of identity ${id} revoked\n`,
      );
      expect(await kratos.run(`sessions revoke ${id}`)).toEqual({
        code: 0,
        stdout: '',
        stderr: 'no sessions\n',
      });
      const neither = await kratos.run(`sessions revoke ${NOBODY}`);
      expect(neither.code).toBe(3);
      expect(neither.stderr).toContain(`error: Kratos has no session or identity ${NOBODY} (404)`);
    },
  );

  it('revoke tries the session before the identity', async () => {
    await using kratos = await world('26.2');
    await kratos.run(`sessions revoke ${NOBODY}`);
    const asked = kratos.server.requests.all({ path: new RegExp(NOBODY) });
    expect(asked.map(({ method, path }) => `${method} ${path}`)).toEqual([
      `DELETE /admin/sessions/${NOBODY}`,
      `DELETE /admin/identities/${NOBODY}/sessions`,
      `GET /admin/identities/${NOBODY}`,
    ]);
  });

  it('list reads page after page, and stops where it has all although a next page is named', async () => {
    await using kratos = await world('26.2');
    const page = (id: string, next: string): Fault => ({
      kind: 'answer',
      status: 200,
      headers: {
        'content-type': 'application/json',
        'x-total-count': '2',
        link: `</sessions?page_token=${next}>; rel="next"`,
      },
      body: JSON.stringify([{ id }]),
    });
    const sessions = { path: new RegExp(`${NOBODY}/sessions`) };
    kratos.server.faults.inject(sessions, page('one', 'second'));
    kratos.server.faults.inject(sessions, page('two', 'third'));
    expect(await kratos.run(`sessions list ${NOBODY} -o name`)).toEqual({
      code: 0,
      stdout: 'one\ntwo\n',
      stderr: '',
    });
    const asked = kratos.server.requests.all(sessions).map(({ path }) => path.split('?')[1]);
    expect(asked).toEqual([undefined, 'page_token=second']);
  });

  it('revoke says that it looked for identities alone, where no server could end one session', async () => {
    await using kratos = await world('0.10');
    const id = await kratos.create('ann@example.org');
    const session = kratos.server.store.openSession(id);
    const { code, stderr } = await kratos.run(`sessions revoke ${session}`);
    expect(code).toBe(3);
    expect(stderr).toMatch(/^only an identity was looked for: sessions need Kratos v0\.11 or later\nerror: /);
    expect((await kratos.run(`sessions revoke ${id}`)).stdout).toBe(
      `every session of identity ${id} revoked\n`,
    );
  });

  it('revoke ends nothing else where the first answer is lost', async () => {
    await using kratos = await world('26.2');
    kratos.server.faults.inject({ method: 'DELETE' }, { kind: 'destroy' });
    const { code, stderr } = await kratos.run(`sessions revoke ${NOBODY}`);
    expect(code).toBe(5);
    expect(stderr).toContain('it may have been carried out: look before you repeat it\n');
    expect(kratos.server.requests.all({ method: 'DELETE' })).toHaveLength(1);
  });
});

describe('kratos flows and errors', () => {
  it.each(['login', 'registration', 'recovery', 'settings', 'verification'])(
    'get %s exits 3 for none',
    async (kind) => {
      await using kratos = await world('0.5');
      const { code, stderr } = await kratos.run(`flows get ${kind} ${NOBODY}`);
      expect(code).toBe(3);
      expect(stderr).toContain(`error: Kratos has no ${kind} flow ${NOBODY}`);
    },
  );

  it.each(VERSIONS)('get login shows one (v%s)', async (version) => {
    await using kratos = await world(version);
    const flow = (await (await fetch(`${kratos.server.publicUrl}/self-service/login/api`)).json()) as {
      id: string;
    };
    const { code, stdout } = await kratos.run(`flows get login ${flow.id}`);
    expect(code).toBe(0);
    expect(stdout).toContain(`ID        ${flow.id}\n`);
    expect(stdout).toMatch(/^EXPIRES {3}in \d+[hm]$/m);
    expect(JSON.parse((await kratos.run(`flows get login ${flow.id} -o json`)).stdout)).toMatchObject(flow);
  });

  it.each(VERSIONS)('errors get shows what a user was shown (v%s)', async (version) => {
    await using kratos = await world(version);
    const { code, stdout } = await kratos.run('errors get stub:500');
    expect(code).toBe(0);
    expect(stdout).toMatch(/^CODE {6}500$/m);
    expect((await kratos.run(`errors get ${NOBODY}`)).code).toBe(3);
  });
});

describe('kratos courier list', () => {
  const message = {
    id: NOBODY,
    status: 'sent',
    type: 'email',
    recipient: 'ann@example.org',
    body: 'the code is 424242',
    subject: 'Use 424242',
    template_type: 'recovery_code_valid',
    send_count: 1,
    created_at: '2026-01-01T00:00:00Z',
    updated_at: '2026-01-01T00:00:00Z',
  };
  const answer: Fault = {
    kind: 'answer',
    status: 200,
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify([message]),
  };

  it('shows who was told, and never the text', async () => {
    await using kratos = await world('26.2');
    kratos.server.faults.inject({ path: /courier/ }, answer, 2);
    const { stdout } = await kratos.run('courier list');
    expect(stdout).toContain('ann@example.org');
    expect(stdout).not.toContain('424242');
    expect(JSON.parse((await kratos.run('courier list -o json')).stdout)).toEqual([message]);
  });

  it('says what it needs where the server has none', async () => {
    await using kratos = await world('0.5');
    expect(await kratos.run('courier list')).toEqual({
      code: 1,
      stdout: '',
      stderr: 'error: this Kratos cannot do that: it needs Kratos v0.11 or later (courier messages)\n',
    });
  });
});

describe('kratos about a server', () => {
  it('version tells it, or that it is not told', async () => {
    await using modern = await world('26.2');
    expect((await modern.run('version')).stdout).toBe('KRATOS   master\n');
    expect(JSON.parse((await modern.run('version -o json')).stdout)).toEqual({ version: 'master' });
    await using classic = await world('0.5');
    expect(await classic.run('version')).toMatchObject({ code: 0, stdout: '' });
  });

  it.each([
    ['0.5', { dialect: 'classic', ids: false, patch: false, recoveryLink: true, recoveryCode: false }],
    ['1.3', { dialect: 'modern', ids: true, patch: true, externalIds: false, recoveryCode: true }],
    ['26.2', { dialect: 'modern', ids: true, patch: true, externalIds: true, recoveryCode: true }],
  ] as const)('capabilities tells what v%s has', async (version, { dialect, ...features }) => {
    await using kratos = await world(version);
    const json = JSON.parse((await kratos.run('capabilities -o json')).stdout);
    expect(json).toMatchObject({ dialect, features });
    const table = (await kratos.run('capabilities')).stdout;
    expect(table).toContain(`DIALECT   ${dialect}\n`);
    for (const [feature, has] of Object.entries(features)) {
      expect(table).toMatch(new RegExp(`^${feature} +${has ? 'yes' : 'no'} +v\\d`, 'm'));
    }
  });

  it('metrics prints them as they are', async () => {
    await using kratos = await world('26.2');
    expect((await kratos.run('metrics')).stdout).toMatch(/^# (HELP|TYPE) /);
  });
});
