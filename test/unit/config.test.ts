import { describe, expect, it } from 'vitest';
import { type Config, parseConfig } from '../../src/config.ts';

const URL_FLAG = '--kratos-admin-url=http://kratos-admin:4434';

function config(argv: readonly string[], env: Record<string, string> = {}, onTerminal = false): Config {
  const parsed = parseConfig([URL_FLAG, ...argv], env, onTerminal);
  if (parsed.kind !== 'config') throw new Error(JSON.stringify(parsed));
  return parsed.config;
}

function problems(argv: readonly string[], env: Record<string, string> = {}): readonly string[] {
  const parsed = parseConfig(argv, env, false);
  if (parsed.kind !== 'problems') throw new Error(`no problem: ${parsed.kind}`);
  return parsed.problems;
}

/** The problems beside the one that the URL is there for. */
function problemsOf(...argv: string[]): readonly string[] {
  return problems([URL_FLAG, ...argv]);
}

/** Flag, environment variable, a value in the form people write, and what it means; the table of the contract. */
const TABLE = [
  ['kratos-admin-url', 'KRATOS_ADMIN_URL', 'https://kratos:4434', { kratosAdminUrl: 'https://kratos:4434' }],
  ['kratos-public-url', 'KRATOS_PUBLIC_URL', 'http://kratos/x', { kratosPublicUrl: 'http://kratos/x' }],
  ['kratos-token-file', 'KRATOS_TOKEN_FILE', '/run/token', { kratosTokenFile: '/run/token' }],
  ['kratos-ca-file', 'KRATOS_CA_FILE', '/run/ca.pem', { kratosCaFile: '/run/ca.pem' }],
  ['kubeconfig', 'KUBECONFIG', '/a:/b', { kubeconfig: '/a:/b' }],
  ['context', undefined, 'kind-test', { context: 'kind-test' }],
  ['namespaces', 'WATCH_NAMESPACES', 'team-a, team-b,team-a', { namespaces: ['team-a', 'team-b'] }],
  ['owner-id', 'OWNER_ID', 'production', { ownerId: 'production' }],
  ['concurrency', 'CONCURRENCY', '7', { concurrency: 7 }],
  ['resync-interval', 'RESYNC_INTERVAL', '1h30m', { resyncIntervalMs: 5_400_000 }],
  ['leader-elect', 'LEADER_ELECT', 'false', { leaderElect: false }],
  ['leader-elect-namespace', 'LEADER_ELECT_NAMESPACE', 'ops', { leaderElectNamespace: 'ops' }],
  ['recovery-output', 'RECOVERY_OUTPUT', 'Secret', { recoveryOutput: 'Secret' }],
  ['recovery-max-ttl', 'RECOVERY_MAX_TTL', '90s', { recoveryMaxTtlMs: 90_000 }],
  ['listen-address', 'LISTEN_ADDRESS', '[::1]:9090', { listenAddress: { host: '::1', port: 9_090 } }],
  ['log-level', 'LOG_LEVEL', 'trace', { logLevel: 'trace' }],
  ['log-format', 'LOG_FORMAT', 'pretty', { logFormat: 'pretty' }],
] as const;

describe('a setting', () => {
  it.each(TABLE)(
    '--%s comes from its flag, with = or as the next argument',
    (flag, _env, value, expected) => {
      expect(config([`--${flag}=${value}`])).toMatchObject(expected);
      if (flag !== 'leader-elect') expect(config([`--${flag}`, value])).toMatchObject(expected);
    },
  );

  it.each(TABLE.filter(([, env]) => env !== undefined))('%s comes from %s', (flag, env, value, expected) => {
    const base = flag === 'kratos-admin-url' ? {} : { KRATOS_ADMIN_URL: 'http://kratos' };
    expect(parseConfig([], { ...base, [env ?? '']: value }, false)).toMatchObject({
      kind: 'config',
      config: expected,
    });
  });

  it("is as good with one dash as with two, as with Go's flags", () => {
    expect(config(['-log-level=debug', '-concurrency', '3'])).toMatchObject({
      logLevel: 'debug',
      concurrency: 3,
    });
    expect(config(['-leader-elect'], { LEADER_ELECT: 'false' }).leaderElect).toBe(true);
  });

  it('given twice counts as it was given last', () => {
    expect(config(['--concurrency=1', '--concurrency=2']).concurrency).toBe(2);
  });

  it('given by flag wins over the environment, valid or not', () => {
    expect(config(['--concurrency=1'], { CONCURRENCY: '2' }).concurrency).toBe(1);
    expect(config(['--concurrency=1'], { CONCURRENCY: 'many' }).concurrency).toBe(1);
    expect(config(['--namespaces='], { WATCH_NAMESPACES: 'team-a' }).namespaces).toEqual([]);
  });

  it('whose variable is empty is not given', () => {
    const unset = config([], { CONCURRENCY: '', KUBECONFIG: '', WATCH_NAMESPACES: '' });
    expect(unset).toMatchObject({ concurrency: 32, namespaces: [] });
    expect(unset.kubeconfig).toBeUndefined();
  });
});

