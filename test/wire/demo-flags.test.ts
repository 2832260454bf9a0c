import { spawnSync } from 'node:child_process';
import { PassThrough } from 'node:stream';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { describe, expect, test, vi } from 'vitest';
import { parseOptions } from '../../demo/options.ts';
import { Timeline } from '../../demo/timeline.ts';

const REAL = ['--kubeconfig', 'k.yaml', '--kratos-admin-url', 'http://kratos:4434/'];

describe('the flags of the demo', () => {
  test('are none for stand-ins, of Kratos 1.3', () => {
    expect(parseOptions([])).toEqual({
      kind: 'options',
      options: { keep: false, servers: { kind: 'standIns', kratos: '1.3' } },
    });
  });

  test('choose another Kratos and to stay', () => {
    expect(parseOptions(['--kratos', '0.5', '--keep'])).toEqual({
      kind: 'options',
      options: { keep: true, servers: { kind: 'standIns', kratos: '0.5' } },
    });
  });

  test('name both servers where they are real', () => {
    expect(parseOptions(REAL)).toEqual({
      kind: 'options',
      options: {
        keep: false,
        servers: {
          kind: 'cluster',
          kubeconfig: 'k.yaml',
          kratosAdminUrl: 'http://kratos:4434/',
          kratosPublicUrl: undefined,
        },
      },
    });
  });

  test.each([
    ['an unknown one', ['--foo'], ['--foo']],
    ['an argument', ['foo'], ["'foo'"]],
    ['a Kratos that nobody plays', ['--kratos', '9'], ['--kratos']],
    ['a cluster without a Kratos', ['--kubeconfig', 'k.yaml'], ['go together']],
    ['a Kratos without a cluster', ['--kratos-admin-url', 'http://kratos'], ['go together']],
    ['a public URL alone', ['--kratos-public-url', 'http://kratos'], ['go together']],
    ['a stand-in beside real servers', [...REAL, '--kratos', '1.3'], ['--kratos chooses']],
    [
      'two URLs that are none',
      ['--kubeconfig', 'k', '--kratos-admin-url', 'x', '--kratos-public-url', 'y'],
      ['--kratos-admin-url must be', '--kratos-public-url must be'],
    ],
  ])('refuse %s', (_, argv, told) => {
    const asked = parseOptions(argv);
    const problems = asked.kind === 'problems' ? asked.problems : [];
    expect(problems).toHaveLength(told.length);
    for (const [index, words] of told.entries()) expect(problems[index]).toContain(words);
  });

  test('end the process with 2, before anything is started, when they are wrong', () => {
    const main = fileURLToPath(new URL('../../demo/main.ts', import.meta.url));
    const { status, stdout, stderr } = spawnSync(process.execPath, [main, '--foo'], { encoding: 'utf8' });
    expect({ status, stdout }).toEqual({ status: 2, stdout: '' });
    expect(stderr).toContain('--help');
  });
});

test('the timeline has aligned columns, and no colours where there is no terminal', async () => {
  vi.stubEnv('FORCE_COLOR', undefined);
  const out = new PassThrough();
  const timeline = new Timeline(out);
  timeline.say('you', 'admin', 'first', 'more');
  timeline.say('operator', 'second-admin', 'later');
  timeline.table([
    ['NAME', 'READY'],
    ['a-long-name', 'True'],
  ]);
  out.end();
  const lines = (await text(out)).split('\n');
  const columns = ['first', 'more', 'later', 'READY', 'True'].map((word) =>
    lines.find((line) => line.includes(word))?.indexOf(word),
  );
  expect(columns).toEqual([32, 32, 32, 21, 21]);
  expect(lines.join('')).not.toContain('\u001b');
});
