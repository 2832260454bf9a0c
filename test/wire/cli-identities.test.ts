import { describe, expect, it } from 'vitest';
import { parse as parseYaml } from 'yaml';
import { failWith } from '../standin/kratos/faults.ts';
import { NOBODY, world } from './cli-run.ts';

const VERSIONS = ['0.5', '1.3', '26.2'] as const;
const YAML = 'schema_id: default\ntraits:\n  email: ann@example.org\n  name: { first: Ann }\n';

describe.each(VERSIONS)('kratos identities, against v%s', (version) => {
  it('creates from YAML on standard input, and shows what the server made', async () => {
    await using kratos = await world(version);
    const { code, stdout, stderr } = await kratos.run('identities create -f - -o json', { stdin: YAML });
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    const made = JSON.parse(stdout);
    expect(made.traits).toEqual({ email: 'ann@example.org', name: { first: 'Ann' } });
    const { stdout: shown } = await kratos.run(`identities get ${made.id} -o json`);
    // A write's answer leaves out metadata that it was not given.
    expect(JSON.parse(shown)).toMatchObject(made);
  });

  it('shows the same answer as JSON, as YAML and by its name', async () => {
    await using kratos = await world(version);
    const id = await kratos.create('ann@example.org');
    const json = JSON.parse((await kratos.run(`identities get ${id} -o json`)).stdout);
    expect(parseYaml((await kratos.run(`identities get ${id} -o yaml`)).stdout)).toEqual(json);
    expect((await kratos.run(`identities get ${id} -o name`)).stdout).toBe(`${id}\n`);
  });

  it('shows a table with the columns that this server can fill', async () => {
    await using kratos = await world(version);
    const id = await kratos.create('ann@example.org');
    const { stdout } = await kratos.run('identities list');
    const [titles = '', row = '', ...rest] = stdout.trimEnd().split('\n');
    const modern = version !== '0.5';
    expect(titles.split(/ {3,}/)).toEqual(
      modern
        ? ['ID', 'SCHEMA', 'STATE', 'IDENTIFIER', 'VERIFIED', 'CREATED']
        : ['ID', 'SCHEMA', 'IDENTIFIER', 'VERIFIED'],
    );
    expect(row).toMatch(new RegExp(`^${id} {3}default .*ann@example.org {3}no`));
    expect(rest).toEqual([]);
  });

  it('says so where there are none, beside an empty answer', async () => {
    await using kratos = await world(version);
    expect(await kratos.run('identities list')).toEqual({ code: 0, stdout: '', stderr: 'no identities\n' });
    expect((await kratos.run('identities list -o json')).stdout).toBe('[]\n');
    expect((await kratos.run('identities list --all -o json')).stdout).toBe('[]\n');
    expect((await kratos.run('identities list --all -o yaml')).stdout).toBe('[]\n');
  });

  it('replaces, and exits 3 for one that is not there', async () => {
    await using kratos = await world(version);
    const id = await kratos.create('ann@example.org');
    const stdin = YAML.replace('Ann', 'Anna');
    const { code, stdout } = await kratos.run(`identities update ${id} -f - -o json`, { stdin });
    expect(code).toBe(0);
    expect(JSON.parse(stdout).traits.name.first).toBe('Anna');
    const missing = await kratos.run(`identities update ${NOBODY} -f -`, { stdin });
    expect(missing.code).toBe(3);
    expect(missing.stderr).toContain(`error: Kratos has no identity ${NOBODY} (404)\n`);
  });

  it('patches where the server can, and else says what it would need', async () => {
    await using kratos = await world(version);
    const id = await kratos.create('ann@example.org');
    const stdin = '- {op: add, path: /traits/team, value: blue}\n';
    const ran = await kratos.run(`identities patch ${id} -f - -o json`, { stdin });
    if (version === '0.5') {
      expect(ran).toEqual({
        code: 1,
        stdout: '',
        stderr: 'error: this Kratos cannot do that: it needs Kratos v0.11 or later (JSON Patch)\n',
      });
    } else {
      expect(JSON.parse(ran.stdout).traits).toEqual({ email: 'ann@example.org', team: 'blue' });
    }
  });

  it('deletes, once', async () => {
    await using kratos = await world(version);
    const id = await kratos.create('ann@example.org');
    expect(await kratos.run(`identities delete ${id}`)).toEqual({
      code: 0,
      stdout: `identity ${id} deleted\n`,
      stderr: '',
    });
    expect((await kratos.run(`identities delete ${id}`)).code).toBe(3);
  });

  it('exits 4 where an address is taken', async () => {
    await using kratos = await world(version);
    await kratos.create('ann@example.org');
    const ran = await kratos.run('identities create -f -', { stdin: YAML });
    expect(ran).toMatchObject({ code: 4, stdout: '' });
    expect(ran.stderr).toMatch(/^error: another identity has one of these .* \(409\)\nKratos says: .+\n$/);
  });

  it('warns of what the schema will not have, sends it all the same, and tells each violation', async () => {
    await using kratos = await world(version);
    const stdin = '{"schema_id": "default", "traits": {"email": "nothing"}}';
    const { code, stderr } = await kratos.run('identities create -f -', { stdin });
    expect(code).toBe(1);
    expect(stderr.split('\n')).toEqual([
      'warning: /traits/email must be an email (format)',
      'error: Kratos refuses the traits (400)',
      expect.stringMatching(
        /^ {2}\/traits\/email \(format\): must be an email: "nothing" is not valid "email"$/,
      ),
      '',
    ]);
  });
});

