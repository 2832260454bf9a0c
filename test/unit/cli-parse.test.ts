import { describe, expect, it } from 'vitest';
import { COMMANDS } from '../../src/cli/commands/all.ts';
import { nearest } from '../../src/cli/nearest.ts';
import { parse } from '../../src/cli/parse.ts';

const URL = 'http://kratos:4434';
const ENV = { KRATOS_ADMIN_URL: URL };

function asked(line: string, env: Readonly<Record<string, string>> = ENV) {
  return parse(COMMANDS, line === '' ? [] : line.split(' '), env);
}

function problems(line: string, env?: Readonly<Record<string, string>>): readonly string[] {
  const found = asked(line, env);
  return found.kind === 'problems' ? found.problems : [];
}

describe('a command line', () => {
  it('is a command, what it was given, a form and where Kratos is', () => {
    const found = asked(
      'identities list --page-size 20 --ids a,b -o json --kratos-public-url http://open:4433/',
    );
    expect(found).toMatchObject({
      kind: 'run',
      command: { words: ['identities', 'list'] },
      given: { all: false, pageSize: 20, ids: ['a', 'b'], identifier: undefined },
      format: 'json',
      connection: { adminUrl: URL, publicUrl: 'http://open:4433', tokenFile: undefined, caFile: undefined },
    });
  });

  it.each([
    '-o name --kratos-admin-url http://b flows get login X',
    'flows -o name get --kratos-admin-url http://b login X',
    'flows get login X -oname --kratos-admin-url=http://b',
    'flows get --output=name --kratos-admin-url http://b -- login X',
  ])('takes flags anywhere: %s', (line) => {
    expect(asked(line)).toMatchObject({
      kind: 'run',
      given: { kind: 'login', id: 'X' },
      format: 'name',
      connection: { adminUrl: 'http://b' },
    });
  });

  it('uses the first form where none is asked for', () => {
    expect(asked('identities list')).toMatchObject({ format: 'table' });
    expect(asked('schemas get x')).toMatchObject({ format: 'json' });
  });

  it('takes - for standard input, and an id that begins with a dash after --', () => {
    expect(asked('identities create -f -')).toMatchObject({ given: { file: '-' } });
    expect(asked('identities create -f-')).toMatchObject({ given: { file: '-' } });
    expect(asked('identities get -- -x')).toMatchObject({ given: { id: '-x' } });
  });

  it('lets flags win over variables, and an empty variable be none', () => {
    const env = { KRATOS_ADMIN_URL: URL, KRATOS_TOKEN_FILE: '/env', KRATOS_CA_FILE: '' };
    const { connection } = asked('version --kratos-token-file /flag', env) as Extract<
      ReturnType<typeof asked>,
      { kind: 'run' }
    >;
    expect(connection).toEqual({
      adminUrl: URL,
      tokenFile: '/flag',
      publicUrl: undefined,
      caFile: undefined,
    });
  });

  it('needs no Kratos for completion', () => {
    expect(asked('completion bash', {})).toMatchObject({ kind: 'run', given: { shell: 'bash' } });
  });
});

describe('what is wrong with a command line', () => {
  it.each([
    ['', /^a command is missing: identities, recovery, .*completion$/],
    ['identities', /^a command is missing: list, get, create, update, patch, delete$/],
    ['identites list', /^there is no command identites; did you mean identities\?$/],
    ['identities lst', /^there is no command identities lst; did you mean identities list\?$/],
    ['http://user:secret@host', /^there is no command of that name$/],
    ['identities list --al', /^identities list has no flag --al; did you mean --all\?$/],
    ['version --page-size 3', /^version has no flag --page-size$/],
    ['identities list --all=yes', /^--all takes no value$/],
    ['identities list --page-size', /^--page-size needs a value: N$/],
    ['identities list --page-size --all', /^--page-size needs a value: N$/],
    ['identities list --ids a --ids b', /^--ids is given twice$/],
    ['identities list --ids a,,b', /^--ids must be ids separated by commas$/],
    ['identities list --identifier=', /^--identifier must not be empty$/],
    ['identities create', /^--file is required and must not be empty$/],
    ['identities get a b', /^identities get takes ID, and 1 more given$/],
    ['version x', /^version takes no argument, and 1 more given$/],
    ['identities delete', /^identities delete needs ID: /],
    ['identities delete ..', /^ID must be an id$/],
    ['flows get logout x', /^KIND must be one of login, registration, /],
    ['recovery link x --expires-in 1d', /^--expires-in must be a Go duration/],
    ['recovery link x -o name', /^--output must be one of table, json, yaml$/],
    [
      'version --kratos-admin-url ftp://x',
      /^--kratos-admin-url \(KRATOS_ADMIN_URL\) must be an http or https URL/,
    ],
  ])('%s', (line, told) => {
    expect(problems(line)).toEqual([expect.stringMatching(told)]);
  });

  it.each(['0', '1001', '1.5', 'many', '-1'])('a page of %s', (size) => {
    expect(problems(`identities list --page-size=${size}`)).toEqual([
      '--page-size must be a whole number from 1 to 1000',
    ]);
  });

  it('is told all at once, with where to read on', () => {
    const found = asked('identities list --page-size 0 --nothing', {});
    expect(found).toMatchObject({
      kind: 'problems',
      hint: 'see kratos-identity-operator kratos identities list --help',
    });
    expect(found.kind === 'problems' && found.problems).toHaveLength(3);
  });

  it('does not matter when help is asked for', () => {
    expect(asked('identities list --page-size 0 x --help', {}).kind).toBe('help');
  });
});

describe('the word that was meant', () => {
  it.each([
    ['lsit', 'list'],
    ['delte', 'delete'],
    ['identity', 'identities'],
    ['idol', undefined],
    ['x', undefined],
    ['', undefined],
  ])('by %j is %s', (typed, meant) => {
    expect(nearest(typed, ['list', 'delete', 'identities'])).toBe(meant);
  });
});
