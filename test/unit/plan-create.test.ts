import { describe, expect, it, test } from 'vitest';
import { createDigest } from '../../src/model/change.ts';
import { markerJson } from '../../src/model/owner.ts';
import { plan } from '../../src/model/plan.ts';
import type { Step } from '../../src/model/step.ts';
import type { World } from '../../src/model/world.ts';
import { CLASSIC, METADATA, marker, NOW, OWNER_KEY, on, resource, world } from './build.ts';

const step = (change: Partial<World>) => plan(world(change), NOW);

const FINALIZED = resource().finalized().value;
const SYNCED = resource().synced().value;
const NEW = { resource: FINALIZED, firstTry: true, fenced: true } as const;
const PROTECTED = { kind: 'read', identifiers: ['ada@example.org'] } as const;
const UNPROTECTED = { kind: 'read', identifiers: [] } as const;
const NOT_FOUND = { kind: 'notFound', at: NOW.mono } as const;
const DIGEST = createDigest('person', { email: 'ada@example.org' });

type Row = [string, Partial<World>, Partial<Step> & Pick<Step, 'do'>];

describe('look before creating', () => {
  test.each<Row>([
    ['the id in status is read', { resource: SYNCED }, { do: 'readIdentity', id: 'id-1' }],
    [
      'the id learned counts before status',
      { resource: SYNCED, learned: { identityId: 'id-2' } },
      { do: 'readIdentity', id: 'id-2' },
    ],
    [
      'external ids: nobody has tried most likely, and only a marker could tell more than the unique key',
      { resource: FINALIZED, vouched: true },
      { do: 'searchIdentity', by: 'marker' },
    ],
    [
      'external ids: then the key may send us to look',
      { resource: FINALIZED, vouched: true, identity: NOT_FOUND, absenceCountsFrom: Infinity },
      { do: 'createIdentity' },
    ],
    [
      'external ids: also where the author’s key was there from the first',
      { resource: resource({ externalId: 'ada' }).finalized().value, vouched: true },
      { do: 'searchIdentity', by: 'marker' },
    ],
    ['external ids: our own new finalizer proves that there is none', NEW, { do: 'createIdentity' }],
    [
      'external ids: an unknown create is a reason to look',
      { ...NEW, learned: { unknownCreate: { generation: 1 } } },
      { do: 'searchIdentity' },
    ],
    [
      'external ids: a 409 is a reason to look, by identifier too',
      { ...NEW, conflictToExplain: true },
      { do: 'readSchema', schemaId: 'person' },
    ],
    [
      'external ids: and then by all',
      { ...NEW, conflictToExplain: true, protection: PROTECTED },
      { do: 'searchIdentity' },
    ],
    [
      'marker: first whether the traits protect themselves',
      { ...NEW, ...on(METADATA) },
      { do: 'readSchema', schemaId: 'person' },
    ],
    [
      'marker: protected and new, there is none',
      { ...NEW, ...on(METADATA), protection: PROTECTED },
      { do: 'createIdentity' },
    ],
    [
      'marker: unprotected ones are looked for even so',
      { ...NEW, ...on(METADATA), protection: UNPROTECTED },
      { do: 'searchIdentity' },
    ],
    [
      'marker: an inherited finalizer is a reason to look',
      { resource: FINALIZED, ...on(METADATA), protection: PROTECTED },
      { do: 'searchIdentity' },
    ],
    [
      'marker: so is a pass that has ended over it',
      { resource: resource().finalized().said('Progressing').value, ...on(METADATA), protection: PROTECTED },
      { do: 'searchIdentity' },
    ],
    [
      'marker: and a record from before an upgrade',
      {
        resource: resource()
          .finalized()
          .withStatus({ pendingCreate: { digest: 'x' } }).value,
        ...on(METADATA),
        protection: PROTECTED,
      },
      { do: 'searchIdentity' },
    ],
    [
      'marker: the default schema has no name, so nothing is known to protect',
      { ...NEW, ...on(METADATA), resource: resource({ schemaId: undefined as never }).finalized().value },
      { do: 'searchIdentity' },
    ],
    [
      'classic: without the record nothing is looked for',
      { resource: FINALIZED, ...on(CLASSIC) },
      { do: 'readEquals', digest: DIGEST },
    ],
    [
      'classic: with it, it is',
      {
        resource: resource()
          .finalized()
          .withStatus({ pendingCreate: { digest: 'x' } }).value,
        ...on(CLASSIC),
      },
      { do: 'searchIdentity' },
    ],
    [
      'classic: but not under the record of this very pass',
      {
        resource: resource()
          .finalized()
          .withStatus({ pendingCreate: { digest: 'x' } }).value,
        pendingIsNew: true,
        fenced: true,
        ...on(CLASSIC),
      },
      { do: 'createIdentity' },
    ],
    [
      'a record from before an upgrade is looked for on every server',
      {
        ...NEW,
        resource: resource()
          .finalized()
          .withStatus({ pendingCreate: { digest: 'x' } }).value,
      },
      { do: 'searchIdentity' },
    ],
  ])('%s', (_name, change, expected) => {
    expect(step(change)).toMatchObject(expected);
  });
});