describe('the configuration', () => {
  it('has the defaults of the contract', () => {
    expect(config([])).toEqual({
      kratosAdminUrl: 'http://kratos-admin:4434',
      namespaces: [],
      concurrency: 32,
      resyncIntervalMs: 600_000,
      leaderElect: true,
      recoveryMaxTtlMs: 86_400_000,
      listenAddress: { host: undefined, port: 8_080 },
      logLevel: 'info',
      logFormat: 'json',
    });
  });

  it('logs for people on a terminal, unless told otherwise', () => {
    expect(config([], {}, true).logFormat).toBe('pretty');
    expect(config(['--log-format=json'], {}, true).logFormat).toBe('json');
  });

  it('cannot be changed', () => {
    const frozen = config(['--namespaces=team-a']);
    expect(Object.isFrozen(frozen)).toBe(true);
    expect(Object.isFrozen(frozen.namespaces)).toBe(true);
    expect(Object.isFrozen(frozen.listenAddress)).toBe(true);
  });

  it.each([
    [['--leader-elect'], true],
    [['--leader-elect=true'], true],
    [['--leader-elect=false'], false],
  ])('%j leads by lease: %s', (argv, expected) => {
    expect(config(argv, { LEADER_ELECT: String(!expected) }).leaderElect).toBe(expected);
  });

  it.each([
    [':8080', undefined, 8_080],
    ['0.0.0.0:8080', '0.0.0.0', 8_080],
    ['127.0.0.1:0', '127.0.0.1', 0],
    ['[::1]:8080', '::1', 8_080],
    ['localhost:65535', 'localhost', 65_535],
  ])('listens on %s', (text, host, port) => {
    expect(config([`--listen-address=${text}`]).listenAddress).toEqual({ host, port });
  });

  it('drops the slash that a URL ends with', () => {
    expect(config(['--kratos-public-url=https://kratos.example/public/']).kratosPublicUrl).toBe(
      'https://kratos.example/public',
    );
  });
});

describe('a bad value', () => {
  it.each([
    [
      'kratos-admin-url',
      ['', 'kratos:4434', 'ftp://kratos', '/admin', 'http://', 'http://k?x=1', 'http://k#x'],
    ],
    ['kratos-public-url', ['not a url', 'https://k/?a']],
    ['kratos-token-file', ['']],
    ['kratos-ca-file', ['']],
    ['owner-id', ['']],
    ['namespaces', ['Team', 'a_b', 'a,,b', ',', '-a', 'a-', 'a.b', 'a'.repeat(64)]],
    ['concurrency', ['0', '1001', '-1', '1.5', '1e2', 'many', '', ' 3', '0x10']],
    ['resync-interval', ['0s', '999ms', '-1m', '60', '1d', '']],
    ['leader-elect', ['yes', '1', 'TRUE', '']],
    ['recovery-output', ['secret', 'None', '']],
    ['recovery-max-ttl', ['0s', '-1h', '24', '1d', '']],
    ['listen-address', ['8080', ':', ':http', ':65536', '127.0.0.1', '::1:8080', '[::1]', 'a:b:80', '']],
    ['log-level', ['verbose', 'INFO', 'silent', '']],
    ['log-format', ['text', '']],
  ])('of --%s is refused: %j', (flag, values) => {
    for (const value of values) {
      const found =
        flag === 'kratos-admin-url' ? problems([`--${flag}=${value}`]) : problemsOf(`--${flag}=${value}`);
      expect(found, value).toHaveLength(1);
      expect(found[0]).toMatch(new RegExp(`^--${flag} \\([A-Z_]+\\) must (not )?\\w+`));
    }
  });

  it('of the environment is refused with the name of its variable', () => {
    expect(problems([], { KRATOS_ADMIN_URL: 'http://k', RESYNC_INTERVAL: '10' })).toEqual([
      '--resync-interval (RESYNC_INTERVAL) must be a Go duration of at least 1s, such as 10m or 1h30m',
    ]);
  });

  it.each([
    'http://ann:hunter2@kratos',
    'http://hunter2@kratos',
    'ftp://ann:hunter2@kratos',
    'http://ann:hunter2@kratos:port',
    'http://kratos/?token=hunter2',
  ])('is never repeated where it may hold a secret: %s', (url) => {
    const told = [
      ...problems([`--kratos-admin-url=${url}`]),
      ...problems([], { KRATOS_ADMIN_URL: url }),
      ...problemsOf('--kratos-publik-url', url),
      ...problemsOf(url),
    ];
    expect(told).toHaveLength(5);
    expect(told.join('\n')).not.toContain('hunter2');
  });

  it('that holds credentials is refused with the way to give them', () => {
    expect(problems(['--kratos-admin-url=http://ann:pw@kratos'])[0]).toMatch(
      /credentials.*--kratos-token-file/,
    );
  });
});

