import { expect, test } from 'vitest';
import { Progress, progressLine } from '../../src/cli/progress.ts';
import type { Clock } from '../../src/model/clock.ts';

function setting(isTerminal: boolean) {
  let now = 0;
  let written = '';
  const clock: Clock = { now: () => 0, monotonic: () => now, after: () => () => {} };
  const write = (text: string) => {
    written += text;
    return Promise.resolve();
  };
  const progress = new Progress({ isTerminal, columns: undefined, write }, clock);
  return {
    progress,
    written: () => written,
    pass: (ms: number) => {
      now += ms;
    },
  };
}

test('progress is a line a second at most, and always a last one', async () => {
  const { progress, written, pass } = setting(false);
  await progress.show('one');
  pass(999);
  await progress.show('two');
  pass(1);
  await progress.show('three');
  await progress.show('four');
  await progress.clear();
  pass(1_000);
  await progress.show('five');
  await progress.end('six');
  expect(written()).toBe('three\nfive\nsix\n');
});

test('progress that ends with what it told last does not tell it again', async () => {
  const { progress, written, pass } = setting(false);
  pass(1_000);
  await progress.show('one');
  await progress.end('one');
  expect(written()).toBe('one\n');
});

test('progress on a terminal is one line, drawn anew, that others can have for a while', async () => {
  const { progress, written } = setting(true);
  await progress.show('one');
  await progress.show('two');
  await progress.clear();
  await progress.clear();
  await progress.end('three');
  expect(written()).toBe('\r\x1b[Kone\r\x1b[Ktwo\r\x1b[Kthree\n');
});

test.each([
  [0, 0, '0 identities in 0 pages'],
  [1, 1, '1 identity in 1 page'],
  [1250, 5, '1,250 identities in 5 pages'],
  [1234567, 4939, '1,234,567 identities in 4,939 pages'],
])('%i identities in %i pages are told so', (items, pages, line) => {
  expect(progressLine(items, pages)).toBe(line);
});
