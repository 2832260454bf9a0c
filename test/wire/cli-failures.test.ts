import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, test } from 'vitest';
import { failWith, htmlPage, redirectTo } from '../standin/kratos/faults.ts';
import { NOBODY, run, world } from './cli-run.ts';
import { stoppedClock } from './kratos-server.ts';

let folder = '';
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'cli-'));
});
afterAll(() => rm(folder, { recursive: true }));

async function file(name: string, content: string): Promise<string> {
  const path = join(folder, name);
  await writeFile(path, content);
  return path;
}

const BODY = '{"schema_id": "default", "traits": {"email": "ann@example.org"}}';

describe('a server that does not answer as Kratos', () => {
  it('exits 5 and asks for the URL where nobody listens', async () => {
    await using kratos = await world('26.2');
    await kratos.server.goDown();
    expect(await kratos.run('identities list')).toEqual({
      code: 5,
      stdout: '',
      stderr:
        'error: unavailable: connection refused (ECONNREFUSED): is --kratos-admin-url right, and is Kratos up?\n',
    });
  });

  it('exits 5 in trouble, and shows no page of a gateway', async () => {
    await using kratos = await world('26.2');
    kratos.server.faults.inject({ method: 'GET' }, htmlPage(502), 9);
    const { code, stderr } = await kratos.run(`identities get ${NOBODY}`);
    expect(code).toBe(5);
    expect(stderr).toBe(
      'error: unavailable: Kratos, or a proxy before it, is in trouble (502): try again later\n',
    );
  });

  it('tells how long a server asks to wait', async () => {
    await using kratos = await world('26.2');
    kratos.server.faults.inject({ path: /identities\// }, failWith(429, { 'retry-after': '90' }));
    const { code, stderr } = await kratos.run(`identities get ${NOBODY}`);
    expect(code).toBe(5);
    expect(stderr).toContain('is in trouble (429): try again in 1m\n');
  });

  it('suggests the token file where it is denied', async () => {
    await using kratos = await world('26.2');
    kratos.server.faults.inject({ path: /identities\// }, failWith(403));
    const { code, stderr } = await kratos.run(`identities get ${NOBODY}`);
    expect(code).toBe(1);
    expect(stderr).toContain('error: denied (403): is the token in --kratos-token-file the right one?\n');
  });

  it('suspects the public port', async () => {
    await using kratos = await world('26.2');
    const ran = await kratos.run('identities list', { env: { KRATOS_ADMIN_URL: kratos.server.publicUrl } });
    expect(ran.code).toBe(1);
    expect(ran.stderr).toMatch(/^error: unexpected answer.*: is --kratos-admin-url the admin port of Kratos/);
  });

  it('suspects a proxy that redirects, and does not follow', async () => {
    await using kratos = await world('26.2');
    kratos.server.faults.inject({ path: /identities\// }, redirectTo('http://127.0.0.1:1/'));
    const ran = await kratos.run(`identities get ${NOBODY}`);
    expect(ran.code).toBe(1);
    expect(ran.stderr).toContain('unexpected answer (302)');
  });

  it.each([
    ['identities create -f -', { method: 'POST', path: /identities$/ }],
    [`identities delete ${NOBODY}`, { method: 'DELETE' }],
    [`recovery link ${NOBODY}`, { method: 'POST', path: /recovery/ }],
  ])('%s says that a lost answer may have been a success', async (line, match) => {
    await using kratos = await world('26.2');
    kratos.server.faults.inject(match, { kind: 'commitThenDestroy' });
    const { code, stdout, stderr } = await kratos.run(line, { stdin: BODY });
    expect({ code, stdout }).toEqual({ code: 5, stdout: '' });
    expect(stderr).toMatch(
      /^error: unavailable: .+\nit may have been carried out: look before you repeat it\n$/,
    );
  });

  it('exits 130 when the person has had enough, whatever is being waited for', async () => {
    await using kratos = await world('26.2');
    kratos.server.faults.freeze();
    const interrupted = new AbortController();
    // No deadline ends it.
    const clock = stoppedClock();
    const running = kratos.run('identities list', { interrupted: interrupted.signal, clock });
    await kratos.server.requests.arrived({});
    interrupted.abort();
    expect(await running).toEqual({ code: 130, stdout: '', stderr: 'error: interrupted\n' });
    await kratos.server.faults.thaw();
  });

  it('exits 130 while a body is being typed, and sends nothing', async () => {
    await using kratos = await world('26.2');
    const interrupted = new AbortController();
    const running = kratos.run('identities create -f -', {
      stdin: null,
      interrupted: interrupted.signal,
    });
    interrupted.abort();
    expect((await running).code).toBe(130);
    expect(kratos.server.requests.all()).toEqual([]);
  });
});

describe('settings', () => {
  it('are flags, or variables where a flag is not given', async () => {
    await using kratos = await world('26.2');
    const env = { KRATOS_ADMIN_URL: 'http://127.0.0.1:1' };
    const ran = await run(['--kratos-admin-url', kratos.server.adminUrl, 'identities', 'list'], { env });
    expect(ran).toMatchObject({ code: 0, stderr: 'no identities\n' });
    expect((await run(['identities', 'list'], { env })).code).toBe(5);
  });

  it('exits 2 and names flag and variable of a URL that is missing', async () => {
    const { code, stderr } = await run(['identities', 'list']);
    expect(code).toBe(2);
    expect(stderr).toMatch(/^error: --kratos-admin-url \(KRATOS_ADMIN_URL\) is required and must be/);
  });

  it('sends the token to the admin port alone, and never prints it', async () => {
    await using kratos = await world('26.2');
    const token = await file('token', 'secret-token\n');
    kratos.server.faults.inject({ path: /admin\/identities$/ }, failWith(403));
    const ran = await kratos.run(`identities create -f - --kratos-token-file ${token}`, { stdin: BODY });
    expect(ran.code).toBe(1);
    expect(ran.stderr).not.toContain('secret-token');
    const [admin, open] = (['admin', 'public'] as const).map((port) => kratos.server.requests.all({ port }));
    expect(admin?.map(({ headers }) => headers.authorization)).toContain('Bearer secret-token');
    expect(open).toHaveLength(1);
    expect(open?.[0]?.headers.authorization).toBeUndefined();
  });

  it.each(['--kratos-token-file', '--kratos-ca-file'])(
    'exits 2 for %s that is no file, or empty',
    async (flag) => {
      await using kratos = await world('26.2');
      const missing = await kratos.run(`version ${flag} ${join(folder, 'none')}`);
      expect(missing).toMatchObject({ code: 2, stdout: '' });
      expect(missing.stderr).toMatch(
        new RegExp(`^error: ${flag} \\(KRATOS_\\w+\\) cannot be read \\(ENOENT\\)\n$`),
      );
      const empty = await kratos.run(`version ${flag} ${await file('empty', '\n')}`);
      expect(empty.stderr).toContain('is an empty file');
      expect(kratos.server.requests.all()).toEqual([]);
    },
  );
});

describe('bodies', () => {
  it('come from files too', async () => {
    await using kratos = await world('26.2');
    const path = await file('body.json', BODY);
    expect((await kratos.run(`identities create -f ${path}`)).code).toBe(0);
  });

  it.each([
    ['no file', undefined, /none\.yaml cannot be read \(ENOENT\)/],
    ['an empty file', '\n', /is empty/],
    ['a list', '[]', /must be an object/],
    ['a body without traits', '{"schema_id": "default"}', /must have traits, an object/],
    ['broken YAML', 'traits:\n  a: [1\n  b: 2\n', /body\.yaml:\d+:\d+: neither JSON nor YAML: /],
    ['a huge integer', '{"traits": {"n": 9007199254740993}}', /\/traits\/n is an integer beyond/],
  ])('exit 2 for %s, and nothing is sent', async (_, content, told) => {
    await using kratos = await world('26.2');
    const path = content === undefined ? join(folder, 'none.yaml') : await file('body.yaml', content);
    const ran = await kratos.run(`identities create -f ${path}`);
    expect(ran).toMatchObject({ code: 2, stdout: '' });
    expect(ran.stderr).toMatch(told);
    expect(kratos.server.requests.all()).toEqual([]);
  });

  it.each(['{"op": "add"}', '[{"op": "add"}]', '[1]'])('exit 2 for a patch such as %s', async (stdin) => {
    await using kratos = await world('26.2');
    const ran = await kratos.run(`identities patch ${NOBODY} -f -`, { stdin });
    expect(ran.code).toBe(2);
    expect(ran.stderr).toContain('must be a list of JSON Patch operations');
    expect(kratos.server.requests.all()).toEqual([]);
  });

  it('keep a key called __proto__ as a key', async () => {
    await using kratos = await world('26.2');
    const stdin = '{"schema_id": "note", "traits": {"label": "x", "__proto__": {"a": 1}}}';
    expect((await kratos.run('identities create -f -', { stdin })).code).toBe(0);
    const [request] = kratos.server.requests.all({ method: 'POST', path: /identities$/ });
    expect(request?.body).toContain('"__proto__":{"a":1}');
  });

  it('are sent without advice where the schema cannot be read', async () => {
    await using kratos = await world('26.2');
    const stdin = '{"schema_id": "default", "traits": {"email": "nothing"}}';
    const env = { KRATOS_PUBLIC_URL: '' };
    const { code, stderr } = await kratos.run('identities create -f -', { stdin, env });
    expect(code).toBe(1);
    expect(stderr).not.toContain('warning:');
    expect(stderr).toContain('\n  /traits/email (format): "nothing" is not valid "email"\n');
  });
});

test('whoever reads no further ends it quietly; a full disk is an error', async () => {
  await using kratos = await world('26.2');
  const failed = (code: string) => Object.assign(new Error(`${code}: write`), { code });
  expect(await kratos.run('metrics', { stdoutFails: failed('EPIPE') })).toEqual({
    code: 0,
    stdout: '',
    stderr: '',
  });
  expect(await kratos.run('metrics', { stdoutFails: failed('ENOSPC') })).toEqual({
    code: 1,
    stdout: '',
    stderr: 'error: ENOSPC: write\n',
  });
});
