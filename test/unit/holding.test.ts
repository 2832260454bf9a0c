import { describe, expect, test } from 'vitest';
import { holdingOf } from '../../src/model/holding.ts';
import type { IdentityView } from '../../src/model/world.ts';
import { identity, marked, world } from './build.ts';

const MINE = identity();
const RENAMED_OWNER = identity(marked({ owner: 'cluster-old' }));
const PREDECESSOR = identity(marked({ uid: 'uid-0' }));
const FOREIGN = identity(marked({ uid: 'uid-0', name: 'bob' }));
const UNMARKED = identity({ metadataAdmin: null });

describe('whose an identity is', () => {
  test.each([
    ['read by our id, our marker', { kind: 'known', identity: MINE }, 'ours'],
    ['read by our id, our uid under a former owner id', { kind: 'known', identity: RENAMED_OWNER }, 'ours'],
    [
      'read by our id, a predecessor’s uid: the resource lost it',
      { kind: 'known', identity: PREDECESSOR },
      'notOurs',
    ],
    ['read by our id, another’s marker', { kind: 'known', identity: FOREIGN }, 'notOurs'],
    ['read by our id, no marker: it was wiped', { kind: 'known', identity: UNMARKED }, 'ours'],
    ['found, our marker', { kind: 'found', identity: MINE, recorded: false }, 'ours'],
    ['found, a former owner id', { kind: 'found', identity: RENAMED_OWNER, recorded: false }, 'ours'],
    ['found, a predecessor’s marker', { kind: 'found', identity: PREDECESSOR, recorded: false }, 'heirloom'],
    ['found, another’s marker', { kind: 'found', identity: FOREIGN, recorded: false }, 'notOurs'],
    ['found by a key, no marker', { kind: 'found', identity: UNMARKED, recorded: false }, 'notOurs'],
    [
      'found by the record of our create, no marker',
      { kind: 'found', identity: UNMARKED, recorded: true },
      'ours',
    ],
    [
      'found by the record, but another’s marker',
      { kind: 'found', identity: FOREIGN, recorded: true },
      'notOurs',
    ],
    ['nothing read', { kind: 'unread' }, 'none'],
    ['gone', { kind: 'gone' }, 'none'],
    ['not found', { kind: 'notFound', at: 0 }, 'none'],
  ] satisfies [string, IdentityView, string][])('%s', (_name, view, kind) => {
    expect(holdingOf(world({ identity: view })).kind).toBe(kind);
  });
});
