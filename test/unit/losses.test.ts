import { beforeEach, describe, expect, test } from 'vitest';
import { Losses, type MassLoss } from '../../src/reconcile/losses.ts';
import { DrivenClock } from '../sim/clock.ts';

let clock: DrivenClock;
let released: string[];
let told: MassLoss[];
let counted: number;
let losses: Losses;

beforeEach(() => {
  clock = new DrivenClock();
  released = [];
  told = [];
  counted = 0;
  losses = new Losses({
    clock,
    release: (key) => released.push(key),
    onLost: () => {
      counted += 1;
    },
    onMassLoss: (loss) => told.push(loss),
  });
});

const lose = (count: number, name = 'r', edited = false) => {
  for (let index = 0; index < count; index += 1) losses.lost(`${name}${index}`, `ns/${name}${index}`, edited);
};
const waits = (uid: string) => Math.max(0, losses.turn(uid) - clock.monotonic());

describe('turns', () => {
  test('come at once for ten, then one a second', () => {
    lose(13);
    expect(Array.from({ length: 13 }, (_, index) => waits(`r${index}`))).toEqual([
      0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1_000, 2_000, 3_000,
    ]);
  });

  test('are as many again after a calm time, and no more', async () => {
    lose(10);
    await clock.advance(3_600_000);
    lose(12, 'later');
    expect(['later9', 'later10', 'later11'].map(waits)).toEqual([0, 1_000, 2_000]);
  });

  test('are kept, however often one asks', () => {
    lose(12);
    lose(12);
    lose(1, 'next');
    expect([waits('r11'), waits('next0')]).toEqual([2_000, 3_000]);
    expect(counted).toBe(13);
  });

  test('that were missed in an outage do not add up', async () => {
    lose(500);
    await clock.advance(450_000);
    lose(500);
    const now = Array.from({ length: 500 }, (_, index) => waits(`r${index}`)).filter((ms) => ms === 0);
    // Those of the last ten seconds, and what had piled up in a calm line.
    expect(now.length).toBeLessThanOrEqual(21);
    expect(counted).toBe(500);
  });

  test('of what an author changed come from a line of their own', () => {
    lose(1_000);
    expect(waits('r999')).toBe(990_000);
    losses.lost('r999', 'ns/r999', true);
    expect(waits('r999')).toBe(0);
    lose(12, 'edit', true);
    expect([waits('edit8'), waits('edit9')]).toEqual([0, 1_000]);
  });

  test('are nobody’s once the identity is made again, found again, or its resource gone', () => {
    lose(13);
    losses.remaking('r10');
    losses.found('r11');
    losses.forget('r12');
    expect(['r10', 'r11', 'r12'].map((uid) => losses.turn(uid))).toEqual([0, 0, 0]);
  });
});

describe('one that is found again', () => {
  test('sends all that wait for a look, before their turns', () => {
    lose(20);
    losses.found('r10');
    expect(released).toHaveLength(19);
    expect(losses.turn('r19')).toBe(0);
  });

  test('leaves the turns of those that are gone all the same, and sends them again only a minute later', async () => {
    lose(200);
    losses.found('r100');
    losses.lost('r199', 'ns/r199', false);
    expect(waits('r199')).toBe(190_000);
    losses.found('r101');
    expect(released).toHaveLength(199);
    await clock.advance(60_000);
    losses.found('r102');
    expect(released).toHaveLength(199 + 197);
    expect(counted).toBe(200);
  });
});

describe('a mass loss', () => {
  test('is told when more than ten vanish within ten minutes', async () => {
    lose(10);
    expect(told).toEqual([]);
    await clock.advance(599_000);
    lose(1, 'late');
    expect(told).toEqual([{ isOver: false, lost: 11, madeAgain: 0, foundAgain: 0 }]);
    lose(50, 'more');
    expect(told).toHaveLength(1);
  });

  test('is none where they vanish slowly', async () => {
    for (let index = 0; index < 40; index += 1) {
      lose(1, `slow${index}-`);
      await clock.advance(61_000);
    }
    expect(told).toEqual([]);
  });

  test('is over once all were found again', () => {
    lose(30);
    for (let index = 0; index < 10; index += 1) losses.remaking(`r${index}`);
    for (let index = 10; index < 30; index += 1) losses.found(`r${index}`);
    expect(told.at(-1)).toEqual({ isOver: true, lost: 30, madeAgain: 10, foundAgain: 20 });
    expect(told).toHaveLength(2);
  });

  test('is over ten minutes after the last that made it one', async () => {
    lose(11);
    for (let index = 0; index < 11; index += 1) losses.remaking(`r${index}`);
    await clock.advance(599_000);
    losses.found('another');
    expect(told).toHaveLength(1);
    await clock.advance(2_000);
    losses.found('another');
    expect(told.at(-1)).toEqual({ isOver: true, lost: 11, madeAgain: 11, foundAgain: 0 });
    lose(1, 'later');
    expect(told).toHaveLength(2);
  });

  test('lasts as long as some wait for their turn', async () => {
    lose(1_000);
    await clock.advance(900_000);
    losses.found('another');
    expect(told).toHaveLength(1);
    await clock.advance(100_000);
    losses.found('another');
    expect(told).toHaveLength(2);
  });
});
