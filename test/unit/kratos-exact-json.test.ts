import { describe, expect, it, test } from 'vitest';
import { exactJson } from '../../src/kratos/exact-json.ts';
import { isObject } from '../../src/model/json.ts';
import { leavesOf } from '../../src/model/pointer.ts';

describe('a number that JavaScript cannot hold', () => {
  it.each([
    '9007199254740993',
    '-12345678901234567890',
    '0.12345678901234567890',
    '1.0000000000000001',
    '1e400',
    '4.9e-400',
    '100e-2000',
  ])('%s stays as it was written', (number) => {
    const text = `{"traits":{"n":${number},"list":[${number}]}}`;
    expect(JSON.stringify(exactJson(text))).toBe(text);
  });

  it('has nothing inside, and is a leaf', () => {
    const value = exactJson('{"n":9007199254740993}');
    if (!isObject(value)) throw new Error('no object');
    expect(isObject(value.n)).toBe(false);
    expect(leavesOf(value).map(({ path }) => path)).toEqual([['n']]);
  });
});

describe('everything else', () => {
  test.each([
    '{"a":1,"b":[true,null,"x"],"c":1.5}',
    '{"phone":"4915112345678901234567890"}',
    '"12345678901234567890"',
    '9007199254740991',
    '0.1000000000000000',
    '1000000000000000000000',
    '1.0',
    '1e21',
  ])('is what JSON.parse makes of it: %s', (text) => {
    expect(exactJson(text)).toEqual(JSON.parse(text));
  });

  it('is no prototype, whatever its name', () => {
    const value = exactJson('{"__proto__":{"admin":9007199254740993}}');
    expect(Object.getPrototypeOf(value)).toBe(Object.prototype);
    expect(Object.hasOwn(value as object, '__proto__')).toBe(true);
  });

  it('is refused where it is no JSON', () => {
    expect(() => exactJson('{"a":9007199254740993')).toThrow(SyntaxError);
  });
});
