import { describe, expect, it, test } from 'vitest';
import type { Edit } from '../../src/model/identity.ts';
import type { JsonObject, JsonValue } from '../../src/model/json.ts';
import { mergeEdits } from '../../src/model/merge.ts';

const set = (path: string[], value: JsonValue): Edit => ({ op: 'set', path, value });
const remove = (...path: string[]): Edit => ({ op: 'remove', path });

interface Case {
  readonly declared?: JsonObject;
  readonly actual?: JsonValue;
  readonly owned?: string[];
  readonly edits: Edit[];
}

const PROTO: JsonObject = JSON.parse('{"__proto__":{"x":1},"a":1}');

const TABLES: Record<string, Record<string, Case>> = {
  'declared fields are enforced': {
    'nothing to do': { declared: { a: 1 }, actual: { a: 1 }, owned: ['/a'], edits: [] },
    'another value': { declared: { a: 1 }, actual: { a: 2 }, edits: [set(['a'], 1)] },
    'no value': { declared: { a: 1 }, actual: { b: 2 }, edits: [set(['a'], 1)] },
    'null is a value': { declared: { a: null }, actual: {}, edits: [set(['a'], null)] },
    'null is held': { declared: { a: null }, actual: { a: null }, edits: [] },
    'a number is not its text': { declared: { a: 1 }, actual: { a: '1' }, edits: [set(['a'], 1)] },
    'only the leaf that differs': {
      declared: { name: { first: 'A', last: 'B' } },
      actual: { name: { first: 'A', last: 'x' } },
      edits: [set(['name', 'last'], 'B')],
    },
    'in the order of their pointers': {
      declared: { b: 1, a: 2 },
      actual: {},
      edits: [set(['a'], 2), set(['b'], 1)],
    },
  },
  'fields never declared are left alone': {
    'beside declared ones': { declared: { a: 1 }, actual: { a: 1, b: 2 }, owned: ['/a'], edits: [] },
    'inside a declared object': {
      declared: { name: { first: 'A' } },
      actual: { name: { first: 'A', nick: 'x' } },
      owned: ['/name/first'],
      edits: [],
    },
    'when nothing is declared': { actual: { x: 1 }, edits: [] },
  },
  'a field no longer declared is removed': {
    plainly: { declared: { a: 1 }, actual: { a: 1, b: 2 }, owned: ['/a', '/b'], edits: [remove('b')] },
    'whatever it holds by now': {
      declared: {},
      actual: { b: 'drifted' },
      owned: ['/b'],
      edits: [remove('b')],
    },
    'but not twice': { declared: {}, actual: {}, owned: ['/b'], edits: [] },
    'when the whole field is no longer declared': { actual: { b: 2 }, owned: ['/b'], edits: [remove('b')] },
    'but not what others filled in its place': {
      declared: {},
      actual: { b: { theirs: 1 } },
      owned: ['/b'],
      edits: [],
    },
    'but not where a parent is no object any more': {
      declared: {},
      actual: { a: 'x' },
      owned: ['/a/b'],
      edits: [],
    },
    'but never the root': { declared: {}, actual: {}, owned: [''], edits: [] },
    'and never what is only inherited': { declared: {}, actual: {}, owned: ['/toString'], edits: [] },
  },
  'a parent emptied by our own removal goes too': {
    'one level': { declared: {}, actual: { n: { f: 1 } }, owned: ['/n/f'], edits: [remove('n')] },
    'all levels': { declared: {}, actual: { a: { b: { c: 1 } } }, owned: ['/a/b/c'], edits: [remove('a')] },
    'emptied by two removals, once': {
      declared: {},
      actual: { n: { f: 1, l: 2 } },
      owned: ['/n/f', '/n/l'],
      edits: [remove('n')],
    },
    'not while others have something there': {
      declared: {},
      actual: { n: { f: 1, theirs: 2 } },
      owned: ['/n/f'],
      edits: [remove('n', 'f')],
    },
    'not while others have an empty object there': {
      declared: {},
      actual: { n: { f: 1, theirs: {} } },
      owned: ['/n/f'],
      edits: [remove('n', 'f')],
    },
    'not while we declare something there': {
      declared: { n: { l: 2 } },
      actual: { n: { f: 1, l: 2 } },
      owned: ['/n/f', '/n/l'],
      edits: [remove('n', 'f')],
    },
    'not while the object itself is declared': {
      declared: { n: {} },
      actual: { n: { f: 1 } },
      owned: ['/n/f'],
      edits: [remove('n', 'f')],
    },
  },
  'an ancestor that is no object gets the whole declared object': {
    absent: {
      declared: { n: { f: 'A', g: { h: 1 } } },
      actual: {},
      edits: [set(['n'], { f: 'A', g: { h: 1 } })],
    },
    null: { declared: { n: { f: 'A' } }, actual: { n: null }, edits: [set(['n'], { f: 'A' })] },
    'a text': { declared: { n: { f: 'A' } }, actual: { n: 'x' }, edits: [set(['n'], { f: 'A' })] },
    'an array': { declared: { n: { f: 'A' } }, actual: { n: [1] }, edits: [set(['n'], { f: 'A' })] },
    'the first of them': {
      declared: { a: { b: { c: 1 } } },
      actual: { a: {} },
      edits: [set(['a', 'b'], { c: 1 })],
    },
    'the root': { declared: { a: 1 }, actual: null, edits: [set([], { a: 1 })] },
    'the root that is not there': { declared: { a: 1, b: 2 }, edits: [set([], { a: 1, b: 2 })] },
  },
  'an array is one value': {
    'the same': { declared: { r: [1, { a: 2 }] }, actual: { r: [1, { a: 2 }] }, edits: [] },
    'another order': { declared: { r: [1, 2] }, actual: { r: [2, 1] }, edits: [set(['r'], [1, 2])] },
    'a member more': { declared: { r: [1] }, actual: { r: [1, 2] }, edits: [set(['r'], [1])] },
    'no longer declared': { declared: {}, actual: { r: [1, 2] }, owned: ['/r'], edits: [remove('r')] },
  },
  'an empty object declares an object whose members are others’': {
    'with members': { declared: { p: {} }, actual: { p: { theirs: 1 } }, owned: ['/p'], edits: [] },
    absent: { declared: { p: {} }, actual: {}, edits: [set(['p'], {})] },
    null: { declared: { p: {} }, actual: { p: null }, edits: [set(['p'], {})] },
    'no longer declared, still empty': {
      declared: {},
      actual: { p: {} },
      owned: ['/p'],
      edits: [remove('p')],
    },
  },
  'a leaf may become an object, and the other way round': {
    'scalar to object': {
      declared: { a: { b: 1 } },
      actual: { a: 1 },
      owned: ['/a'],
      edits: [set(['a'], { b: 1 })],
    },
    'object to scalar': {
      declared: { a: 1 },
      actual: { a: { b: 1 } },
      owned: ['/a/b'],
      edits: [set(['a'], 1)],
    },
    'object to empty object': {
      declared: { a: {} },
      actual: { a: { b: 1 } },
      owned: ['/a/b'],
      edits: [remove('a', 'b')],
    },
  },
  'keys of any spelling': {
    'are set': { declared: { 'a/b': { '~': 1 } }, actual: { 'a/b': {} }, edits: [set(['a/b', '~'], 1)] },
    'are removed': { declared: {}, actual: { 'a/b~c': 1 }, owned: ['/a~1b~0c'], edits: [remove('a/b~c')] },
    'of no letters': { declared: { '': 1 }, actual: { '': 2 }, edits: [set([''], 1)] },
    'like __proto__ in what Kratos holds are left alone': {
      declared: { a: 2 },
      actual: PROTO,
      owned: ['/a'],
      edits: [set(['a'], 2)],
    },
    'like constructor are absent where only inherited': {
      declared: { constructor: { x: 1 } } as unknown as JsonObject,
      actual: {},
      edits: [set(['constructor'], { x: 1 })],
    },
  },
};

describe.each(Object.entries(TABLES))('%s', (_rule, cases) => {
  test.each(Object.entries(cases))('%s', (_name, { declared, actual, owned = [], edits }) => {
    expect(mergeEdits(declared, actual, owned)).toEqual(edits);
  });
});

it('lets a value pass that the server keeps in another form', () => {
  const accepts = (leaf: { path: readonly string[] }, actual: JsonValue | undefined) =>
    leaf.path.join() === 'a' && actual === 'normalised';
  expect(mergeEdits({ a: 'Sent', b: 'Sent' }, { a: 'normalised', b: 'normalised' }, [], accepts)).toEqual([
    set(['b'], 'Sent'),
  ]);
  expect(mergeEdits({ a: 'Sent' }, { a: 'drifted' }, [], accepts)).toEqual([set(['a'], 'Sent')]);
});
