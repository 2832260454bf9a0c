import { expect, test } from 'vitest';
import { textOf, yamlOf } from './documents.ts';

/** The instructions of the Dockerfile: comments gone, continued lines joined. */
const instructions = textOf('Dockerfile')
  .split('\n')
  .filter((line) => !line.startsWith('#'))
  .join('\n')
  .replaceAll('\\\n', ' ')
  .split('\n')
  .filter((line) => line.trim() !== '');

const lastFrom = instructions.findLastIndex((line) => line.startsWith('FROM '));
const finalStage = instructions.slice(lastFrom);

function argument(name: string): string {
  return instructions.find((line) => line.startsWith(`ARG ${name}=`))?.slice(`ARG ${name}=`.length) ?? '';
}

test('builds with the Node that the project tests with, named to the patch', () => {
  const { devDependencies } = yamlOf<{ devDependencies: Record<string, string> }>('package.json');
  expect(argument('BUILD')).toBe(`node:${devDependencies.node}-trixie-slim`);
});

test('builds from the lock file', () => {
  expect(instructions).toContainEqual(expect.stringMatching(/^RUN npm ci( |$)/));
  expect(instructions).toContainEqual('RUN npm run build');
});

test('runs on distroless Node 24, as its nonroot user by number', () => {
  expect(finalStage[0]).toBe(`FROM \${RUNTIME}`);
  expect(argument('RUNTIME')).toMatch(
    /^gcr\.io\/distroless\/nodejs24-debian13:nonroot(@sha256:[0-9a-f]{64})?$/,
  );
  expect(finalStage).toContain('USER 65532:65532');
});

test('holds the bundle and nothing else', () => {
  const copies = finalStage.filter((line) => /^(COPY|ADD) /.test(line));
  expect(copies).toEqual([
    expect.stringMatching(/^COPY --from=build .*\/build\/dist\/main\.mjs \/app\/main\.mjs$/),
  ]);
  expect(finalStage.filter((line) => line.startsWith('RUN '))).toEqual([]);
});

test('starts the bundle without a shell, so that signals arrive and `args` are flags', () => {
  const entrypoint = finalStage.at(-1)?.replace(/^ENTRYPOINT /, '') ?? '';
  const words = JSON.parse(entrypoint) as string[];
  expect(words.at(0)).toBe('/nodejs/bin/node');
  expect(words.at(-1)).toBe('/app/main.mjs');
  expect(words).toContain('--disable-proto=delete');
});

test('sends the builder no more than the build stage copies', () => {
  const [everything, ...kept] = textOf('.dockerignore')
    .split('\n')
    .filter((line) => line !== '' && !line.startsWith('#'));
  expect(everything).toBe('*');
  const copied = instructions
    .slice(0, lastFrom)
    .filter((line) => line.startsWith('COPY '))
    .flatMap((line) => line.split(' ').slice(1, -1));
  expect(kept.map((line) => line.replace('!', '')).sort()).toEqual(copied.sort());
});
