import { describe, expect, it } from 'vitest';
import { readDocument } from '../../src/cli/document.ts';
import { yamlText } from '../../src/cli/structured.ts';

function read(text: string | Uint8Array): Promise<unknown> {
  const bytes = typeof text === 'string' ? new TextEncoder().encode(text) : text;
  return readDocument('-', () => Promise.resolve(bytes));
}

const BOMB = [
  'a: &a [x,x,x,x,x,x,x,x,x]',
  ...'bcdefgh'.split('').map((key, at) => {
    const before = `*${'abcdefg'[at]}`;
    return `${key}: &${key} [${Array(9).fill(before).join(',')}]`;
  }),
].join('\n');

describe('a document', () => {
  it.each([
    ['JSON', '{"traits": {"a": [1, 1.5, true, null, "x"]}}'],
    ['YAML', 'traits:\n  a: [1, 1.5, true, null, x]\n'],
    ['JSON with a byte order mark', '\ufeff{"traits": {"a": [1, 1.5, true, null, "x"]}}'],
    ['YAML with an alias', 'x: &x [1, 1.5, true, null, x]\ntraits: {a: *x}\n'],
  ])('is read from %s', async (_, text) => {
    expect(await read(text)).toMatchObject({ traits: { a: [1, 1.5, true, null, 'x'] } });
  });

  it('is YAML of the core schema: words and dates are texts', async () => {
    expect(await read('a: yes\nb: 2026-01-01\nc: 0o17\nd: 017\ne: 1_000\n')).toEqual({
      a: 'yes',
      b: '2026-01-01',
      c: 15,
      d: 17,
      e: '1_000',
    });
  });

  it.each(['{"__proto__": {"a": 1}}', '__proto__: {a: 1}'])('keeps the key of %s', async (text) => {
    const value = await read(text);
    expect(Object.keys(value as object)).toEqual(['__proto__']);
    expect(Object.getPrototypeOf(value)).toBe(Object.prototype);
    expect(JSON.stringify(value)).toBe('{"__proto__":{"a":1}}');
  });

  it('keeps integers that can be held exactly', async () => {
    expect(await read('[9007199254740991, -9007199254740991]')).toEqual([
      9007199254740991, -9007199254740991,
    ]);
  });

  it.each([
    ['nothing', '', /is empty/],
    ['blanks', ' \n\n', /is empty/],
    ['a huge integer in JSON', '{"a": [{"b/c": 9007199254740993}]}', /\/a\/0\/b~1c is an integer beyond/],
    ['a huge integer in YAML', 'a: 12345678901234567890', /\/a is an integer beyond/],
    ['a huge negative integer', '[-9007199254740992]', /\/0 is an integer beyond/],
    ['a number too large to hold', '{"a": 1e999}', /\/a is no number that JSON can hold/],
    ['infinity', 'a: .inf', /\/a is no number/],
    ['what is no number', 'a: .nan', /\/a is no number/],
    ['two documents', 'a: 1\n---\nb: 2\n', /:2:1: neither JSON nor YAML/],
    ['a key twice', 'a: 1\na: 2\n', /:2:1: neither JSON nor YAML: Map keys must be unique/],
    ['a tag without a meaning', 'a: !secret x\n', /:1:4: neither JSON nor YAML/],
    ['a key that is a list', '? [a]\n: 1\n', /neither JSON nor YAML/],
    ['broken JSON', '{"a": 1,\n "b": }x', /^standard input:2:\d+: neither JSON nor YAML/],
    ['a bomb of aliases', BOMB, /anchors and aliases that come to too much/],
    ['an anchor inside itself', 'a: &a [*a]\n', /./],
    ['deep JSON', `${'['.repeat(200)}${']'.repeat(200)}`, /nested deeper than 100 levels/],
    ['very deep JSON', `${'['.repeat(100_000)}${']'.repeat(100_000)}`, /nested deeper than 100 levels/],
    ['very deep YAML', `${'[a,'.repeat(20_000)}`, /./],
    ['bytes that are no text', new Uint8Array([0x22, 0xff, 0x22]), /is not UTF-8 text/],
  ])('is refused with %s', async (_, text, told) => {
    await expect(read(text)).rejects.toMatchObject({
      name: 'UsageError',
      problems: [expect.stringMatching(told)],
    });
  });

  it('is not quoted when it cannot be read', async () => {
    const error: Error = await read('a: "s3cret" s3cret\n').then(
      () => new Error('it was read'),
      (thrown) => thrown,
    );
    expect(error.message).toMatch(/^standard input:1:\d+: neither JSON nor YAML/);
    expect(error.message).not.toContain('s3cret');
  });
});

describe('YAML of an answer', () => {
  it.each([
    [
      'texts that older readers take for something else',
      { a: 'yes', b: '1', c: '2026-01-01', d: 'null', e: '~', f: '012' },
    ],
    ['long and broken texts', { a: 'x '.repeat(300), b: 'one\ntwo\n', c: ' x ', d: '', e: '# no', f: '*a' }],
    ['control characters in values and keys', { 'k\u001b\u202e': 'v\u009b\u007f\u2028' }],
    ['format characters alone', { a: 'v\u202e', 'k\u2066': 1 }],
    ['the same thing twice', { a: [1], b: [1] }],
    ['user keys', JSON.parse('{"__proto__": {"constructor": 1}}')],
    ['nothing', []],
  ])('says %s as it is', async (_, value) => {
    const text = await yamlText(value);
    expect(text.replaceAll('\n', '')).not.toMatch(/[\p{Cc}\p{Cf}]/u);
    expect(JSON.stringify(await read(text))).toBe(JSON.stringify(value));
  });
});
