import { describe, expect, it, test } from 'vitest';
import type { JsonObject } from '../../src/model/json.ts';
import { fromPointer, leavesOf, ownedPointers, toPointer, valueAt } from '../../src/model/pointer.ts';

describe('JSON pointers (RFC 6901)', () => {
  test.each([
    [[], ''],
    [[''], '/'],
    [['a', 'b'], '/a/b'],
    [['a/b', 'c~d'], '/a~1b/c~0d'],
    [['~1', '/0'], '/~01/~10'],
    [['__proto__'], '/__proto__'],
  ])('of %j is %j, and back', (path, pointer) => {
    expect(toPointer(path)).toBe(pointer);
    expect(fromPointer(pointer)).toEqual(path);
  });
});

describe('the value at a path', () => {
  const root: JsonObject = { a: { b: [1], none: null }, s: 'text' };

  test.each([
    [[], root],
    [['a', 'b'], [1]],
    [['a', 'none'], null],
    [['a', 'x'], undefined],
    [['s', 'length'], undefined],
    [['a', 'b', '0'], undefined],
    [['toString'], undefined],
    [['__proto__'], undefined],
  ])('%j', (path, value) => {
    expect(valueAt(root, path)).toEqual(value);
  });

  it('sees an own member that is called __proto__', () => {
    expect(valueAt(JSON.parse('{"__proto__":{"x":1}}'), ['__proto__', 'x'])).toBe(1);
  });
});

describe('leaves', () => {
  test.each<[JsonObject, string[]]>([
    [{}, []],
    [{ a: 1, b: null, c: 'x', d: false }, ['/a', '/b', '/c', '/d']],
    [{ list: [{ deep: 1 }], none: [] }, ['/list', '/none']],
    [{ outer: { inner: {} } }, ['/outer/inner']],
    [{ 'a/b': { '~': 1 } }, ['/a~1b/~0']],
  ])('of %j are %j, sorted', (root, pointers) => {
    expect(ownedPointers(root)).toEqual(pointers);
  });

  it('are found at any depth without recursion', () => {
    let root: JsonObject = { end: 1 };
    for (let level = 0; level < 2_000; level += 1) root = { n: root };
    expect(leavesOf(root)).toHaveLength(1);
  });

  it('of nothing declared are none', () => {
    expect(ownedPointers(undefined)).toEqual([]);
  });
});
