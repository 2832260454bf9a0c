import { parseArgs } from 'node:util';
import {
  address,
  duration,
  namespace,
  namespaces,
  oneOf,
  type Read,
  text,
  url,
  wholeNumber,
  yesOrNo,
} from './settings.ts';

type Environment = Readonly<Record<string, string | undefined>>;

interface Setting<T> {
  readonly flag: string;
  /** Absent: a flag only. */
  readonly env?: string;
  readonly read: (text: string) => Read<T>;
  /** As a text, in the same form as the flag takes it. */
  readonly fallback?: string;
  readonly required?: true;
  readonly help: string;
}

/** Every setting there is: what is read, what `--help` prints, and the form of `Config`. */
const SETTINGS = {
  kratosAdminUrl: {
    flag: 'kratos-admin-url',
    env: 'KRATOS_ADMIN_URL',
    read: url,
    required: true,
    help: "Kratos' admin API",
  },
  kratosPublicUrl: {
    flag: 'kratos-public-url',
    env: 'KRATOS_PUBLIC_URL',
    read: url,
    help: "Kratos' public API, where modern servers serve identity schemas",
  },
  kratosTokenFile: {
    flag: 'kratos-token-file',
    env: 'KRATOS_TOKEN_FILE',
    read: text,
    help: 'file with a bearer token for the admin API; read again when it changes',
  },
  kratosCaFile: {
    flag: 'kratos-ca-file',
    env: 'KRATOS_CA_FILE',
    read: text,
    help: 'file with the CA of the admin API; read again when it changes',
  },
  kubeconfig: { flag: 'kubeconfig', env: 'KUBECONFIG', read: text, help: 'kubeconfig, outside of a cluster' },
  context: { flag: 'context', read: text, help: 'context of the kubeconfig' },
  namespaces: {
    flag: 'namespaces',
    env: 'WATCH_NAMESPACES',
    read: namespaces,
    fallback: '',
    help: 'namespaces to watch, comma separated; all by default',
  },
  ownerId: {
    flag: 'owner-id',
    env: 'OWNER_ID',
    read: text,
    help: 'name under which identities are owned; the uid of the kube-system namespace by default',
  },
  concurrency: {
    flag: 'concurrency',
    env: 'CONCURRENCY',
    read: wholeNumber(1, 1000),
    fallback: '32',
    help: 'resources worked on at once',
  },
  resyncIntervalMs: {
    flag: 'resync-interval',
    env: 'RESYNC_INTERVAL',
    read: duration(1_000),
    fallback: '10m',
    help: 'how often each identity is compared with its resource (±10 %)',
  },
  leaderElect: {
    flag: 'leader-elect',
    env: 'LEADER_ELECT',
    read: yesOrNo,
    fallback: 'true',
    help: 'lead only while holding a lease',
  },
  leaderElectNamespace: {
    flag: 'leader-elect-namespace',
    env: 'LEADER_ELECT_NAMESPACE',
    read: namespace,
    help: "namespace of the lease; the pod's by default",
  },
  recoveryOutput: {
    flag: 'recovery-output',
    env: 'RECOVERY_OUTPUT',
    read: oneOf('Status', 'Secret'),
    help: 'Secret: recovery links go to Secrets, whatever a resource says',
  },
  recoveryMaxTtlMs: {
    flag: 'recovery-max-ttl',
    env: 'RECOVERY_MAX_TTL',
    read: duration(1_000),
    fallback: '24h',
    help: 'longest life of a recovery link',
  },
  listenAddress: {
    flag: 'listen-address',
    env: 'LISTEN_ADDRESS',
    read: address,
    fallback: ':8080',
    help: 'address of /healthz, /readyz and /metrics',
  },
  logLevel: {
    flag: 'log-level',
    env: 'LOG_LEVEL',
    read: oneOf('trace', 'debug', 'info', 'warn', 'error', 'fatal'),
    fallback: 'info',
    help: 'least severe messages to log',
  },
  logFormat: {
    flag: 'log-format',
    env: 'LOG_FORMAT',
    read: oneOf('json', 'pretty'),
    help: 'json, or pretty for people; pretty by default on a terminal',
  },
} as const satisfies Record<string, Setting<unknown>>;

type Settings = typeof SETTINGS;
type ValueOf<S> = S extends { read: (text: string) => Read<infer T> } ? T : never;
type Always<S> = S extends { required: true } | { fallback: string } ? true : false;

/** The operator's configuration, frozen. Durations are milliseconds. */
export type Config = {
  readonly [K in keyof Settings]: Always<Settings[K]> extends true
    ? ValueOf<Settings[K]>
    : ValueOf<Settings[K]> | undefined;
} & { readonly logFormat: 'json' | 'pretty' };

export type Parsed =
  | { readonly kind: 'config'; readonly config: Config }
  | { readonly kind: 'problems'; readonly problems: readonly string[] }
  | { readonly kind: 'help'; readonly text: string };

