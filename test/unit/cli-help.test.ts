import { describe, expect, it } from 'vitest';
import type { Command } from '../../src/cli/command.ts';
import { COMMANDS } from '../../src/cli/commands/all.ts';
import { parse } from '../../src/cli/parse.ts';

function help(...argv: readonly string[]): string {
  const found = parse(COMMANDS, [...argv, '--help'], {});
  return found.kind === 'help' ? found.text : '';
}

const ASKED = [
  'identities list',
  'identities get',
  'identities create',
  'identities update',
  'identities patch',
  'identities delete',
  'recovery link',
  'recovery code',
  'schemas list',
  'schemas get',
  'flows get',
  'errors get',
  'sessions list',
  'sessions revoke',
  'courier list',
  'version',
  'capabilities',
  'metrics',
  'completion',
];

describe('help', () => {
  it('lists every command there is', () => {
    const text = help();
    for (const name of ASKED) expect(text).toMatch(new RegExp(`^  ${name}\\b`, 'm'));
    expect(COMMANDS.map(({ words }) => words.join(' '))).toEqual(ASKED);
  });

  it('names the flags and variables of the connection, and the exit codes', () => {
    const text = help();
    for (const name of ['ADMIN_URL', 'PUBLIC_URL', 'TOKEN_FILE', 'CA_FILE'])
      expect(text).toContain(`KRATOS_${name}`);
    expect(text).toContain('0 done, 1 failed, 2 usage, 3 not found, 4 conflict, 5 unavailable');
  });

  it('of a noun lists its verbs alone', () => {
    const text = help('recovery');
    expect(text).toContain('Usage: kratos-identity-operator kratos recovery VERB [flags]');
    expect(text).toContain('recovery code ID');
    expect(text).not.toContain('identities');
  });

  it.each(COMMANDS.map((command) => [command.words.join(' '), command] as const))(
    'of %s tells its usage and every flag',
    (name, command: Command) => {
      const text = help(...command.words);
      expect(text).toContain(`Usage: kratos-identity-operator kratos ${name}`);
      for (const argument of Object.values(command.arguments))
        expect(text).toMatch(new RegExp(`^  ${argument.name} +${argument.help}$`, 'm'));
      for (const flag of Object.values(command.flags)) expect(text).toContain(`--${flag.name}`);
      expect(text.includes('--output')).toBe(command.formats.length > 1);
      expect(text.includes('--kratos-admin-url')).toBe(command.kind === 'remote');
    },
  );

  it('falls back to the noun, and to everything', () => {
    expect(help('identities', 'nothing')).toBe(help('identities'));
    expect(help('nothing')).toBe(help());
  });
});
