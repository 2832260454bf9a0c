import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { Credentials } from '../../src/kube/credentials.ts';
import { type CredentialsSource, loadCredentials } from '../../src/kube/load-credentials.ts';
import { HandClock } from './clocks.ts';

let directory = '';
let clock = new HandClock();

beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'credentials-'));
  clock = new HandClock();
});

afterEach(async () => {
  await rm(directory, { recursive: true });
});

const write = async (name: string, content: string): Promise<string> => {
  const file = join(directory, name);
  await writeFile(file, content);
  return file;
};

const load = (source: Partial<CredentialsSource>): Promise<Credentials> =>
  loadCredentials(
    { kubeconfig: undefined, context: undefined, inCluster: undefined, home: undefined, ...source },
    clock,
  );

const shown = async (credentials: Credentials) => (await credentials.authorization())?.reveal();

describe('in a pod', () => {
  const inCluster = () => ({ host: '10.0.0.1', port: '443', directory });

  beforeEach(async () => {
    await write('token', 'one\n');
    await write('ca.crt', 'ca-one');
    await write('namespace', 'ops');
  });

  test('the ServiceAccount’s files say who we are and whom to trust', async () => {
    const credentials = await load({ inCluster: inCluster() });
    expect(credentials).toMatchObject({ baseUrl: 'https://10.0.0.1:443', namespace: 'ops' });
    expect(await credentials.tls()).toEqual({ ca: 'ca-one' });
    expect(await shown(credentials)).toBe('Bearer one');
  });

  test('an IPv6 address is put in brackets', async () => {
    const credentials = await load({ inCluster: { ...inCluster(), host: 'fd00::1' } });
    expect(credentials.baseUrl).toBe('https://[fd00::1]:443');
  });

  test('a rotated token is read after a minute, or as soon as the old one was refused', async () => {
    const credentials = await load({ inCluster: inCluster() });
    expect(await shown(credentials)).toBe('Bearer one');
    await write('token', 'two');
    clock.advance(59_999);
    expect(await shown(credentials)).toBe('Bearer one');
    clock.advance(1);
    expect(await shown(credentials)).toBe('Bearer two');
    await write('token', 'three');
    credentials.refresh();
    expect(await shown(credentials)).toBe('Bearer three');
  });

  test('a rotated CA is another object, the same CA is the same', async () => {
    const credentials = await load({ inCluster: inCluster() });
    const before = await credentials.tls();
    credentials.refresh();
    expect(await credentials.tls()).toBe(before);
    await write('ca.crt', 'ca-two');
    credentials.refresh();
    expect(await credentials.tls()).toEqual({ ca: 'ca-two' });
  });

  test('files that cannot be read for a moment leave the last ones in use', async () => {
    const credentials = await load({ inCluster: inCluster() });
    await shown(credentials);
    await rm(join(directory, 'token'));
    clock.advance(60_000);
    expect(await shown(credentials)).toBe('Bearer one');
    await write('token', 'two');
    expect(await shown(credentials)).toBe('Bearer two');
  });

  test('a kubeconfig that was asked for wins; without a token the one at home does', async () => {
    const asked = await write('config', kubeconfig({ server: 'https://asked' }));
    expect((await load({ inCluster: inCluster(), kubeconfig: asked })).baseUrl).toBe('https://asked');
    await rm(join(directory, 'token'));
    await mkdir(join(directory, '.kube'));
    await write('.kube/config', kubeconfig({ server: 'https://home' }));
    expect((await load({ inCluster: inCluster(), home: directory })).baseUrl).toBe('https://home');
  });
});

interface Fields {
  readonly server?: string;
  readonly cluster?: object;
  readonly user?: object;
  readonly name?: string;
}

/** JSON is YAML. */
function kubeconfig({ server = 'https://api', cluster = {}, user = {}, name = 'main' }: Fields): string {
  return JSON.stringify({
    apiVersion: 'v1',
    kind: 'Config',
    'current-context': name,
    clusters: [{ name, cluster: { server, ...cluster } }],
    users: [{ name, user }],
    contexts: [
      { name, context: { cluster: name, user: name, namespace: `ns-${name}` } },
      { name: `${name}-lost`, context: { cluster: 'nowhere', user: name } },
    ],
  });
}

