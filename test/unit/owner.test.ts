import { createHash } from 'node:crypto';
import { describe, expect, it, test } from 'vitest';
import type { JsonValue } from '../../src/model/json.ts';
import { MARKER_KEY, markerJson, markerOf, ownerKey, ownershipOf } from '../../src/model/owner.ts';
import { identity, marked, marker, OWNER_KEY, resource } from './build.ts';

describe('the owner key', () => {
  it('is k8s: and the first 40 hex digits of SHA-256 over owner id, namespace and name', () => {
    const digest = createHash('sha256').update('cluster-a/team/ada').digest('hex');
    expect(ownerKey('cluster-a', 'team', 'ada')).toBe(`k8s:${digest.slice(0, 40)}`);
    expect(ownerKey('cluster-a', 'team', 'ada')).toBe(OWNER_KEY);
    expect(OWNER_KEY).toHaveLength(44);
  });

  it('differs by owner id, namespace and name', () => {
    const keys = [
      ownerKey('a', 'b', 'c'),
      ownerKey('x', 'b', 'c'),
      ownerKey('a', 'x', 'c'),
      ownerKey('a', 'b', 'x'),
    ];
    expect(new Set(keys).size).toBe(4);
  });
});

describe('the marker', () => {
  it('is read as it was written', () => {
    const written = marker({ traits: ['/a~1b', '/c'], public: ['/p'], admin: ['/q'] });
    expect(markerOf(identity(marked(written)))).toEqual(written);
    const deactivated = marker({ deactivated: true });
    expect(markerOf(identity(marked(deactivated)))).toEqual(deactivated);
  });

  it('says nothing of deactivation while there is none', () => {
    expect(Object.keys(markerJson(marker()))).toEqual([
      'owner',
      'namespace',
      'name',
      'uid',
      'traits',
      'public',
      'admin',
    ]);
  });

  test.each<[string, JsonValue]>([
    ['null', null],
    ['a string', 'cluster-a'],
    ['a list', []],
    ['an empty object', {}],
    ['without uid', { owner: 'cluster-a', namespace: 'team', name: 'ada' }],
    ['with a number for a name', { owner: 'cluster-a', namespace: 'team', name: 1, uid: 'uid-1' }],
  ])('that is %s is garbage: somebody’s, and never ours', (_name, value) => {
    const held = identity({ metadataAdmin: { [MARKER_KEY]: value } });
    expect(markerOf(held)).toBeUndefined();
    expect(ownershipOf(held, resource().value, 'cluster-a')).toBe('foreign');
  });

  it('with garbage for lists owns nothing there', () => {
    const raw = { ...markerJson(marker()), traits: 'x', public: [1, '/a', null], admin: {} };
    const read = markerOf(identity({ metadataAdmin: { [MARKER_KEY]: raw } }));
    expect(read).toMatchObject({ traits: [], public: ['/a'], admin: [] });
  });

  test.each([null, undefined, 'text', {}, { other: 1 }, [MARKER_KEY]])('is not in %j', (metadataAdmin) => {
    expect(ownershipOf(identity({ metadataAdmin }), resource().value, 'cluster-a')).toBe('unmarked');
  });
});

describe('ownership', () => {
  test.each([
    ['the same in all', {}, 'mine'],
    ['our uid under another owner id: the owner id was changed', { owner: 'cluster-old' }, 'mine'],
    ['our uid under another name', { name: 'bob' }, 'mine'],
    ['another uid, otherwise the same', { uid: 'uid-0' }, 'predecessor'],
    ['another uid and owner', { uid: 'uid-0', owner: 'cluster-b' }, 'foreign'],
    ['another uid and namespace', { uid: 'uid-0', namespace: 'x' }, 'foreign'],
    ['another uid and name', { uid: 'uid-0', name: 'bob' }, 'foreign'],
  ] as const)('%s', (_name, change, ownership) => {
    expect(ownershipOf(identity(marked(change)), resource().value, 'cluster-a')).toBe(ownership);
  });
});