describe('every way is looked at', () => {
  test.each<[string, Partial<World>]>([
    [
      'where a pass has ended over the resource',
      { resource: resource().finalized().said('Progressing').value, vouched: true },
    ],
    [
      'where an earlier try may have sent another key',
      { resource: resource({ externalId: 'ada' }).finalized().with({ generation: 2 }).value, vouched: true },
    ],
    [
      'where the record of an earlier try was left behind',
      {
        resource: resource()
          .finalized()
          .withStatus({ pendingCreate: { digest: 'x' } }).value,
        vouched: true,
      },
    ],
  ])('%s', (_name, change) => {
    expect(step(change)).toEqual({ do: 'searchIdentity' });
  });
});

describe('the fence before a POST', () => {
  const absent = { resource: FINALIZED, identity: NOT_FOUND } as const;

  test.each<Row>([
    ['external ids: a live read where nothing was won', absent, { do: 'readResource' }],
    ['external ids: none where it was', { ...absent, fenced: true }, { do: 'createIdentity' }],
    ['external ids: none of what is surely there', { ...absent, vouched: true }, { do: 'createIdentity' }],
    [
      'marker: of that too, for its identity may be on record by now',
      { ...absent, ...on(METADATA), protection: UNPROTECTED, vouched: true },
      { do: 'readResource' },
    ],
    [
      'marker: but not where nobody can have tried',
      { ...absent, ...on(METADATA), protection: UNPROTECTED, vouched: true, firstTry: true },
      { do: 'createIdentity' },
    ],
    ['marker: a live read', { ...absent, ...on(METADATA), protection: UNPROTECTED }, { do: 'readResource' }],
    [
      'classic: the record itself, after a look at what is equal',
      { ...absent, ...on(CLASSIC) },
      { do: 'readEquals', digest: DIGEST },
    ],
    [
      'classic: with the ids that are never ours',
      { ...absent, ...on(CLASSIC), equals: { digest: DIGEST, ids: ['id-7'] } },
      { do: 'recordPending', digest: DIGEST, notThese: ['id-7'], forget: false },
    ],
    [
      'classic: a look at another digest does not serve',
      { ...absent, ...on(CLASSIC), equals: { digest: 'x', ids: [] } },
      { do: 'readEquals', digest: DIGEST },
    ],
  ])('%s', (_name, change, expected) => {
    expect(step(change)).toMatchObject(expected);
  });
});

describe('what is sent', () => {
  const spec = { state: 'inactive', metadataPublic: { a: 1 }, metadataAdmin: { b: 2 } } as const;

  it('on a server with external ids: marker, owner key and all that is declared', () => {
    const made = resource(spec).finalized().value;
    expect(step({ ...NEW, resource: made })).toEqual({
      do: 'createIdentity',
      wanted: {
        schemaId: 'person',
        traits: { email: 'ada@example.org' },
        state: 'inactive',
        metadataPublic: { a: 1 },
        metadataAdmin: { b: 2, 'kratos.ory.sh/owner': markerJson(marker({ public: ['/a'], admin: ['/b'] })) },
        externalId: OWNER_KEY,
      },
    });
  });

  it('the author’s external id, where there is one', () => {
    const made = resource({ externalId: 'ada' }).finalized().value;
    expect(step({ ...NEW, resource: made })).toMatchObject({ wanted: { externalId: 'ada' } });
  });

  it('on a classic server: schema and traits only', () => {
    const sent = step({ ...NEW, pendingIsNew: true, ...on(CLASSIC) });
    expect(sent).toEqual({
      do: 'createIdentity',
      wanted: {
        schemaId: 'person',
        traits: { email: 'ada@example.org' },
        state: undefined,
        metadataPublic: undefined,
        metadataAdmin: undefined,
        externalId: undefined,
      },
    });
  });
});
