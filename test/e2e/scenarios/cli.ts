import { deepEqual, equal, match } from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { text } from 'node:stream/consumers';
import { BUNDLE } from '../operator.ts';
import type { OwnKratos, Scenario } from '../stage.ts';

const NOBODY = '11111111-2222-4333-8444-555555555555';

interface Ran {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs the bundle as its command line for people. */
async function run({ server }: OwnKratos, argv: readonly string[], stdin: string): Promise<Ran> {
  const { adminUrl, publicUrl } = server;
  const child = spawn(process.execPath, [BUNDLE, 'kratos', ...argv], {
    env: { KRATOS_ADMIN_URL: adminUrl, KRATOS_PUBLIC_URL: publicUrl },
  });
  child.stdin.end(stdin);
  const [[code], stdout, stderr] = await Promise.all([
    once(child, 'close') as Promise<[number | null]>,
    text(child.stdout),
    text(child.stderr),
  ]);
  return { code, stdout, stderr };
}

/** The command line in the bundle, against a real server. */
export const cli: Scenario = {
  name: 'cli',
  async run(t) {
    const own = await t.ownKratos();
    const { admin } = own;
    const kratos = (argv: readonly string[], stdin = '') => run(own, argv, stdin);
    const email = t.email('carla');
    const body = (first: string) =>
      `schema_id: default\ntraits:\n  email: ${email}\n  name:\n    first: ${first}\n`;

    const id = await t.check('create takes YAML on standard input, and -o name answers the id', async () => {
      const { code, stdout, stderr } = await kratos(
        ['identities', 'create', '-f', '-', '-o', 'name'],
        body('Carla'),
      );
      deepEqual({ code, stderr }, { code: 0, stderr: '' });
      equal((await admin.holding(email))[0]?.id, stdout.trim());
      return stdout.trim();
    });

    await t.check('get shows what the server says, as JSON and as YAML', async () => {
      const { code, stdout } = await kratos(['identities', 'get', id, '-o', 'json']);
      equal(code, 0);
      deepEqual(JSON.parse(stdout), await admin.get(id));
      match((await kratos(['identities', 'get', id, '-o', 'yaml'])).stdout, /^ {4}first: Carla$/m);
    });

    await t.check('list shows it, on one page or through all', async () => {
      const all = await kratos(['identities', 'list', '--all', '--page-size', '2', '-o', 'name']);
      deepEqual(all, { code: 0, stdout: `${id}\n`, stderr: '1 identity in 1 page\n' });
      match((await kratos(['identities', 'list'])).stdout, /^ID .*IDENTIFIER/);
    });

    await t.check('the same address again is a conflict: 4', async () => {
      const { code, stderr } = await kratos(['identities', 'create', '-f', '-'], body('Eve'));
      equal(code, 4, stderr);
    });

    await t.check('bad traits are warned of, refused, and told one by one', async () => {
      const { code, stderr } = await kratos(['identities', 'update', id, '-f', '-'], body('x'.repeat(41)));
      equal(code, 1);
      match(stderr, /^warning: \/traits\/name\/first /m);
      match(stderr, /^ {2}\/traits\/name\/first \(maxLength\): /m);
    });

    await t.check('update replaces', async () => {
      equal((await kratos(['identities', 'update', id, '-f', '-'], body('Carola'))).code, 0);
      deepEqual((await admin.get(id))?.traits, { email, name: { first: 'Carola' } });
    });

    const patch = '[{"op": "replace", "path": "/traits/name/first", "value": "Caro"}]';
    if (t.classic) {
      await t.check('patch says which release it needs', async () => {
        const { code, stderr } = await kratos(['identities', 'patch', id, '-f', '-'], patch);
        equal(code, 1);
        match(stderr, /it needs Kratos v0\.11 or later \(JSON Patch\)/);
      });
    } else {
      await t.check('patch changes what it names', async () => {
        equal((await kratos(['identities', 'patch', id, '-f', '-'], patch)).code, 0);
        deepEqual((await admin.get(id))?.traits, { email, name: { first: 'Caro' } });
      });
    }

    await t.check('recovery link makes one for as long as it was asked', async () => {
      const { code, stdout } = await kratos(['recovery', 'link', id, '--expires-in', '2h', '-o', 'json']);
      equal(code, 0);
      const { recovery_link: link, expires_at: at } = JSON.parse(stdout);
      match(link, /^http.*[?&]token=/);
      const minutes = (Date.parse(at) - Date.now()) / 60_000;
      equal(minutes > 110 && minutes <= 120, true, `${minutes} minutes`);
    });

    await t.check('capabilities tells the generation', async () => {
      const { code, stdout, stderr } = await kratos(['capabilities', '-o', 'json']);
      equal(code, 0, stderr);
      const { dialect, features } = JSON.parse(stdout);
      equal(dialect, t.classic ? 'classic' : 'modern');
      equal(features.patch, !t.classic);
    });

    await t.check('what is not there is 3, and so is what is there no more', async () => {
      equal((await kratos(['identities', 'get', NOBODY])).code, 3);
      const { code, stdout } = await kratos(['identities', 'delete', id]);
      deepEqual({ code, stdout }, { code: 0, stdout: `identity ${id} deleted\n` });
      equal(await admin.get(id), undefined);
      equal((await kratos(['identities', 'delete', id])).code, 3);
    });

    await t.check('a server that nobody is at is 5, a mistake in the line 2', async () => {
      const gone = await kratos(['identities', 'list', '--kratos-admin-url', 'http://127.0.0.1:1']);
      equal(gone.code, 5);
      match(gone.stderr, /ECONNREFUSED/);
      equal((await kratos(['identities', 'list', '--page-size', '0'])).code, 2);
    });
  },
};
