import { describe, expect, it } from 'vitest';
import { CoalescedReads } from '../../src/kratos/coalesce/reads.ts';
import { type IdentityRecord, readIdentity } from '../../src/kratos/record.ts';
import { RemoteError, type RemoteErrorDetail } from '../../src/model/errors.ts';
import { DrivenClock } from '../sim/clock.ts';

function uuid(index: number): string {
  return `00000000-0000-4000-8000-${index.toString(16).padStart(12, '0')}`;
}

function record(id: string): IdentityRecord {
  const identity = readIdentity({ id, schema_id: 'default', traits: {} });
  if (identity === undefined) throw new Error('not an identity');
  return identity;
}

const failed = (detail: Partial<RemoteErrorDetail>) =>
  new RemoteError('GET identities', { code: 'unavailable', outcome: 'none', ...detail });

/** A server that holds these identities; `sent` tells what it was asked. */
function scene(held: readonly string[], listFails?: RemoteError) {
  const clock = new DrivenClock();
  const sent: string[] = [];
  const reads = new CoalescedReads(
    {
      getIdentity: async (id) => {
        sent.push(`get ${id}`);
        if (held.includes(id)) return record(id);
        throw new RemoteError('GET identity', { code: 'notFound', outcome: 'none', status: 404 });
      },
      listIdentities: async (asked) => {
        const ids = asked?.ids ?? [];
        sent.push(`list ${ids.length}`);
        if (listFails) throw listFails;
        const items = ids.filter((id) => held.includes(id)).map(record);
        return { items, nextPageToken: undefined, total: undefined, linked: true, raw: [] };
      },
    },
    clock,
    10_000,
  );
  const readAll = async (ids: readonly string[]) => {
    const settled = Promise.allSettled(ids.map((id) => reads.getIdentity(id)));
    await clock.advance(5);
    return (await settled).map((one) => (one.status === 'fulfilled' ? one.value.id : one.reason.code));
  };
  return { readAll, sent };
}

const IDS = Array.from({ length: 250 }, (_, index) => uuid(index));

describe('reads that come together', () => {
  it('become lists of at most a hundred ids, but for the first', async () => {
    const { readAll, sent } = scene(IDS);
    expect(await readAll(IDS)).toEqual(IDS);
    expect(sent).toEqual([`get ${uuid(0)}`, 'list 100', 'list 100', 'list 49']);
  });

  it('of one identity ask for it once', async () => {
    const { readAll, sent } = scene([uuid(1), uuid(2)]);
    expect(await readAll([uuid(1), uuid(2), uuid(2), uuid(2)])).toEqual([uuid(1), uuid(2), uuid(2), uuid(2)]);
    expect(sent).toEqual([`get ${uuid(1)}`, 'list 1']);
  });

  it('believe an absence only of a read of that one identity', async () => {
    const { readAll, sent } = scene([uuid(1), uuid(3)]);
    expect(await readAll([uuid(1), uuid(2), uuid(3)])).toEqual([uuid(1), 'notFound', uuid(3)]);
    expect(sent).toEqual([`get ${uuid(1)}`, 'list 2', `get ${uuid(2)}`]);
  });

  it('leave an id that is no UUID out of a list, which it would spoil', async () => {
    const { readAll, sent } = scene([uuid(1), uuid(2), uuid(3)]);
    expect(await readAll([uuid(1), 'zzz', uuid(2), uuid(3)])).toEqual([
      uuid(1),
      'notFound',
      uuid(2),
      uuid(3),
    ]);
    expect(sent).toEqual([`get ${uuid(1)}`, 'get zzz', 'list 2']);
  });
});

describe('a list that fails', () => {
  it.each<[string, Partial<RemoteErrorDetail>]>([
    ['because one identity cannot be shown', { status: 500 }],
    ['because it is too large', { code: 'tooLarge', status: 200 }],
    ['because it is refused', { code: 'invalid', status: 400 }],
    ['because one of it is of no shape', { code: 'unexpected', status: 200 }],
  ])('%s falls back to single reads', async (_, detail) => {
    const { readAll, sent } = scene([uuid(1), uuid(2)], failed(detail));
    expect(await readAll([uuid(1), uuid(2), uuid(3)])).toEqual([uuid(1), uuid(2), 'notFound']);
    expect(sent).toEqual([`get ${uuid(1)}`, 'list 2', `get ${uuid(2)}`, `get ${uuid(3)}`]);
  });

  it.each<Partial<RemoteErrorDetail>>([
    { trouble: 'ECONNREFUSED' },
    { status: 503 },
    { status: 429, retryAfterMs: 1000 },
    { code: 'denied', status: 401 },
    { code: 'unexpected', status: 302 },
  ])('because of the server is everybody’s trouble, and asked once: %j', async (detail) => {
    const { readAll, sent } = scene([uuid(1), uuid(2)], failed(detail));
    const code = detail.code ?? 'unavailable';
    expect(await readAll([uuid(1), uuid(2), uuid(3)])).toEqual([uuid(1), code, code]);
    expect(sent).toEqual([`get ${uuid(1)}`, 'list 2']);
  });
});
