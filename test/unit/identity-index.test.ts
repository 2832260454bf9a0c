import { describe, expect, it } from 'vitest';
import { createDigest } from '../../src/model/change.ts';
import type { Identity } from '../../src/model/identity.ts';
import type { JsonObject } from '../../src/model/json.ts';
import { IdentityIndex } from '../../src/reconcile/identity-index.ts';
import { DrivenClock, settle } from '../sim/clock.ts';
import { bareIdentity, identity, METADATA, marked, OWNER_KEY } from './build.ts';

const DIGEST = createDigest('person', { email: 'ada@example.org' });

/** A list of two pages; the second comes when the test says so. */
class Lists {
  readonly clock = new DrivenClock();
  readonly index: IdentityIndex;
  pages: Identity[][] = [[]];
  walks = 0;
  fails = false;
  hold: Promise<void> = Promise.resolve();

  constructor() {
    this.index = new IdentityIndex({ listIdentities: () => this.#list() }, this.clock);
  }

  async *#list() {
    this.walks += 1;
    for (const page of this.pages) {
      yield page;
      await this.hold;
      if (this.fails) throw new Error('list');
    }
  }

  byOwner(notBefore = 0, uid = 'uid-1') {
    return this.index.byOwner(METADATA, OWNER_KEY, uid, notBefore);
  }

  byDigest(notBefore = 0) {
    return this.index.byDigest(METADATA, DIGEST, notBefore);
  }
}

function held(): { hold: Promise<void>; goOn: () => void } {
  let goOn = () => {};
  const hold = new Promise<void>((resolve) => {
    goOn = resolve;
  });
  return { hold, goOn };
}

describe('the index', () => {
  it('walks when it is first needed, once for all', async () => {
    const lists = new Lists();
    expect(lists.walks).toBe(0);
    lists.pages = [[identity()], [bareIdentity({ id: 'id-2' })]];
    const [owned, equal] = await Promise.all([lists.byOwner(), lists.byDigest()]);
    expect(owned).toEqual(['id-1']);
    expect(equal).toEqual(['id-2']);
    await lists.byOwner();
    expect(lists.walks).toBe(1);
  });

  it('finds by the uid in the marker, too', async () => {
    const lists = new Lists();
    lists.pages = [
      [
        identity({ id: 'old', ...marked({ owner: 'cluster-old' }) }),
        identity({ id: 'other', ...marked({ uid: 'uid-9', name: 'x' }) }),
      ],
    ];
    expect(await lists.byOwner()).toEqual(['old']);
  });

  it('names an identity once, by whatever it is found', async () => {
    const lists = new Lists();
    lists.pages = [[identity()], [identity()]];
    expect(await lists.byOwner()).toEqual(['id-1']);
  });

  it('knows an unmarked identity by its traits, with its schema and without', async () => {
    const lists = new Lists();
    lists.pages = [[bareIdentity()]];
    expect(await lists.byDigest()).toEqual(['id-1']);
    const without = createDigest(undefined, { email: 'ada@example.org' });
    expect(await lists.index.byDigest(METADATA, without, 0)).toEqual(['id-1']);
  });

  it('never takes a marked identity for its equal', async () => {
    const lists = new Lists();
    lists.pages = [[identity()]];
    expect(await lists.byDigest()).toEqual([]);
  });

  it('does not choke on what lies beyond our limits', async () => {
    const lists = new Lists();
    const deep: JsonObject = JSON.parse(`${'{"n":'.repeat(5_000)}1${'}'.repeat(5_000)}`);
    lists.pages = [[bareIdentity({ id: 'deep', traits: deep }), bareIdentity()]];
    expect(await lists.byDigest()).toEqual(['id-1']);
  });
});

describe('a walk', () => {
  it('serves whoever asks for one that began late enough', async () => {
    const lists = new Lists();
    await lists.clock.advance(5_000);
    await lists.byOwner();
    await lists.byOwner(5_000);
    expect(lists.walks).toBe(1);
  });

  it('is made again for whoever needs a later one, once for all of them', async () => {
    const lists = new Lists();
    await lists.byOwner();
    await lists.clock.advance(5_000);
    lists.pages = [[identity()]];
    expect(await Promise.all([lists.byOwner(4_000), lists.byOwner(5_000)])).toEqual([['id-1'], ['id-1']]);
    expect(lists.walks).toBe(2);
  });

  it('under way that began too early is waited for and followed by another', async () => {
    const lists = new Lists();
    const { hold, goOn } = held();
    lists.hold = hold;
    const early = lists.byOwner();
    await lists.clock.advance(5_000);
    lists.pages = [[identity()]];
    const late = lists.byOwner(5_000);
    await settle();
    expect(lists.walks).toBe(1);
    goOn();
    expect(await early).toEqual([]);
    expect(await late).toEqual(['id-1']);
    expect(lists.walks).toBe(2);
  });

  it('that fails is told to all that wait, and made again for the next', async () => {
    const lists = new Lists();
    lists.fails = true;
    const both = await Promise.allSettled([lists.byOwner(), lists.byDigest()]);
    expect(both.map(({ status }) => status)).toEqual(['rejected', 'rejected']);
    lists.fails = false;
    lists.pages = [[identity()]];
    expect(await lists.byOwner()).toEqual(['id-1']);
    expect(lists.walks).toBe(2);
  });
});

describe('our own effects', () => {
  it('are in the index without another walk', async () => {
    const lists = new Lists();
    lists.pages = [[bareIdentity({ id: 'id-2' })]];
    await lists.byOwner();
    lists.index.note(identity());
    lists.index.note(bareIdentity({ id: 'id-2', traits: { email: 'x@example.org' } }));
    expect(await lists.byOwner()).toEqual(['id-1']);
    expect(await lists.byDigest()).toEqual([]);
    lists.index.drop('id-1');
    expect(await lists.byOwner()).toEqual([]);
    expect(lists.walks).toBe(1);
  });

  it('that happen during a walk are not lost to what it saw before', async () => {
    const lists = new Lists();
    const { hold, goOn } = held();
    lists.hold = hold;
    lists.pages = [[identity({ id: 'gone' })], []];
    const owned = lists.byOwner();
    await settle();
    lists.index.drop('gone');
    lists.index.note(identity({ id: 'new' }));
    goOn();
    expect(await owned).toEqual(['new']);
  });
});

describe('a claim', () => {
  it('reserves an identity for one resource', () => {
    const { index } = new Lists();
    expect(index.claim('id-1', 'uid-1')).toBe(true);
    expect(index.claim('id-1', 'uid-2')).toBe(false);
    expect(index.claim('id-1', 'uid-1')).toBe(true);
    expect(index.claim('id-2', 'uid-2')).toBe(true);
  });

  it('ends with the identity', () => {
    const { index } = new Lists();
    index.claim('id-1', 'uid-1');
    index.drop('id-1');
    expect(index.claim('id-1', 'uid-2')).toBe(true);
  });
});
