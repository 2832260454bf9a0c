import { expect, test } from 'vitest';
import { parseGoDuration } from '../../src/model/duration.ts';

test.each([
  ['0', 0],
  ['0s', 0],
  ['1s', 1_000],
  ['90m', 5_400_000],
  ['1h30m', 5_400_000],
  ['1.5h', 5_400_000],
  ['.5s', 500],
  ['1.s', 1_000],
  ['300ms', 300],
  ['2us', 0.002],
  ['2µs', 0.002],
  ['1h1m1s', 3_661_000],
  ['-1h', -3_600_000],
  ['+1h', 3_600_000],
])('%s is %d ms', (text, ms) => {
  expect(parseGoDuration(text)).toBeCloseTo(ms, 9);
});

test.each([
  '',
  '60',
  '1d',
  '1w',
  '1H',
  's',
  '1 h',
  '1h ',
  '.',
  '.s',
  '1e3s',
  '1h-1m',
  'Infinity',
  'one hour',
])('%j is none, as Go says', (text) => {
  expect(parseGoDuration(text)).toBeUndefined();
});
