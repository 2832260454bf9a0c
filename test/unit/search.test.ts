import { describe, expect, it } from 'vitest';
import { createDigest } from '../../src/model/change.ts';
import type { Capabilities, Identity } from '../../src/model/identity.ts';
import type { World } from '../../src/model/world.ts';
import { IdentityIndex } from '../../src/reconcile/identity-index.ts';
import type { Cache, Kratos } from '../../src/reconcile/ports.ts';
import { searchIdentity, unheldEquals } from '../../src/reconcile/search.ts';
import { DrivenClock } from '../sim/clock.ts';
import { SERVERS, SimKratos } from '../sim/kratos.ts';
import {
  bareIdentity,
  CLASSIC,
  EXTERNAL_IDS,
  identity,
  METADATA,
  marked,
  on,
  resource,
  world,
} from './build.ts';

const DIGEST = createDigest('person', { email: 'ada@example.org' });
const PROTECTED = { protection: { kind: 'read', identifiers: ['ada@example.org'] } } as const;
const PENDING = {
  resource: resource()
    .finalized()
    .withStatus({ pendingCreate: { digest: DIGEST } }).value,
};

/** A search over identities that are given; `asked` tells how it was gone about. */
class Searching {
  readonly asked: string[] = [];
  readonly clock = new DrivenClock();
  readonly kratos: SimKratos;
  readonly index: IdentityIndex;
  readonly #has: Capabilities;
  readonly #deps: Parameters<typeof searchIdentity>[0];
  holders: Record<string, string[]> = {};

  constructor(has: Capabilities, ...identities: Identity[]) {
    this.#has = has;
    this.kratos = new SimKratos(has, this.clock);
    for (const held of identities) this.kratos.identities.set(held.id, held);
    const { kratos, asked } = this;
    const port: Pick<
      Kratos,
      'getIdentity' | 'getIdentityByExternalId' | 'findByIdentifier' | 'listIdentities'
    > = {
      getIdentity: async (_has, id) => {
        asked.push(`get ${id}`);
        return kratos.get(id);
      },
      getIdentityByExternalId: async (_has, id) => {
        asked.push('external id');
        return kratos.byExternalId(id);
      },
      findByIdentifier: async (_has, value) => {
        asked.push('identifier');
        return kratos.byIdentifier(value);
      },
      async *listIdentities() {
        asked.push('walk');
        yield kratos.list();
      },
    };
    const cache: Pick<Cache, 'holders'> = { holders: (id) => this.holders[id] ?? [] };
    this.index = new IdentityIndex(port, this.clock);
    this.#deps = { kratos: port as Kratos, index: this.index, cache: cache as Cache, clock: this.clock };
  }

