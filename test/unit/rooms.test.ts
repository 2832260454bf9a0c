import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import { describe, expect, it, test } from 'vitest';

/* The rooms of `src`, and which of them each may import. */

const SRC = resolve(import.meta.dirname, '../../src');
const ROOMS = ['config', 'model', 'queue', 'http', 'kube', 'kratos', 'reconcile', 'ops'];

const MAY_IMPORT: Record<string, readonly string[]> = {
  main: [...ROOMS, 'operator', 'cli'],
  operator: ROOMS,
  config: ['settings', 'model'],
  settings: ['model'],
  model: [],
  queue: ['model'],
  http: ['model'],
  kube: ['http', 'model'],
  kratos: ['http', 'model'],
  reconcile: ['model'],
  ops: ['model'],
  cli: [...ROOMS, 'operator', 'settings'],
};

const FILES = readdirSync(SRC, { recursive: true, encoding: 'utf8' })
  .filter((file) => file.endsWith('.ts'))
  .map((file) => ({ file, text: readFileSync(join(SRC, file), 'utf8') }));

/** The first folder of a file, or its own name where it stands in `src` itself. */
function roomOf(file: string): string {
  return (file.split('/')[0] ?? '').replace(/\.ts$/, '');
}

/** What a file imports, exports from or loads. */
function importsOf(text: string): string[] {
  return [...text.matchAll(/(?:\bfrom\s*|\bimport\s*\(?\s*)'([^']+)'/g)].map(
    ([, specifier = '']) => specifier,
  );
}

const FOR_MAIN_ONLY =
  /\bprocess\.(?:env|exit|exitCode|argv|hrtime|on|once|kill)\b|\bDate\.now\b|\bperformance\b|\bset(?:Timeout|Interval|Immediate)\b|\bconsole\b|\bnew Date\(\s*\)/g;

/** The program without its comments and texts. */
function codeOf(text: string): string {
  const tokens =
    /\/\*[\s\S]*?\*\/|\/\/[^\n]*|'(?:\\.|[^'\\\n])*'|"(?:\\.|[^"\\\n])*"|\/(?![*/\s])(?:\\.|\[(?:\\.|[^\]\\\n])*\]|[^/\\\n[])+\/[a-z]*/g;
  return text.replace(tokens, (token) => (token.startsWith('/*') ? token.replace(/[^\n]/g, '') : ''));
}

test('every room has its row', () => {
  const rooms = new Set(FILES.map(({ file }) => roomOf(file)));
  expect([...rooms].filter((room) => !(room in MAY_IMPORT))).toEqual([]);
  expect(rooms).toContain('model');
});

describe.each(FILES.map(({ file, text }) => [file, text] as const))('src/%s', (file, text) => {
  const relatives = importsOf(text).filter((specifier) => specifier.startsWith('.'));

  it('imports only from the rooms that its own may import', () => {
    const rooms = relatives.map((specifier) =>
      roomOf(relative(SRC, resolve(dirname(join(SRC, file)), specifier))),
    );
    const room = roomOf(file);
    expect(rooms.filter((other) => other !== room && !MAY_IMPORT[room]?.includes(other))).toEqual([]);
  });

  it('names the files it imports with their extension', () => {
    expect(relatives.filter((specifier) => !specifier.endsWith('.ts'))).toEqual([]);
  });

  it('has at most 300 lines', () => {
    expect(text.trimEnd().split('\n').length).toBeLessThanOrEqual(300);
  });

  it('leaves the environment, the real clock, the console and the end of the process to main', () => {
    const found = file === 'main.ts' ? [] : (codeOf(text).match(FOR_MAIN_ONLY) ?? []);
    expect(found).toEqual([]);
  });
});

describe('packages', () => {
  const packages = (room: string) =>
    new Set(
      FILES.filter(({ file }) => roomOf(file) === room)
        .flatMap(({ text }) => importsOf(text))
        .filter((specifier) => !specifier.startsWith('.')),
    );

  it.each(['model', 'queue', 'reconcile'])('%s needs nothing but Node', (room) => {
    expect([...packages(room)].filter((name) => !name.startsWith('node:'))).toEqual([]);
  });

  it.each(['model', 'queue', 'reconcile'])('%s does no input or output of its own', (room) => {
    const pure = new Set(['node:crypto', 'node:util']);
    expect([...packages(room)].filter((name) => !pure.has(name))).toEqual([]);
  });
});