describe('a kubeconfig', () => {
  const loaded = async (fields: Fields, context?: string) =>
    load({ kubeconfig: await write('config', kubeconfig(fields)), context });

  test('says server, namespace and token', async () => {
    const credentials = await loaded({ user: { token: 'secret' } });
    expect(credentials).toMatchObject({ baseUrl: 'https://api', namespace: 'ns-main' });
    expect(await shown(credentials)).toBe('Bearer secret');
  });

  test('says CA, client certificate, server name and that nothing is to be verified', async () => {
    const data = (text: string) => Buffer.from(text).toString('base64');
    const credentials = await loaded({
      cluster: {
        'certificate-authority-data': data('ca'),
        'tls-server-name': 'api.internal',
        'insecure-skip-tls-verify': true,
      },
      user: { 'client-certificate-data': data('cert'), 'client-key-data': data('key') },
    });
    expect(await credentials.tls()).toEqual({
      ca: Buffer.from('ca'),
      cert: Buffer.from('cert'),
      key: Buffer.from('key'),
      servername: 'api.internal',
      rejectUnauthorized: false,
    });
    expect(await credentials.authorization()).toBeUndefined();
  });

  test('names files relative to itself', async () => {
    await write('ca.pem', 'ca');
    await write('token.txt', 'from-file\n');
    const credentials = await loaded({
      cluster: { 'certificate-authority': 'ca.pem' },
      user: { tokenFile: 'token.txt' },
    });
    expect(await credentials.tls()).toEqual({ ca: Buffer.from('ca') });
    expect(await shown(credentials)).toBe('Bearer from-file');
    await write('token.txt', 'rotated');
    credentials.refresh();
    expect(await shown(credentials)).toBe('Bearer rotated');
  });

  test('names a plugin, which many requests at once run once, and a refusal once more', async () => {
    const runs = join(directory, 'runs');
    const plugin = await write(
      'plugin.cjs',
      `require('node:fs').appendFileSync(${JSON.stringify(runs)}, 'x');
       console.log(JSON.stringify({ status: { token: 'from-plugin' } }));`,
    );
    const exec = { apiVersion: 'client.authentication.k8s.io/v1', command: process.execPath, args: [plugin] };
    const credentials = await loaded({ user: { exec } });
    const all = await Promise.all(Array.from({ length: 5 }, () => shown(credentials)));
    expect(new Set(all)).toEqual(new Set(['Bearer from-plugin']));
    expect(await readFile(runs, 'utf8')).toBe('x');
    credentials.refresh();
    await shown(credentials);
    expect(await readFile(runs, 'utf8')).toBe('xx');
  });

  test('may speak plain HTTP', async () => {
    const credentials = await loaded({ server: 'http://127.0.0.1:8001', user: { token: 't' } });
    expect(credentials.baseUrl).toBe('http://127.0.0.1:8001');
    expect(await shown(credentials)).toBe('Bearer t');
  });

  test('of several files: the first entry of a name wins, contexts of all can be chosen', async () => {
    const one = await write('one', kubeconfig({ server: 'https://one' }));
    const again = await write('again', kubeconfig({ server: 'https://again' }));
    const two = await write('two', kubeconfig({ server: 'https://two', name: 'second' }));
    const files = [one, again, two].join(delimiter);
    expect((await load({ kubeconfig: files })).baseUrl).toBe('https://one');
    expect((await load({ kubeconfig: files, context: 'second' })).baseUrl).toBe('https://two');
  });

  test.for([
    ['an unknown context', {}, 'elsewhere', /has no context "elsewhere": set --kubeconfig .* --context/],
    [
      'a context without cluster',
      {},
      'main-lost',
      /context "main-lost" .* names no cluster: set --kubeconfig/,
    ],
    ['a server that is no URL', { server: 'api' }, undefined, /no valid server .* set --kubeconfig/],
    ['a proxy', { cluster: { 'proxy-url': 'http://proxy' } }, undefined, /proxy-url is not supported/],
    ['impersonation', { user: { as: 'root' } }, undefined, /impersonation is not supported/],
  ] as const)('with %s says so and what to set', async ([, fields, context, message]) => {
    await expect(loaded(fields, context)).rejects.toThrow(message);
  });

  test('that is missing or unreadable says so, and shows nothing of what is in it', async () => {
    const missing = join(directory, 'missing');
    await expect(load({ kubeconfig: missing })).rejects.toThrow(`cannot read kubeconfig ${missing}`);
    const broken = await write('broken', 'users: [{name: x, user: {token: canary}\n  - "');
    const error: unknown = await load({ kubeconfig: broken }).catch((thrown: unknown) => thrown);
    expect(String(error)).toContain(`${broken} is not a kubeconfig: set --kubeconfig`);
    expect(error instanceof Error && error.stack).not.toContain('canary');
    const empty = await write('empty', '{}');
    await expect(load({ kubeconfig: empty })).rejects.toThrow('has no current context');
  });
});

test('nothing to be found says which flag to set', async () => {
  await expect(load({ home: directory })).rejects.toThrow('set --kubeconfig (KUBECONFIG)');
});
