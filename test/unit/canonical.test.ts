import { describe, expect, it, test } from 'vitest';
import { canonical, sameJson, sha256 } from '../../src/model/canonical.ts';
import type { JsonValue } from '../../src/model/json.ts';

describe('the canonical text', () => {
  test.each<[JsonValue, string]>([
    [null, 'null'],
    ['a"b', '"a\\"b"'],
    [[3, 1, 2], '[3,1,2]'],
    [{ b: 1, a: { d: [], c: {} } }, '{"a":{"c":{},"d":[]},"b":1}'],
    [{ 10: 'x', 9: 'y' }, '{"10":"x","9":"y"}'],
  ])('of %j is %s', (value, text) => {
    expect(canonical(value)).toBe(text);
  });

  it('keeps a key named __proto__', () => {
    expect(canonical(JSON.parse('{"b":1,"__proto__":2}'))).toBe('{"__proto__":2,"b":1}');
  });
});

describe('the same JSON', () => {
  test.each<[JsonValue | undefined, JsonValue | undefined, boolean]>([
    [{ a: 1, b: 2 }, { b: 2, a: 1 }, true],
    [[1, 2], [2, 1], false],
    ['1', 1, false],
    [null, undefined, false],
    [undefined, undefined, true],
    [{}, [], false],
    [0, false, false],
    [{ a: null }, {}, false],
  ])('%j and %j: %s', (a, b, same) => {
    expect(sameJson(a, b)).toBe(same);
    expect(sameJson(b, a)).toBe(same);
  });
});

it('SHA-256 is in lower-case hex', () => {
  expect(sha256('')).toBe('e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855');
});

test('values nested deeper than the stack can be compared', () => {
  const deep = (depth: number, core: string) => {
    let value: JsonValue = core;
    for (let level = 0; level < depth; level += 1) value = level % 2 === 0 ? [value] : { in: value };
    return value;
  };
  expect(sameJson(deep(100_000, 'x'), deep(100_000, 'x'))).toBe(true);
  expect(sameJson(deep(100_000, 'x'), deep(100_000, 'y'))).toBe(false);
});
