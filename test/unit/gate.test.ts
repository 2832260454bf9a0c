import { afterEach, beforeEach, describe, expect, it, test } from 'vitest';
import { settle } from '../sim/clock.ts';
import { EXTERNAL_IDS, METADATA } from './build.ts';
import { GateWorld, trouble } from './gate-world.ts';

const DENIED = trouble({ code: 'denied', status: 403 });
const CLOSED = { open: false, cause: 'unavailable' };

let f: GateWorld;
beforeEach(() => {
  f = new GateWorld();
});
afterEach(() => f.stop());

describe('at start', () => {
  it('is closed until a probe succeeded', async () => {
    expect(f.gate.view('a')).toMatchObject(CLOSED);
    await f.start();
    expect(f.gate.view('a')).toEqual({ open: true, has: EXTERNAL_IDS });
    expect(f.changes).toEqual(['open']);
  });

  it('probes again after 1, 2, 4 and then every 5 s while the probe fails, and tells how long', async () => {
    f.has = trouble();
    await f.start();
    expect(f.probes).toBe(1);
    for (const [ms, probes] of [
      [999, 1],
      [1, 2],
      [2_000, 3],
      [4_000, 4],
      [5_000, 5],
      [5_000, 6],
    ] as const) {
      await f.clock.advance(ms);
      expect(f.probes).toBe(probes);
    }
    expect(f.gate.view('a')).toEqual({ open: false, cause: 'unavailable', forMs: 17_000 });
    f.has = METADATA;
    await f.clock.advance(5_000);
    expect(f.gate.view('a')).toEqual({ open: true, has: METADATA });
  });

  it('names a denial of the probe', async () => {
    f.has = DENIED;
    await f.start();
    expect(f.gate.view('a')).toMatchObject({ open: false, cause: 'denied' });
  });
});

describe('a request that failed', () => {
  test.each(['unavailable', 'unexpected'] as const)(
    '(%s) closes nothing while Kratos says that it is ready',
    async (code) => {
      await f.start();
      await f.gate.failed('a', trouble({ code }));
      expect(f.readies).toBe(1);
      expect(f.gate.view('a').open).toBe(true);
    },
  );

  it('closes the gate where it does not', async () => {
    await f.start();
    f.isReady = false;
    f.has = trouble();
    await f.gate.failed('a', trouble());
    expect(f.gate.view('b')).toEqual({ open: false, cause: 'unavailable', forMs: 0 });
    await f.clock.advance(30_000);
    expect(f.gate.view('b')).toMatchObject({ forMs: 30_000 });
    expect(f.changes).toEqual(['open', 'closed']);
  });

  test.each([
    ['a refusal', trouble({ code: 'invalid', refusal: 'traits' })],
    ['a 404', trouble({ code: 'notFound' })],
    ['a 409', trouble({ code: 'conflict' })],
  ])('by %s asks nothing', async (_name, error) => {
    await f.start();
    f.isReady = false;
    await f.gate.failed('a', error);
    expect([f.readies, f.probes]).toEqual([0, 1]);
    expect(f.gate.view('a').open).toBe(true);
  });

  it('together with others asks once for all', async () => {
    await f.start();
    f.isReady = false;
    f.has = trouble();
    let goOn = () => {};
    f.hold = new Promise((resolve) => {
      goOn = resolve;
    });
    const decided = ['a', 'b', 'c'].map((key) => f.gate.failed(key, trouble()));
    await settle();
    expect(f.gate.view('d').open).toBe(true);
    goOn();
    await Promise.all(decided);
    expect(f.readies).toBe(1);
    expect(f.gate.view('d').open).toBe(false);
  });

  it('with a Retry-After closes for that time, though Kratos would be ready', async () => {
    await f.start();
    await f.gate.failed('a', trouble({ status: 429, retryAfterMs: 20_000 }));
    expect(f.readies).toBe(0);
    await f.clock.advance(19_999);
    expect(f.gate.view('a')).toMatchObject(CLOSED);
    expect(f.probes).toBe(1);
    await f.clock.advance(1);
    expect(f.gate.view('a').open).toBe(true);
  });

  test.each([
    ['an unknown route', trouble({ code: 'unsupported', status: 404 })],
    ['an unknown field', trouble({ code: 'invalid', refusal: 'fieldUnknown', status: 400 })],
  ])('by %s contradicts the probe, which is made again', async (_name, error) => {
    await f.start();
    f.has = METADATA;
    await f.gate.failed('a', error);
    expect(f.probes).toBe(2);
    expect(f.gate.view('a')).toEqual({ open: true, has: METADATA });
  });
});

