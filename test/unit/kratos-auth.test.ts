import { describe, expect, it } from 'vitest';
import { Auth, type ReadFile } from '../../src/kratos/auth.ts';
import type { Clock } from '../../src/model/clock.ts';

/** Files whose content, and a clock whose time, a test sets. */
function world(content: Record<string, string>) {
  let now = 0;
  let reads = 0;
  const clock: Clock = { now: () => now, monotonic: () => now, after: () => () => {} };
  const readFile: ReadFile = async (path) => {
    reads += 1;
    const text = content[path];
    if (text === undefined) throw new Error('ENOENT');
    return text;
  };
  const pass = (ms: number) => {
    now += ms;
  };
  const auth = new Auth({ tokenFile: 'token', caFile: 'ca', clock, readFile });
  const header = async () => (await auth.authorization())?.reveal();
  return { auth, header, content, pass, reads: () => reads };
}

describe('the bearer token', () => {
  it('is the file without the blanks around it', async () => {
    expect(await world({ token: ' t1\n' }).header()).toBe('Bearer t1');
  });

  it('is read again after a while, and not sooner', async () => {
    const { header, content, pass, reads } = world({ token: 't1' });
    expect(await header()).toBe('Bearer t1');
    content.token = 't2';
    pass(4_999);
    expect(await header()).toBe('Bearer t1');
    pass(1);
    expect(await header()).toBe('Bearer t2');
    expect(reads()).toBe(2);
  });

  it('is read once for requests that come together', async () => {
    const { header, reads } = world({ token: 't1' });
    expect(await Promise.all([header(), header(), header()])).toEqual(Array(3).fill('Bearer t1'));
    expect(reads()).toBe(1);
  });

  it.each(['', '\n', undefined])('stays what it was while the file holds %j', async (between) => {
    const { header, content, pass } = world({ token: 't1' });
    await header();
    if (between === undefined) delete content.token;
    else content.token = between;
    pass(5_000);
    expect(await header()).toBe('Bearer t1');
  });

  it('fails a request while there never was one, and without saying where it was looked for', async () => {
    const { header, content } = world({});
    await expect(header()).rejects.toThrow(/^credential file is empty or cannot be read$/);
    content.token = 't1';
    expect(await header()).toBe('Bearer t1');
  });

  it('is hidden wherever it is printed', async () => {
    const { auth } = world({ token: 'secret' });
    expect(String(await auth.authorization())).not.toContain('secret');
  });
});

describe('the CA', () => {
  it('is the same object while the file is the same, and another one after a change', async () => {
    const { auth, content, pass } = world({ ca: 'one' });
    const first = await auth.tls();
    pass(5_000);
    expect(await auth.tls()).toBe(first);
    content.ca = 'two';
    pass(5_000);
    expect(await auth.tls()).toEqual({ ca: 'two' });
  });
});

describe('without files', () => {
  it('there is no header and nothing to trust beyond the usual', async () => {
    const auth = new Auth({ clock: { now: () => 0, monotonic: () => 0, after: () => () => {} } });
    expect(await auth.authorization()).toBeUndefined();
    expect(await auth.tls()).toEqual({});
  });
});
