import { text, url } from '../settings.ts';
import { type Command, choice, type Flag, type Flags, type Given, type Switch } from './command.ts';
import type { Format } from './format.ts';

/** Where Kratos is: the same names as the operator's. */
export const CONNECTION = {
  adminUrl: {
    kind: 'option',
    name: 'kratos-admin-url',
    env: 'KRATOS_ADMIN_URL',
    value: 'URL',
    read: url,
    required: true,
    help: "Kratos' admin API",
  },
  publicUrl: {
    kind: 'option',
    name: 'kratos-public-url',
    env: 'KRATOS_PUBLIC_URL',
    value: 'URL',
    read: url,
    help: "Kratos' public API, where schemas and flows are from v0.7 on",
  },
  tokenFile: {
    kind: 'option',
    name: 'kratos-token-file',
    env: 'KRATOS_TOKEN_FILE',
    value: 'FILE',
    read: text,
    file: true,
    help: 'file with a bearer token for the admin API',
  },
  caFile: {
    kind: 'option',
    name: 'kratos-ca-file',
    env: 'KRATOS_CA_FILE',
    value: 'FILE',
    read: text,
    file: true,
    help: 'file with the CA of the admin API',
  },
} as const satisfies Flags;

export type ConnectionSettings = Given<Record<never, never>, typeof CONNECTION>;

export const HELP: Switch = { kind: 'switch', name: 'help', short: 'h', help: 'tells how this is used' };

/** The flag that chooses between the forms of an answer; none where there is but one. */
function formatFlag(formats: readonly Format[]): Flag | undefined {
  if (formats.length < 2) return undefined;
  return {
    kind: 'option',
    name: 'output',
    short: 'o',
    value: formats.join('|'),
    ...choice(...formats),
    help: `form of the answer [${formats[0]}]`,
  };
}

/** Every flag that a command takes, in the order of its help. */
export function flagsOf(command: Command): readonly Flag[] {
  const format = formatFlag(command.formats);
  return [
    ...Object.values(command.flags),
    ...(format === undefined ? [] : [format]),
    ...(command.kind === 'remote' ? Object.values(CONNECTION) : []),
    HELP,
  ];
}