describe('the command line', () => {
  it('without the one required setting says its names, its form and an example', () => {
    expect(problems([])).toEqual([
      '--kratos-admin-url (KRATOS_ADMIN_URL) is required and must be an http or https URL, such as http://kratos-admin.kratos.svc:80',
    ]);
  });

  it('is judged whole: every problem at once, those of the environment too', () => {
    const found = problems(['--concurrency=0', '--log-level=loud', '--wat', 'x'], { RECOVERY_MAX_TTL: '1d' });
    expect(found).toHaveLength(6);
    for (const name of [
      '--wat',
      'argument 4',
      '--kratos-admin-url',
      '--concurrency',
      '--recovery-max-ttl',
      '--log-level',
    ]) {
      expect(found.filter((problem) => problem.includes(name))).toHaveLength(1);
    }
  });

  it.each([
    ['--kratos-url=http://k', '--kratos-admin-url'],
    ['--kratos-publc-url=http://k', '--kratos-public-url'],
    ['--concurency=3', '--concurrency'],
    ['--watch-namespaces=a', '--namespaces'],
    ['--resync=10m', '--resync-interval'],
    ['--leader-election', '--leader-elect'],
    ['--loglevel=debug', '--log-level'],
  ])('with %s is asked whether %s was meant', (arg, meant) => {
    expect(problemsOf(arg)).toContainEqual(expect.stringContaining(`did you mean ${meant}?`));
  });

  it('with a flag that is like none is sent to --help', () => {
    expect(problemsOf('--xyz')).toEqual(['unknown flag --xyz; --help lists them all']);
    expect(problemsOf('--__proto__=1')).toEqual(['unknown flag --__proto__; --help lists them all']);
  });

  it.each([['--owner-id'], ['--owner-id', '--log-level=debug']])(
    'with a flag that lacks its value says so (%j)',
    (...argv) => {
      expect(problemsOf(...argv)).toEqual(['--owner-id needs a value']);
    },
  );

  it('may have no arguments beside flags', () => {
    expect(problemsOf('start')).toEqual(['argument 2 belongs to no flag']);
  });
});

describe('--help', () => {
  it.each([['--help'], ['-h'], ['--wat', '--help']])('is given whatever else is wrong (%j)', (...argv) => {
    expect(parseConfig(argv, {}, false).kind).toBe('help');
  });

  it('lists every flag with its variable, on a line of its own, and nothing else', () => {
    const parsed = parseConfig(['--help'], {}, false);
    const lines =
      parsed.kind === 'help' ? parsed.text.split('\n').filter((line) => line.startsWith('  --')) : [];
    const listed = lines.map((line) => line.trim().split(/ {2,}/).slice(0, 2));
    expect(listed.map(([flag]) => flag)).toEqual(TABLE.map(([flag]) => `--${flag}`));
    for (const [index, [, env]] of TABLE.entries()) {
      if (env !== undefined) expect(listed[index]?.[1]).toBe(env);
    }
  });

  it('tells the defaults', () => {
    const parsed = parseConfig(['--help'], {}, false);
    const text = parsed.kind === 'help' ? parsed.text : '';
    expect(text).toMatch(/--kratos-admin-url .*\(required\)/);
    for (const [flag, fallback] of [
      ['concurrency', '32'],
      ['resync-interval', '10m'],
      ['leader-elect', 'true'],
      ['recovery-max-ttl', '24h'],
      ['listen-address', ':8080'],
      ['log-level', 'info'],
    ]) {
      expect(text).toMatch(new RegExp(`--${flag} .*\\[${fallback}\\]`));
    }
  });
});
