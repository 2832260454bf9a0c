import { describe, expect, it, test } from 'vitest';
import type { JsonObject } from '../../src/model/json.ts';
import { limitProblems } from '../../src/model/limits.ts';
import { ownedPointers } from '../../src/model/pointer.ts';

/** `{n: {n: … {n: 1}}}` with so many objects in one another. */
function deep(objects: number): JsonObject {
  let root: JsonObject = { n: 1 };
  for (let level = 1; level < objects; level += 1) root = { n: root };
  return root;
}

describe('depth', () => {
  test.each([1, 31, 32])('%i objects in one another are allowed', (objects) => {
    expect(limitProblems(deep(objects))).toEqual([]);
  });

  test.each([33, 34, 10_000])('%i are refused, with the way in', (objects) => {
    expect(limitProblems(deep(objects))).toEqual(['nesting is deeper than 32 levels at /n/n/n/…']);
  });

  it('counts arrays like objects', () => {
    const lists = (count: number): JsonObject =>
      JSON.parse(`{"a":${'['.repeat(count)}1${']'.repeat(count)}}`);
    expect(limitProblems(lists(31))).toEqual([]);
    expect(limitProblems(lists(32))).toEqual(['nesting is deeper than 32 levels at /a/0/0/…']);
  });

  it('is the only thing said when nothing below may be looked at', () => {
    const root = { ...deep(40), number: 2 ** 60 };
    expect(limitProblems(root)).toHaveLength(1);
  });
});

describe('integers', () => {
  test.each([Number.MAX_SAFE_INTEGER, Number.MIN_SAFE_INTEGER, 0, 1.5, 0.1, -2.5e-10])(
    '%d passes',
    (number) => {
      expect(limitProblems({ number })).toEqual([]);
    },
  );

  test.each([2 ** 53, -(2 ** 53), 1e300])('%d is refused, without its value', (number) => {
    expect(limitProblems({ a: { number } })).toEqual(['/a/number is an integer beyond ±(2^53−1)']);
  });

  it('are looked at inside arrays too', () => {
    expect(limitProblems({ list: [1, 2 ** 53] })).toEqual(['/list/1 is an integer beyond ±(2^53−1)']);
  });
});

describe('keys', () => {
  describe.each(['__proto__', 'constructor', 'prototype'])('%s', (key) => {
    test.each([
      ['at the root', `{"${key}":1}`, ''],
      ['inside an object', `{"a":{"b":{"${key}":{}}}}`, '/a/b'],
      ['inside an array', `{"a":[{"${key}":null}]}`, '/a/0'],
    ])('is refused %s', (_where, text, pointer) => {
      expect(limitProblems(JSON.parse(text))).toEqual([`${pointer} has a key that is not allowed (${key})`]);
    });
  });

  it('that only resemble them pass', () => {
    expect(limitProblems({ proto: 1, Constructor: 2, __proto: 3 })).toEqual([]);
  });
});

describe('size', () => {
  // {"t":"…"} is 8 bytes around the text.
  test.each([
    [64 * 1024 - 8, []],
    [64 * 1024 - 7, ['larger than 65536 bytes of JSON']],
  ])('a text of %i bytes', (length, problems) => {
    expect(limitProblems({ t: 'x'.repeat(length) })).toEqual(problems);
  });

  it('is counted in bytes of UTF-8, not in characters', () => {
    expect(limitProblems({ t: 'é'.repeat(32 * 1024) })).toEqual(['larger than 65536 bytes of JSON']);
  });
});

it('names at most five problems, sorted, so that the message is stable', () => {
  const many = Object.fromEntries(Array.from({ length: 20 }, (_, index) => [`k${index}`, 2 ** 60]));
  const problems = limitProblems(many);
  expect(problems).toHaveLength(5);
  expect(problems).toEqual([...problems].sort());
});

describe('pointers', () => {
  const shared = (letters: number, values: number): JsonObject => ({
    ['k'.repeat(letters)]: Object.fromEntries(Array.from({ length: values }, (_, at) => [`a${at}`, 0])),
  });

  it('that a long shared name makes larger than any status are refused', () => {
    const [problem, ...rest] = limitProblems(shared(32_000, 3_000));
    expect(problem).toMatch(/^the pointers to its values come to more than 131072 bytes/);
    expect(rest).toEqual([]);
  });

  it('of a thousand values with names of people are allowed', () => {
    expect(limitProblems(shared(40, 1_000))).toEqual([]);
  });

  it('are as long as those that are kept', () => {
    const root = shared(1_000, 120);
    const kept = ownedPointers(root).reduce((sum, pointer) => sum + Buffer.byteLength(pointer), 0);
    expect(kept).toBeLessThan(128 * 1024);
    expect(limitProblems(root)).toEqual([]);
    expect(limitProblems(shared(1_000, 140))).toHaveLength(1);
  });
});
