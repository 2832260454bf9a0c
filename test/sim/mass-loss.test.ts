import { afterEach, describe, expect, test } from 'vitest';
import { Fleet } from './fleet.ts';
import { fail, SERVERS, type SimKratos } from './kratos.ts';

const MANY = 1_000;
const BURST = 10;
const RESYNC_MS = 600_000;

const AWAY = fail('unavailable');

let fleet: Fleet;
afterEach(() => fleet.stop());

function empty(server: SimKratos): void {
  server.identities.clear();
}

/** The most creations within any second, after the first burst. */
function pace(creations: readonly number[], since: number): number {
  const later = creations.filter((at) => at > since);
  return Math.max(0, ...later.map((at) => later.filter((other) => other >= at && other < at + 1_000).length));
}

describe.each([
  ['external ids', SERVERS.externalIds],
  ['markers', SERVERS.metadata],
  ['nothing of ours', SERVERS.bare],
])('when a Kratos with %s loses a thousand identities', (_kind, has) => {
  test('an alarm is raised, each resource says so once, and they are made again at a bounded pace', async () => {
    fleet = new Fleet(has);
    const keys = await fleet.settled(MANY);
    expect(fleet.reasons()).toEqual({ Synced: MANY });
    const { clock, front, creations } = fleet;
    const before = { creations: creations.length, writes: fleet.statusWrites.length, at: clock.monotonic() };

    empty(front.server);
    // Within a resync each of them was looked at.
    await clock.advance(RESYNC_MS * 1.1);
    const made = creations.length - before.creations;
    const seconds = (clock.monotonic() - fleet.firstLostAt) / 1_000;
    expect(made).toBeGreaterThan(seconds / 2);
    expect(made).toBeLessThanOrEqual(BURST + seconds);
    expect(fleet.massLosses).toHaveLength(1);
    expect(fleet.massLosses[0]).toMatchObject({ isOver: false, lost: BURST + 1, foundAgain: 0 });
    expect(fleet.reasons()).toEqual({ Synced: made, Progressing: MANY - made });
    expect(fleet.lost).toBe(MANY);

    await clock.advance(RESYNC_MS * 2);
    expect(fleet.reasons()).toEqual({ Synced: MANY });
    expect(front.server.identities.size).toBe(MANY);
    expect(front.server.most).toBe(MANY);
    expect(pace(creations, before.at + RESYNC_MS)).toBeLessThanOrEqual(2);
    expect(fleet.mostWrites(before.at, 'Progressing')).toBe(1);
    expect(fleet.mostWrites(before.at, 'Synced')).toBe(1);
    // Nothing is forgotten before its turn, and once: one more write each.
    for (const key of keys) {
      const own = fleet.statusWrites.slice(before.writes).filter((write) => write.key === key);
      expect(own.filter(({ forgets }) => forgets)).toHaveLength(1);
      expect(own.at(-2)?.forgets).toBe(true);
    }
    expect(fleet.massLosses.at(-1)).toMatchObject({ isOver: true, lost: MANY, madeAgain: MANY });
    expect(fleet.faults).toEqual([]);
  });

  test('the rest heal without being made again when the old database comes back', async () => {
    fleet = new Fleet(has);
    await fleet.settled(MANY);
    const { clock, front, creations } = fleet;
    const ids = fleet.ids();
    const old = front.server;
    const at = clock.monotonic();
    fleet.replace(has);
    await clock.advance(RESYNC_MS * 1.2);
    const elsewhere = front.server.identities.size;
    expect(elsewhere).toBeLessThan(MANY / 2);
    const { length } = creations;

    front.server = old;
    // The next turn finds its identity, and sends all the others to look.
    await clock.advance(2_000);
    expect(fleet.reasons()).toEqual({ Synced: MANY });
    expect(creations).toHaveLength(length);
    expect(fleet.mostWrites(at, 'Progressing')).toBe(1);
    expect(fleet.mostWrites(at, 'Synced')).toBe(1);
    expect(fleet.massLosses.at(-1)).toMatchObject({ isOver: true, foundAgain: MANY - elsewhere });

    // Those that were made elsewhere find what is theirs at their next resync; without a mark or a record nothing is taken.
    await clock.advance(RESYNC_MS * 3);
    expect(creations).toHaveLength(length);
    expect(old.identities.size).toBe(MANY);
    if (has.metadata) expect(fleet.ids()).toEqual(ids);
    expect(fleet.reasons()).toEqual(
      has.metadata ? { Synced: MANY } : { Synced: MANY - elsewhere, Conflict: elsewhere },
    );
  });
});

