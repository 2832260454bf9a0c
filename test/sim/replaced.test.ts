import { afterEach, describe, expect, test } from 'vitest';
import { RemoteError, type RemoteErrorDetail } from '../../src/model/errors.ts';
import { Fleet } from './fleet.ts';
import { SERVERS } from './kratos.ts';

const MANY = 30;
const RESYNC_MS = 20_000;
const MINUTE_MS = 60_000;

let fleet: Fleet;
afterEach(() => fleet.stop());

async function synced(has: (typeof SERVERS)[keyof typeof SERVERS]): Promise<Map<string, string | undefined>> {
  fleet = new Fleet(has, RESYNC_MS);
  await fleet.settled(MANY);
  expect(fleet.reasons()).toEqual({ Synced: MANY });
  return fleet.ids();
}

const trouble = (code: RemoteErrorDetail['code'], detail: Partial<RemoteErrorDetail> = {}) =>
  new RemoteError('kratos', { code, outcome: 'none', ...detail });

describe.each([
  ['v26', 'v1.3', SERVERS.externalIds, SERVERS.metadata],
  ['v26', 'v0.5', SERVERS.externalIds, SERVERS.bare],
  ['v1.3', 'v0.5', SERVERS.metadata, SERVERS.bare],
])('a %s that is replaced by a %s at the same URL', (_newer, _older, newer, older) => {
  test('is told, nothing is believed gone, nothing is made, and all is well once it is back', async () => {
    const ids = await synced(newer);
    const there = fleet.front.server;
    const at = fleet.clock.monotonic();
    const other = fleet.replace(older);
    await fleet.clock.advance(5 * MINUTE_MS);
    expect(fleet.reasons()).toEqual({ KratosUnavailable: MANY });
    expect(other.identities.size).toBe(0);
    expect(fleet.ids()).toEqual(ids);

    fleet.front.server = there;
    await fleet.clock.advance(5 * MINUTE_MS);
    expect(fleet.reasons()).toEqual({ Synced: MANY });
    expect(fleet.ids()).toEqual(ids);
    expect(there.most).toBe(MANY);
    expect(fleet.mostWrites(at, 'KratosUnavailable')).toBe(1);
    expect(fleet.statusWrites.filter((write) => write.at >= at)).toHaveLength(2 * MANY);
    expect(fleet.faults).toEqual([]);
  });

  test('keeps a deletion waiting, and Retain lets it go', async () => {
    await synced(newer);
    const there = fleet.front.server;
    fleet.replace(older);
    await fleet.clock.advance(MINUTE_MS);
    fleet.kube.delete('team/p0');
    await fleet.clock.advance(MINUTE_MS);
    expect(fleet.kube.get('team/p0').status?.conditions?.[0]?.reason).toBe('Deleting');
    fleet.kube.delete('team/p1');
    fleet.kube.edit('team/p1', (r) => ({ ...r, spec: { ...r.spec, deletionPolicy: 'Retain' } }));
    fleet.kube.onChanged('team/p1');
    await fleet.clock.advance(10 * MINUTE_MS);
    expect(fleet.kube.resources.has('team/p1')).toBe(false);
    fleet.front.server = there;
    await fleet.clock.advance(10 * MINUTE_MS);
    expect(fleet.kube.resources.has('team/p0')).toBe(false);
    expect(there.identities.size).toBe(MANY - 1);
  });
});

describe.each([
  ['v0.5', 'v1.3', SERVERS.bare, SERVERS.metadata],
  ['v1.3', 'v26', SERVERS.metadata, SERVERS.externalIds],
])('a %s that is upgraded to a %s without a moment’s outage', (_older, _newer, older, newer) => {
  test('is found out, and keeps its identities', async () => {
    const ids = await synced(older);
    const { identities } = fleet.front.server;
    const upgraded = fleet.replace(newer);
    for (const [id, identity] of identities) upgraded.identities.set(id, { ...identity, state: 'active' });
    await fleet.clock.advance(3 * MINUTE_MS);
    for (let index = 0; index < MANY; index += 1) {
      fleet.kube.apply('team', `p${index}`, {
        schemaId: 'person',
        traits: { email: `p${index}@example.org`, team: 'red' },
        state: 'inactive',
      });
    }
    await fleet.clock.advance(2 * MINUTE_MS);
    expect(fleet.reasons()).toEqual({ Synced: MANY });
    expect(fleet.ids()).toEqual(ids);
    expect(upgraded.most).toBe(0);
    expect([...upgraded.identities.values()].every(({ state }) => state === 'inactive')).toBe(true);
  });
});

describe.each<[string, RemoteError, string]>([
  ['Kratos is restarted', trouble('unavailable', { trouble: 'ECONNREFUSED' }), 'KratosUnavailable'],
  ['a proxy answers with its own page', trouble('unexpected', { status: 200 }), 'KratosUnavailable'],
  ['a proxy says 404', trouble('unexpected', { status: 404 }), 'KratosUnavailable'],
  ['a proxy says 503', trouble('unavailable', { status: 503 }), 'KratosUnavailable'],
  ['a proxy redirects', trouble('unexpected', { status: 302 }), 'KratosUnavailable'],
  ['a proxy denies', trouble('denied', { status: 401 }), 'KratosDenied'],
  ['Kratos asks to wait', trouble('unavailable', { status: 429, retryAfterMs: 20_000 }), 'KratosUnavailable'],
])('while %s', (_what, answer, reason) => {
  test('each resource says so once, keeps its id, and heals by itself', async () => {
    const ids = await synced(SERVERS.externalIds);
    const at = fleet.clock.monotonic();
    fleet.front.trouble = answer;
    await fleet.clock.advance(5 * MINUTE_MS);
    expect(fleet.reasons()).toEqual({ [reason]: MANY });
    expect(fleet.ids()).toEqual(ids);
    fleet.front.trouble = undefined;
    await fleet.clock.advance(MINUTE_MS);
    expect(fleet.reasons()).toEqual({ Synced: MANY });
    expect(fleet.ids()).toEqual(ids);
    expect(fleet.statusWrites.filter((write) => write.at >= at)).toHaveLength(2 * MANY);
    expect(fleet.lost).toBe(0);
    expect(fleet.front.server.most).toBe(MANY);
  });

  test('that lasts less than 30 s nobody says anything', async () => {
    await synced(SERVERS.externalIds);
    const at = fleet.clock.monotonic();
    fleet.front.trouble = answer;
    await fleet.clock.advance(RESYNC_MS * 1.4);
    fleet.front.trouble = undefined;
    await fleet.clock.advance(2 * MINUTE_MS);
    expect(fleet.statusWrites.filter((write) => write.at >= at)).toEqual([]);
  });
});