const ALL: readonly [string, Setting<unknown>][] = Object.entries(SETTINGS);

/** Reads flags (they win) and environment; answers every problem there is at once, each with what is expected. */
export function parseConfig(argv: readonly string[], env: Environment, onTerminal: boolean): Parsed {
  const { given, problems, help } = readFlags(argv);
  if (help) return { kind: 'help', text: helpText() };
  const values: Record<string, unknown> = {};
  for (const [name, setting] of ALL) {
    const found = given.get(setting.flag) ?? fromEnvironment(setting, env);
    const raw = found ?? setting.fallback;
    if (raw === undefined) {
      if (setting.required) problems.push(requirement(setting));
      continue;
    }
    const read = setting.read(raw);
    if ('problem' in read) problems.push(`${label(setting)} ${read.problem}`);
    else values[name] = Object.freeze(read.value);
  }
  values.logFormat ??= onTerminal ? 'pretty' : 'json';
  if (problems.length > 0) return { kind: 'problems', problems };
  return { kind: 'config', config: Object.freeze(values as unknown as Config) };
}

function readFlags(argv: readonly string[]) {
  const problems: string[] = [];
  const given = new Map<string, string>();
  const options = Object.fromEntries(ALL.map(([, { flag }]) => [flag, { type: 'string' as const }]));
  // As with Go's flags, one dash is as good as two, and the bare name of a yes-or-no flag means yes.
  const args = argv
    .map((arg) => arg.replace(/^-(?=[a-z]{2})/, '--'))
    .map((arg) => (arg === `--${SETTINGS.leaderElect.flag}` ? `${arg}=true` : arg));
  const { tokens } = parseArgs({ args, options, strict: false, tokens: true, allowPositionals: true });
  let help = false;
  for (const token of tokens) {
    // Not what it says: it may be a URL with a password that lost its flag.
    if (token.kind === 'positional') problems.push(`argument ${token.index + 1} belongs to no flag`);
    if (token.kind !== 'option') continue;
    if (token.name === 'help' || token.name === 'h') help = true;
    else if (!Object.hasOwn(options, token.name)) problems.push(unknownFlag(token.rawName));
    else if (isMissing(token.value, token.inlineValue)) problems.push(`--${token.name} needs a value`);
    else given.set(token.name, token.value ?? '');
  }
  return { given, problems, help };
}

/** What looks like the next flag is not a value, unless it was given with `=`. */
function isMissing(value: string | undefined, inline: boolean | undefined): boolean {
  return value === undefined || (inline !== true && value.startsWith('-'));
}

/** An empty variable is an unset one, as manifests leave it. */
function fromEnvironment({ env: name }: Setting<unknown>, env: Environment): string | undefined {
  const value = name === undefined ? undefined : env[name];
  return value === '' ? undefined : value;
}

function requirement(setting: Setting<unknown>): string {
  const nothing = setting.read('');
  return `${label(setting)} is required and ${'problem' in nothing ? nothing.problem : 'has no default'}`;
}

function unknownFlag(rawName: string): string {
  const near = nearestFlag(rawName.replace(/^-+/, ''));
  return `unknown flag ${rawName}${near === undefined ? '; --help lists them all' : `; did you mean --${near}?`}`;
}

/** The flag that shares the most of its beginning and its end with what was typed, if that is enough to mean it. */
function nearestFlag(typed: string): string | undefined {
  let best = { shared: 2, flag: undefined as string | undefined };
  for (const [, { flag }] of ALL) {
    const most = Math.min(typed.length, flag.length);
    let [front, back] = [0, 0];
    while (front < most && typed[front] === flag[front]) front += 1;
    while (back < most - front && typed.at(-1 - back) === flag.at(-1 - back)) back += 1;
    if (front + back > best.shared) best = { shared: front + back, flag };
  }
  return best.flag;
}

function label({ flag, env }: Setting<unknown>): string {
  return env === undefined ? `--${flag}` : `--${flag} (${env})`;
}

function helpText(): string {
  const rows = ALL.map(([, setting]) => {
    const fallback =
      setting.fallback === undefined || setting.fallback === '' ? '' : ` [${setting.fallback}]`;
    return [
      `--${setting.flag}`,
      setting.env ?? '',
      `${setting.help}${setting.required ? ' (required)' : fallback}`,
    ];
  });
  const widths = [0, 1].map((column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)));
  const lines = rows.map(([flag = '', env = '', help]) => {
    return `  ${flag.padEnd(widths[0] ?? 0)}  ${env.padEnd(widths[1] ?? 0)}  ${help}`;
  });
  return `Keeps Ory Kratos identities in step with KratosIdentity resources.\n\nFlags, environment variables and [defaults]:\n${lines.join('\n')}\n`;
}
