import { describe, expect, it } from 'vitest';
import { Sensitive } from '../../src/model/sensitive.ts';
import { Memory } from '../../src/reconcile/memory.ts';
import { resource } from './build.ts';

const version = (resourceVersion: string, uid = 'uid-1') => resource().with({ resourceVersion, uid }).value;

describe('the newest resource', () => {
  it('is the cached one where we wrote nothing', () => {
    const memory = new Memory();
    const cached = version('1');
    expect(memory.newest(cached)).toBe(cached);
  });

  it('is our own answer while the cache shows what we wrote over', () => {
    const memory = new Memory();
    memory.supersede(version('1'), version('2'));
    memory.supersede(version('2'), version('3'));
    for (const stale of ['1', '2']) expect(memory.newest(version(stale)).metadata.resourceVersion).toBe('3');
  });

  it('is the cached one again as soon as that is anything else: versions are opaque', () => {
    const memory = new Memory();
    memory.supersede(version('9'), version('1'));
    expect(memory.newest(version('5')).metadata.resourceVersion).toBe('5');
    expect(memory.newest(version('9')).metadata.resourceVersion).toBe('9');
  });

  it('is no older for a write that changed nothing', () => {
    const memory = new Memory();
    const cached = version('1');
    memory.supersede(version('1'), version('1'));
    expect(memory.newest(cached)).toBe(cached);
  });

  it('is told apart by uid', () => {
    const memory = new Memory();
    memory.supersede(version('1'), version('2'));
    const other = version('1', 'uid-2');
    expect(memory.newest(other)).toBe(other);
  });
});

describe('what was learned', () => {
  it('stays until a status write has carried it; what status cannot hold stays longer', () => {
    const memory = new Memory();
    const minted = {
      requestId: 'one',
      identityId: 'id-1',
      method: 'Link',
      output: 'Secret',
      link: new Sensitive('x'),
      code: undefined,
      expiresAt: 0,
    } as const;
    const lasting = {
      unknownCreate: { generation: 1 },
      conflicts: { generation: 1, count: 1 },
      patchRefusals: { generation: 1, count: 1 },
      mintAttempts: { requestId: 'one', count: 1 },
      minted,
      troubledSince: 5,
      normalised: { 'traits/a': { sent: 'A', got: 'a' } },
    };
    memory.learn('uid-1', {
      ...lasting,
      identityId: 'id-1',
      created: true,
      sessionsEnded: true,
      recovery: { requestId: 'one', state: 'Issued' },
    });
    memory.carried('uid-1');
    expect(memory.learned('uid-1')).toEqual(lasting);
  });

  it('goes with the resource', () => {
    const memory = new Memory();
    memory.learn('uid-1', { identityId: 'id-1' });
    memory.markUnknown('uid-1', { firstAnswer: 1 });
    memory.supersede(version('1'), version('2'));
    memory.forget('uid-1');
    expect(memory.learned('uid-1')).toEqual({});
    expect(memory.unknownSince('uid-1')).toBeUndefined();
    expect(memory.newest(version('1')).metadata.resourceVersion).toBe('1');
  });

  it('of a create that may still come outlives the resource, and is there where it shows up again', () => {
    const memory = new Memory();
    const unknownCreate = { generation: 1 };
    memory.learn('uid-1', { unknownCreate, conflicts: { generation: 1, count: 1 } });
    memory.markUnknown('uid-1', { firstAnswer: 1 });
    memory.forget('uid-1');
    expect(memory.learned('uid-1')).toEqual({ unknownCreate });
    memory.newest(version('1'));
    expect(memory.unknownSince('uid-1')).toEqual({ firstAnswer: 1 });
  });

  it('of creates that may still come is bounded, but for resources that are there', () => {
    const memory = new Memory();
    const unknownCreate = { generation: 1 };
    const uids = Array.from({ length: 1_002 }, (_, index) => `uid-${index}`);
    for (const uid of uids) {
      memory.learn(uid, { unknownCreate });
      memory.forget(uid);
      if (uid === 'uid-1') memory.newest(version('1', uid));
    }
    const kept = uids.filter((uid) => memory.learned(uid).unknownCreate !== undefined);
    expect(kept).toEqual(uids.slice(1));
  });

  it('of a resource never heard of is nothing', () => {
    const memory = new Memory();
    memory.carried('uid-1');
    expect(memory.learned('uid-1')).toEqual({});
  });
});
