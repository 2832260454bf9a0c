import { afterEach, describe, expect, test } from 'vitest';
import type { Capabilities } from '../../src/model/identity.ts';
import type { JsonObject } from '../../src/model/json.ts';
import { MARK, MARKED_EMAIL, MARKED_PERSON as PERSON } from './canary.ts';
import { Fleet } from './fleet.ts';
import { SERVERS } from './kratos.ts';
import { KEY, Scenario } from './scenario.ts';

/* Rows g and k of the fault matrix (fault-matrix.test.ts): what people put into a spec, and clocks that are wrong. */

const HOUR = 3_600_000;
const RESYNC_MS = 660_000;
const KINDS = (['bare', 'metadata', 'externalIds'] as const).map((kind): [string, Capabilities] => [
  kind,
  SERVERS[kind],
]);

const TEXTS: Record<string, string> = {
  composed: 'Zo\u00eb',
  decomposed: 'Zoe\u0308',
  'zero width': 'Z\u200bo\u200de\ufeff',
  'right to left': '\u202eeoZ',
  homoglyph: 'Z\u043ee',
  'lone surrogate': 'Z\ud800e',
  'capital with dot': '\u0130',
};

const fleets: Fleet[] = [];
afterEach(async () => {
  for (const fleet of fleets.splice(0)) await fleet.stop();
  expect(({} as Record<string, unknown>).polluted).toBeUndefined();
});

function fleetOf(has: Capabilities): Fleet {
  const fleet = new Fleet(has);
  fleets.push(fleet);
  return fleet;
}

describe.each(KINDS)('on a server of kind %s', (_kind, has) => {
  test('g2: a key of a prototype that somebody put into Kratos is a key like any other', async () => {
    const theirs = '"__proto__":{"polluted":1},"constructor":{"prototype":{"polluted":1}}';
    const s = new Scenario(has);
    await s.settled({ ...PERSON, traits: { ...PERSON.traits, a: { b: `${MARK} 1` } } });
    const { id, traits } = s.only();
    s.kratos.edit(id, {
      traits: {
        ...traits,
        ...JSON.parse(`{"a":{"b":"drift",${theirs}}}`),
      } as JsonObject,
    });
    await s.settled({ ...PERSON, traits: { ...PERSON.traits, a: { b: `${MARK} 2` } } });
    expect(s.reason()).toBe('Synced');
    expect(JSON.stringify(s.only().traits.a)).toBe(`{"b":"${MARK} 2",${theirs}}`);
    expect(({} as Record<string, unknown>).polluted).toBeUndefined();
  });

  test('g4: texts that look alike stay what they are, and a server that folds their case is written once', async () => {
    const s = new Scenario(has);
    const fold = (text: unknown) => (typeof text === 'string' ? text.toLowerCase() : text);
    s.kratos.normalise = (traits) =>
      Object.fromEntries(Object.entries(traits).map(([key, value]) => [key, fold(value)])) as JsonObject;
    const names = Object.fromEntries(
      Object.entries(TEXTS).map(([key, text]) => [key, `${MARK} ${text}`] as const),
    );
    await s.settled({ schemaId: 'person', traits: { email: MARKED_EMAIL, ...names } });
    expect(s.only().traits).toEqual({
      email: fold(MARKED_EMAIL),
      ...Object.fromEntries(Object.entries(names).map(([key, text]) => [key, text.toLowerCase()])),
    });
    for (let pass = 0; pass < 50; pass += 1) await s.operator.pass(KEY);
    expect(s.kratos.writes).toBe(1);
    expect(s.reason()).toBe('Synced');
  });

  test.each([-HOUR, HOUR])(
    'k: a wall clock that is set %i ms on leaves no link for long and mints none twice',
    async (step) => {
      const fleet = fleetOf(has);
      await fleet.settled(1, () => ({ ...PERSON, recovery: { requestId: 'one', output: 'Secret' } }));
      const { clock, kube } = fleet;
      expect(kube.secretsByName.size).toBe(1);
      await clock.advance(HOUR / 4);
      clock.stepWall(step);
      // Seen no later than at the next resync; a clock that was set back shows it for as long again.
      await clock.advance(step > 0 ? RESYNC_MS : HOUR * 2);
      expect(kube.secretsByName.size).toBe(0);
      expect(kube.get('team/p0').status?.recovery).toMatchObject({ requestId: 'one', state: 'Expired' });
      clock.stepWall(-step);
      await clock.advance(HOUR);
      expect(fleet.front.server.mints).toBe(1);
      expect(kube.secretsByName.size).toBe(0);
      expect(fleet.faults).toEqual([]);
      // One at each resync, and those of its beginning and its end.
      expect(fleet.passes.length).toBeLessThanOrEqual(4 * (HOUR / 540_000) + 6);
    },
  );

  test.each([-HOUR, HOUR])(
    'k: a Kratos whose clock is %i ms ahead makes no link live longer than asked, and none twice',
    async (skew) => {
      const fleet = fleetOf(has);
      const { server } = fleet.front;
      for (const mint of ['mintCode', 'mintLink'] as const) {
        const made = server[mint].bind(server);
        Object.assign(server, {
          [mint]: (id: string, seconds: number) => {
            const minted = made(id, seconds);
            return { ...minted, expiresAt: (minted.expiresAt ?? 0) + skew };
          },
        });
      }
      await fleet.settled(1, () => ({ ...PERSON, recovery: { requestId: 'one', output: 'Secret' } }));
      const isOver = skew <= -HOUR;
      expect(fleet.kube.secretsByName.size).toBe(isOver ? 0 : 1);
      await fleet.clock.advance(HOUR);
      expect(fleet.kube.secretsByName.size).toBe(0);
      expect(fleet.kube.get('team/p0').status?.recovery?.state).toBe('Expired');
      expect(server.mints).toBe(1);
      expect(fleet.faults).toEqual([]);
    },
  );
});