  for(change: Partial<World> = {}) {
    const looking = world({ resource: resource().finalized().value, ...on(this.#has), ...change });
    return searchIdentity(this.#deps, looking, this.#has);
  }

  equals() {
    return unheldEquals(this.#deps, world(on(this.#has)), this.#has, DIGEST);
  }
}

const notFound = { kind: 'notFound', at: 0 };

describe('surest first', () => {
  it('by external id, without a walk', async () => {
    const s = new Searching(EXTERNAL_IDS, identity());
    expect(await s.for(PROTECTED)).toMatchObject({
      kind: 'found',
      identity: { id: 'id-1' },
      recorded: false,
    });
    expect(s.asked).toEqual(['external id']);
  });

  it('by the owner key where the author has set another external id since', async () => {
    const s = new Searching(EXTERNAL_IDS, identity());
    const found = await s.for({ resource: resource({ externalId: 'ada' }).finalized().value });
    expect(found).toMatchObject({ kind: 'found', identity: { id: 'id-1' } });
  });

  it('by identifier, confirmed by a GET', async () => {
    const s = new Searching(METADATA, identity());
    expect(await s.for(PROTECTED)).toMatchObject({ kind: 'found' });
    expect(s.asked).toEqual(['identifier', 'get id-1']);
  });

  it('by marker, where a stranger holds the identifier and ours exists under another', async () => {
    const stranger = identity({ id: 'theirs', metadataAdmin: null, externalId: undefined });
    const ours = identity({ id: 'ours', traits: { email: 'old@example.org' }, externalId: undefined });
    const s = new Searching(METADATA, stranger, ours);
    expect(await s.for(PROTECTED)).toMatchObject({ kind: 'found', identity: { id: 'ours' } });
  });

  it('and a stranger with a key that ours needs, only where there is none', async () => {
    const s = new Searching(METADATA, identity({ metadataAdmin: null }));
    expect(await s.for(PROTECTED)).toMatchObject({ kind: 'found', recorded: false });
  });
});

describe('a walk', () => {
  it('is not made before an absence counts', async () => {
    const s = new Searching(METADATA, identity({ traits: {}, externalId: undefined }));
    expect(await s.for({ absenceCountsFrom: 1 })).toEqual(notFound);
    expect(s.asked).toEqual([]);
  });

  it('is made at once where it is to explain a 409', async () => {
    const s = new Searching(METADATA, identity({ traits: {}, externalId: undefined }));
    expect(await s.for({ absenceCountsFrom: 1, conflictToExplain: true })).toMatchObject({ kind: 'found' });
  });

  it('is made again when it began before an absence counted', async () => {
    const s = new Searching(METADATA);
    await s.for();
    s.kratos.identities.set('id-1', identity());
    await s.clock.advance(20_000);
    expect(await s.for({ absenceCountsFrom: 15_000 })).toMatchObject({ kind: 'found' });
    expect(s.asked.filter((name) => name === 'walk')).toHaveLength(2);
  });

  it('that is out of date is corrected by the GET', async () => {
    const s = new Searching(METADATA, identity());
    await s.for();
    s.kratos.identities.clear();
    expect(await s.for()).toEqual(notFound);
    s.asked.length = 0;
    expect(await s.for()).toEqual(notFound);
    expect(s.asked).toEqual([]);
  });

  it('of v0.10 shows no owners: equal ones are read one by one', async () => {
    const twin = identity({ id: 'twin', metadataAdmin: null, externalId: undefined });
    const other = identity({ id: 'other', traits: { email: 'x' } });
    const s = new Searching(SERVERS.unlisted, twin, identity(), other);
    expect(await s.for()).toMatchObject({ kind: 'found', identity: { id: 'id-1' } });
    expect(s.asked).toEqual(['walk', 'get twin', 'get id-1']);
  });
});

describe('in a deletion', () => {
  const deleting = { resource: resource().deleting().value };

  it('a stranger explains nothing', async () => {
    const s = new Searching(EXTERNAL_IDS, identity({ metadataAdmin: null }));
    expect(await s.for(deleting)).toEqual(notFound);
  });

  it('a predecessor’s identity is found', async () => {
    const s = new Searching(EXTERNAL_IDS, identity(marked({ uid: 'uid-0' })));
    expect(await s.for(deleting)).toMatchObject({ kind: 'found' });
  });
});

describe('by the record of a create', () => {
  it('an equal identity is ours', async () => {
    const s = new Searching(CLASSIC, bareIdentity());
    expect(await s.for(PENDING)).toMatchObject({ kind: 'found', recorded: true });
  });

  it.each([
    ['without the record', { resource: resource().finalized().value }, {}],
    ['under a record of this very pass', { ...PENDING, pendingIsNew: true }, {}],
    ['before an absence counts', { ...PENDING, absenceCountsFrom: 1 }, {}],
    ['that another resource holds', PENDING, { 'id-1': ['uid-2'] }],
    [
      'that was there before',
      {
        resource: resource()
          .finalized()
          .withStatus({ pendingCreate: { digest: DIGEST, notThese: ['id-1'] } }).value,
      },
      {},
    ],
  ])('not %s', async (_name, change, holders) => {
    const s = new Searching(CLASSIC, bareIdentity());
    s.holders = holders;
    expect(await s.for(change)).toEqual(notFound);
  });

  it('nor one that another pass has claimed', async () => {
    const s = new Searching(CLASSIC, bareIdentity());
    s.index.claim('id-1', 'uid-2');
    expect(await s.for(PENDING)).toEqual(notFound);
  });

  it('our own hold on it is no obstacle', async () => {
    const s = new Searching(CLASSIC, bareIdentity());
    s.holders = { 'id-1': ['uid-1'] };
    expect(await s.for(PENDING)).toMatchObject({ kind: 'found' });
  });
});

it('the equals of a create are those that nobody holds, in a stable order', async () => {
  const s = new Searching(
    CLASSIC,
    bareIdentity({ id: 'c' }),
    bareIdentity({ id: 'a' }),
    bareIdentity({ id: 'b' }),
  );
  s.holders = { b: ['uid-9'] };
  expect(await s.equals()).toEqual(['a', 'c']);
});