describe('kratos identities list', () => {
  it.each(VERSIONS)('pages through all of v%s, telling how far it is', async (version) => {
    await using kratos = await world(version);
    const ids = [];
    for (let n = 0; n < 5; n += 1) ids.push(await kratos.create(`user${n}@example.org`));
    const { stdout, stderr } = await kratos.run('identities list --all --page-size 2 -o name');
    expect(stdout.trimEnd().split('\n').sort()).toEqual(ids.sort());
    expect(stderr).toMatch(/^5 identities in \d pages\n$/);
    const all = JSON.parse((await kratos.run('identities list --all --page-size 2 -o json')).stdout);
    expect(all.map(({ id }: { id: string }) => id).sort()).toEqual(ids);
    const yaml = parseYaml((await kratos.run('identities list --all --page-size 2 -o yaml')).stdout);
    expect(yaml).toEqual(all);
    const table = (await kratos.run('identities list --all --page-size 2')).stdout.trimEnd().split('\n');
    expect(table).toHaveLength(6);
  });

  it('redraws one line on a terminal, and takes it away before it prints', async () => {
    await using kratos = await world('26.2');
    for (let n = 0; n < 3; n += 1) await kratos.create(`user${n}@example.org`);
    const { stderr } = await kratos.run('identities list --all --page-size 2', { terminal: 200 });
    expect(stderr).toBe(
      '\r\x1b[K2 identities in 1 page\r\x1b[K\r\x1b[K3 identities in 2 pages\r\x1b[K3 identities in 2 pages\n',
    );
  });

  it.each(VERSIONS)('prints one page of v%s and says how to see the rest', async (version) => {
    await using kratos = await world(version);
    for (let n = 0; n < 3; n += 1) await kratos.create(`user${n}@example.org`);
    const { stdout, stderr } = await kratos.run('identities list --page-size 2 -o name');
    expect(stdout.trimEnd().split('\n')).toHaveLength(2);
    expect(stderr).toMatch(/^there (are|may be) more than these 2: --all lists every one\n$/);
    expect(
      (await kratos.run('identities list --page-size 3 -o name')).stdout.trimEnd().split('\n'),
    ).toHaveLength(3);
  });

  it('says nothing of more where there is no more', async () => {
    await using kratos = await world('26.2');
    await kratos.create('ann@example.org');
    expect((await kratos.run('identities list --page-size 1')).stderr).toBe('');
  });

  it('filters by ids and by identifier where the server can', async () => {
    await using kratos = await world('26.2');
    const [ann, bob] = [await kratos.create('ann@example.org'), await kratos.create('bob@example.org')];
    await kratos.create('eve@example.org');
    const byIds = await kratos.run(`identities list -o name --ids ${ann},${bob}`);
    expect(byIds.stdout.trimEnd().split('\n').sort()).toEqual([ann, bob].sort());
    expect((await kratos.run('identities list -o name --identifier BOB@example.org')).stdout).toBe(
      `${bob}\n`,
    );
  });

  it.each([
    ['--ids', 'v1.1'],
    ['--identifier', 'v0.13'],
  ])('refuses %s where the server would ignore it', async (flag, needs) => {
    await using kratos = await world('0.5');
    const id = await kratos.create('ann@example.org');
    const ran = await kratos.run(`identities list ${flag} ${id}`);
    expect(ran).toMatchObject({ code: 1, stdout: '' });
    expect(ran.stderr).toContain(`it needs Kratos ${needs} or later`);
  });

  it('leaves no whole document behind when it fails on the way', async () => {
    await using kratos = await world('26.2');
    for (let n = 0; n < 3; n += 1) await kratos.create(`user${n}@example.org`);
    kratos.server.faults.inject({ method: 'GET', path: /identities\?.*page_token/ }, failWith(503), 9);
    const ran = await kratos.run('identities list --all --page-size 2 -o json');
    expect(ran.code).toBe(5);
    expect(() => JSON.parse(ran.stdout)).toThrow();
  });
});

