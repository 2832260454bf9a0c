import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { COMMANDS } from '../../src/cli/commands/all.ts';
import { flagsOf } from '../../src/cli/flags.ts';
import { run } from './cli-run.ts';

/* The scripts, in the shells that they are for. */

let folder = '';
const scripts = { bash: '', zsh: '' };
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'completion-'));
  for (const shell of ['bash', 'zsh'] as const) {
    scripts[shell] = join(folder, shell);
    writeFileSync(scripts[shell], (await run(['completion', shell])).stdout);
  }
  mkdirSync(join(folder, 'here'));
  writeFileSync(join(folder, 'here', 'body of one.yaml'), '');
});
afterAll(() => rmSync(folder, { recursive: true }));

type Complete = (line: string) => string[];

/** What bash offers at the end of that line. */
const inBash: Complete = (line) => {
  const program = `source "$1"; COMP_LINE=$2; COMP_POINT=\${#2}; COMP_WORDS=(x); COMP_CWORD=0
    _kratos_identity_operator; printf '%s\\n' "\${COMPREPLY[@]}"`;
  return answersOf('bash', ['--norc', '-c', program, 'bash', scripts.bash, line]);
};

/** What zsh offers: its completion system around the function is stood in for by what it is asked to offer. */
const inZsh: Complete = (line) => {
  const program = `compdef() { }
    compset() { }
    _files() { print -l -- *(N) }
    _describe() { [[ $1 == -o ]] && shift; local one; for one in "\${(@P)2}"; do print -r -- "\${one%%:*}"; done }
    source "$1"
    words=("\${(@s: :)2}"); CURRENT=$#words
    _kratos_identity_operator | grep -- "^\${\${words[CURRENT]#--*=}//./\\\\.}"`;
  return answersOf('zsh', ['-f', '-c', program, 'zsh', scripts.zsh, line]);
};

function answersOf(shell: string, args: readonly string[]): string[] {
  const { stdout, stderr, error } = spawnSync(shell, args, { cwd: join(folder, 'here'), encoding: 'utf8' });
  expect({ stderr, error }).toEqual({ stderr: '', error: undefined });
  return stdout.split('\n').filter((answer) => answer !== '');
}

const hasZsh = spawnSync('zsh', ['--version']).error === undefined;

describe.each([
  ['bash', inBash, true],
  ['zsh', inZsh, hasZsh],
] as const)('%s', (shell, complete, present) => {
  it.skipIf(!present)('reads the script without a complaint', () => {
    expect(answersOf(shell, ['-n', scripts[shell]])).toEqual([]);
  });

  it.skipIf(!present).each([
    ['', ['kratos']],
    ['kratos ident', ['identities']],
    ['kratos flows ', ['get']],
    ['kratos identities ', ['list', 'get', 'create', 'update', 'patch', 'delete']],
    ['kratos identities p', ['patch']],
    ['kratos flows get ', ['login', 'registration', 'recovery', 'settings', 'verification']],
    ['kratos flows get re', ['registration', 'recovery']],
    ['kratos flows get login ', []],
    ['kratos completion ', ['bash', 'zsh']],
    ['kratos recovery code x --exp', ['--expires-in']],
    ['kratos identities list -o ', ['table', 'json', 'yaml', 'name']],
    ['kratos recovery link x -o ', ['table', 'json', 'yaml']],
    ['kratos identities list --output=j', ['json']],
    ['kratos --kratos-admin-url http://k:4434 identities list --pa', ['--page-size']],
    ['kratos --kratos-admin-url=http://k:4434 courier ', ['list']],
    ['kratos identities list --page-size ', []],
    ['kratos identities create -f ', ['body of one.yaml']],
    ['kratos version --kratos-token-file=bo', ['body of one.yaml']],
    ['kratos nothing ', []],
    ['--log', []],
  ])('completes "%s"', (line, answers) => {
    const found = complete(`kratos-identity-operator ${line}`);
    expect(found.sort()).toEqual([...answers].sort());
  });

  it.skipIf(!present).each(COMMANDS.map((command) => [command.words.join(' '), command] as const))(
    'offers every flag of %s',
    (name, command) => {
      const spelled = flagsOf(command).map((flag) => `--${flag.name}`);
      expect(complete(`kratos-identity-operator kratos ${name} --`).sort()).toEqual(spelled.sort());
    },
  );
});