describe('a denial', () => {
  beforeEach(async () => {
    await f.start();
    await f.gate.failed('a', DENIED);
  });

  it('closes the gate for all keys at once', () => {
    expect(f.gate.view('a')).toEqual({ open: false, cause: 'denied', forMs: 0 });
    expect(f.gate.view('b')).toEqual({ open: false, cause: 'denied', forMs: 0 });
    expect(f.readies).toBe(0);
  });

  it('lets one key try every 30 s', async () => {
    await f.clock.advance(29_999);
    expect(f.gate.view('b').open).toBe(false);
    await f.clock.advance(1);
    expect(f.gate.view('b').open).toBe(true);
    expect(f.gate.view('c').open).toBe(false);
    expect(f.gate.view('b').open).toBe(true);
    await f.gate.failed('b', DENIED);
    expect(f.gate.view('b').open).toBe(false);
    await f.clock.advance(30_000);
    expect(f.gate.view('c').open).toBe(true);
  });

  it('hands one parked key back for it', async () => {
    for (const key of ['b', 'c', 'd']) f.gate.park(key, 'low');
    await f.clock.advance(29_000);
    expect(f.released).toEqual([]);
    await f.clock.advance(1_000);
    expect(f.released).toEqual(['b']);
    expect(f.gate.view('b').open).toBe(true);
    await f.clock.advance(29_000);
    expect(f.released).toEqual(['b']);
    await f.clock.advance(1_000);
    expect(f.released).toEqual(['b', 'c']);
  });

  it('is over when the key that tries succeeds, and only then', async () => {
    f.gate.park('c', 'low');
    f.gate.succeeded('a');
    expect(f.gate.view('a').open).toBe(false);
    await f.clock.advance(30_000);
    expect(f.gate.view('b').open).toBe(true);
    f.gate.succeeded('c');
    expect(f.gate.view('c').open).toBe(false);
    f.gate.succeeded('b');
    expect(f.gate.view('c').open).toBe(true);
    await settle();
    expect(f.released).toContain('c');
  });

  it('has lasted since it began', async () => {
    await f.clock.advance(31_000);
    expect(f.gate.view('b').open).toBe(true);
    expect(f.gate.view('c')).toEqual({ open: false, cause: 'denied', forMs: 31_000 });
  });
});

describe('parked keys', () => {
  it('are handed back when the gate opens, at a bounded pace', async () => {
    await f.start();
    f.isReady = false;
    f.has = trouble();
    await f.gate.failed('a', trouble());
    for (let index = 0; index < 120; index += 1) f.gate.park(`key-${index}`, 'low');
    await f.clock.advance(20_000);
    expect(f.released).toEqual([]);
    f.has = EXTERNAL_IDS;
    while (f.released.length === 0) await f.clock.advance(10);
    expect(f.released).toHaveLength(50);
    await f.clock.advance(100);
    expect(f.released).toHaveLength(100);
    await f.clock.advance(100);
    expect(new Set(f.released).size).toBe(120);
  });

  it('are handed back with their own priority, edits first, also when only one may try', async () => {
    await f.start();
    await f.gate.failed('a', DENIED);
    for (let index = 0; index < 60; index += 1) f.gate.park(`resync-${index}`, 'low');
    for (const key of ['edit-1', 'edit-2']) f.gate.park(key, 'normal');
    await f.clock.advance(30_000);
    expect(f.released).toEqual(['edit-1']);
    expect(f.gate.view('edit-1').open).toBe(true);
    f.gate.succeeded('edit-1');
    await settle();
    expect(f.released.slice(0, 3)).toEqual(['edit-1', 'edit-2', 'resync-0']);
    expect(f.priorities.slice(0, 3)).toEqual(['normal', 'normal', 'low']);
  });

  it('keep the better of the priorities that they were parked with', async () => {
    await f.start();
    await f.gate.failed('a', DENIED);
    for (const key of ['resync', 'edit', 'raised']) f.gate.park(key, key === 'edit' ? 'normal' : 'low');
    for (const key of ['edit', 'raised']) f.gate.park(key, key === 'raised' ? 'normal' : 'low');
    await f.clock.advance(30_000);
    expect(f.gate.view('edit').open).toBe(true);
    f.gate.succeeded('edit');
    await settle();
    expect(f.released).toEqual(['edit', 'raised', 'resync']);
    expect(f.priorities).toEqual(['normal', 'normal', 'low']);
  });

  it('are handed back at once where the gate opened meanwhile', async () => {
    await f.start();
    f.gate.park('late', 'low');
    await settle();
    expect(f.released).toEqual(['late']);
  });
});

it('looks anew at what Kratos has at most once a minute', async () => {
  await f.start();
  f.has = METADATA;
  await f.gate.recheck();
  expect(f.probes).toBe(1);
  await f.clock.advance(60_000);
  await Promise.all([f.gate.recheck(), f.gate.recheck()]);
  expect(f.probes).toBe(2);
  expect(f.gate.view('a')).toEqual({ open: true, has: METADATA });
});

it('looks anew sooner where that is asked for', async () => {
  await f.start();
  await f.clock.advance(9_000);
  await f.gate.recheck(10_000);
  expect(f.probes).toBe(1);
  await f.clock.advance(1_000);
  await f.gate.recheck(10_000);
  expect(f.probes).toBe(2);
});

describe('an answer that is not of this API, from a Kratos that is ready', () => {
  const ODD = trouble({ code: 'unexpected', status: 308 });

  it('is one of another server: what it has is looked at anew, at most every 10 s', async () => {
    await f.start();
    await f.clock.advance(10_000);
    f.has = METADATA;
    await Promise.all([f.gate.failed('a', ODD), f.gate.failed('b', ODD)]);
    expect(f.gate.view('a')).toEqual({ open: true, has: METADATA });
    await f.gate.failed('a', ODD);
    expect(f.probes).toBe(2);
    await f.clock.advance(10_000);
    await f.gate.failed('a', ODD);
    expect(f.probes).toBe(3);
  });

  it('closes the gate where what answers is no Kratos', async () => {
    await f.start();
    await f.clock.advance(10_000);
    f.has = ODD;
    await f.gate.failed('a', ODD);
    expect(f.gate.view('a')).toMatchObject(CLOSED);
  });

  it('is no reason to look where there was no answer at all', async () => {
    await f.start();
    await f.clock.advance(10_000);
    await f.gate.failed('a', trouble());
    expect([f.readies, f.probes]).toEqual([1, 1]);
  });
});