describe('kratos identities get', () => {
  it('finds by external id', async () => {
    await using kratos = await world('26.2');
    const stdin = JSON.stringify({
      schema_id: 'default',
      traits: { email: 'a@example.org' },
      external_id: 'x1',
    });
    const id = (await kratos.run('identities create -f - -o name', { stdin })).stdout;
    expect((await kratos.run('identities get --external-id x1 -o name')).stdout).toBe(id);
    const missing = await kratos.run('identities get --external-id x2');
    expect(missing.code).toBe(3);
    expect(missing.stderr).toContain('Kratos has no identity with the external id x2 (404)');
  });

  it.each(['identities get', `identities get ${NOBODY} --external-id x`])(
    'takes one of both: %s',
    async (line) => {
      await using kratos = await world('26.2');
      const ran = await kratos.run(line);
      expect(ran).toMatchObject({ code: 2, stdout: '' });
      expect(ran.stderr).toContain('needs either ID or --external-id');
    },
  );
});

describe('what strangers wrote', () => {
  const evil = 'eve\u001b]0;owned\u0007\u202e\u009b31m';
  const named = {
    type: 'object',
    properties: {
      traits: {
        type: 'object',
        properties: {
          name: { type: 'string', 'ory.sh/kratos': { credentials: { password: { identifier: true } } } },
        },
      },
    },
  };

  async function shown(line: string): Promise<string> {
    await using kratos = await world('26.2', { schemas: { named } });
    const stdin = JSON.stringify({ schema_id: 'named', traits: { name: evil, [evil]: evil } });
    const id = (await kratos.run('identities create -f - -o name', { stdin })).stdout.trim();
    const { code, stdout } = await kratos.run(line.replace('ID', id), { terminal: 200 });
    expect(code).toBe(0);
    return stdout;
  }

  it('reaches no terminal as it is in a table', async () => {
    expect(await shown('identities get ID')).toContain('eve\\x1b]0;owned\\x07\\u202e\\x9b31m');
  });

  it.each(['json', 'yaml'])('nor in %s, where it is the same text for a program', async (format) => {
    const stdout = await shown(`identities list --all -o ${format}`);
    expect(stdout.replaceAll('\n', '')).not.toMatch(/[\p{Cc}\p{Cf}]/u);
    const [identity] = format === 'json' ? JSON.parse(stdout) : parseYaml(stdout);
    expect(identity.traits).toEqual({ name: evil, [evil]: evil });
  });

  it('nor in a message of the server that quotes it', async () => {
    await using kratos = await world('26.2');
    const stdin = JSON.stringify({ schema_id: 'default', traits: { email: evil } });
    const { stderr } = await kratos.run('identities create -f -', { stdin });
    expect(stderr).toContain('owned');
    expect(stderr.replaceAll('\n', '')).not.toMatch(/[\p{Cc}\p{Cf}]/u);
  });
});