describe('while a thousand wait for their turn', () => {
  async function waiting(): Promise<void> {
    fleet = new Fleet(SERVERS.externalIds);
    await fleet.settled(MANY);
    empty(fleet.front.server);
    await fleet.clock.advance(RESYNC_MS * 1.1);
  }
  const lastWaiting = () => {
    const waits = [...fleet.kube.resources.values()].filter(
      ({ status }) => status?.conditions?.[0]?.reason === 'Progressing',
    );
    const key = waits.at(-1)?.metadata.name;
    if (key === undefined) throw new Error('none waits');
    return `team/${key}`;
  };

  test('a new resource is made at once, and a deletion carried out', async () => {
    await waiting();
    fleet.kube.apply('team', 'new', { schemaId: 'person', traits: { email: 'new@example.org' } });
    const doomed = lastWaiting();
    fleet.kube.delete(doomed);
    await fleet.clock.advance(100);
    expect(fleet.kube.get('team/new').status?.conditions?.[0]?.reason).toBe('Synced');
    expect(fleet.kube.resources.has(doomed)).toBe(false);
  });

  test('one that its author changes does not wait behind the others', async () => {
    await waiting();
    const key = lastWaiting();
    const { spec, metadata } = fleet.kube.get(key);
    fleet.kube.apply('team', metadata.name, { ...spec, traits: { ...spec.traits, team: 'red' } });
    await fleet.clock.advance(100);
    expect(fleet.kube.get(key).status?.conditions?.[0]?.reason).toBe('Synced');
  });

  test('Kratos is asked for each once, and for one at its turn', async () => {
    await waiting();
    const { reads } = fleet.front;
    const made = fleet.creations.length;
    await fleet.clock.advance(60_000);
    // Made again: read at its turn, and at a resync, if that falls due.
    expect(fleet.creations.length - made).toBeLessThanOrEqual(61);
    expect(fleet.front.reads - reads).toBeLessThanOrEqual(61 + 100);
  });

  test('another outage in between lets none through faster afterwards', async () => {
    await waiting();
    fleet.front.trouble = AWAY;
    await fleet.clock.advance(120_000);
    const { length } = fleet.creations;
    fleet.front.trouble = undefined;
    await fleet.clock.advance(30_000);
    expect(fleet.creations.length - length).toBeLessThanOrEqual(30 + 2 * BURST + 1);
  });
});

test('ten that vanish are made again at once, without an alarm', async () => {
  fleet = new Fleet(SERVERS.externalIds, 10_000);
  await fleet.settled(100);
  const { clock, front } = fleet;
  for (const id of [...front.server.identities.keys()].slice(0, BURST)) front.server.identities.delete(id);
  const at = clock.monotonic();
  await clock.advance(12_000);
  expect(fleet.reasons()).toEqual({ Synced: 100 });
  expect(front.server.identities.size).toBe(100);
  expect(fleet.massLosses).toEqual([]);
  expect(fleet.mostWrites(at, 'Progressing')).toBe(0);
});

test('a resource that goes leaves nothing behind in the line', async () => {
  fleet = new Fleet(SERVERS.externalIds, 10_000);
  await fleet.settled(30);
  empty(fleet.front.server);
  await fleet.clock.advance(12_000);
  const waits = [...fleet.kube.resources.values()].find(
    ({ metadata }) => fleet.losses.turn(metadata.uid) > fleet.clock.monotonic(),
  );
  if (waits === undefined) throw new Error('none waits');
  fleet.kube.delete(`team/${waits.metadata.name}`);
  await fleet.clock.advance(100);
  expect(fleet.kube.resources.has(`team/${waits.metadata.name}`)).toBe(false);
  expect(fleet.losses.turn(waits.metadata.uid)).toBe(0);
});

test('what is gone when its resource is deleted is no loss', async () => {
  fleet = new Fleet(SERVERS.externalIds);
  const keys = await fleet.settled(30);
  empty(fleet.front.server);
  for (const key of keys) fleet.kube.delete(key);
  await fleet.clock.advance(1_000);
  expect(fleet.kube.resources.size).toBe(0);
  expect(fleet.lost).toBe(0);
  expect(fleet.massLosses).toEqual([]);
});
