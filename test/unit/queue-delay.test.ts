import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { world } from './queue-world.ts';

describe('a delayed key', () => {
  it('is queued when its time has come, and not before', () => {
    const { clock, queue } = world();
    queue.addAfter('a', 1_000);
    clock.advance(999);
    expect(queue.length).toBe(0);
    clock.advance(1);
    expect(queue.length).toBe(1);
  });

  it('is queued at once where there is nothing to wait for', () => {
    const { queue } = world();
    queue.addAfter('a', 0);
    queue.addAfter('b', -5);
    expect(queue.length).toBe(2);
  });

  it.each([
    [1_000, 5_000],
    [5_000, 1_000],
  ])('keeps the earlier of two wake-ups and drops the other (%d, then %d)', async (first, second) => {
    const { clock, queue, drain } = world();
    queue.addAfter('a', first);
    queue.addAfter('a', second);
    clock.advance(1_000);
    expect(await drain()).toEqual(['a']);
    clock.advance(10_000);
    expect(queue.length).toBe(0);
  });

  it('waits no more once it is added at once', async () => {
    const { clock, queue, drain } = world();
    queue.addAfter('a', 1_000);
    queue.add('a');
    expect(await drain()).toEqual(['a']);
    clock.advance(10_000);
    expect(queue.length).toBe(0);
  });

  it('needs no wake-up while it is queued anyway', async () => {
    const { clock, queue, drain } = world();
    queue.add('a');
    queue.addAfter('a', 1_000);
    expect(await drain()).toEqual(['a']);
    clock.advance(10_000);
    expect(queue.length).toBe(0);
  });

  it('that falls due while it is worked on is queued afterwards', async () => {
    const { clock, queue, take } = world();
    queue.add('a');
    await take();
    queue.addAfter('a', 1_000);
    clock.advance(1_000);
    expect(queue.length).toBe(0);
    queue.done('a');
    expect(queue.length).toBe(1);
  });

  it('is not early where the wait is longer than a timer can be, nor looked at all the time', () => {
    const { clock, queue, told } = world();
    const thirtyDays = 30 * 86_400_000;
    queue.addAfter('a', thirtyDays);
    clock.advance(1_000);
    expect(told.timers).toBe(1);
    clock.advance(thirtyDays - 1_001);
    expect(told.timers).toBe(2);
    expect(queue.length).toBe(0);
    clock.advance(1);
    expect(queue.length).toBe(1);
  });

  it('comes in the order of the wake-ups, whatever the order they were set in', () => {
    const delays = fc.uniqueArray(fc.integer({ min: 1, max: 100_000 }), {
      minLength: 1,
      maxLength: 200,
      size: 'max',
    });
    return fc.assert(
      fc.asyncProperty(delays, async (all) => {
        const { clock, queue, drain } = world();
        for (const ms of all) queue.addAfter(String(ms), ms);
        // Every third is called off; what is left must not suffer by it.
        const dropped = new Set(all.filter((_, index) => index % 3 === 2));
        for (const ms of dropped) queue.drop(String(ms));
        clock.advance(100_000);
        const left = all.filter((ms) => !dropped.has(ms)).sort((a, b) => a - b);
        expect(await drain()).toEqual(left.map(String));
      }),
    );
  });
});

describe('the timer of the delayed keys', () => {
  it('is one for all of them, and none where there are none', () => {
    const { clock, queue } = world();
    for (let ms = 10_000; ms > 0; ms -= 1) queue.addAfter(`key-${ms}`, ms);
    expect(clock.waiting).toBe(1);
    for (let ms = 1; ms <= 9_999; ms += 1) queue.drop(`key-${ms}`);
    expect(clock.waiting).toBe(1);
    queue.drop('key-10000');
    expect(clock.waiting).toBe(0);
  });

  it('ends with the last key: called off, queued at once, or due', () => {
    const { clock, queue } = world();
    for (const end of [
      () => queue.drop('a'),
      () => queue.add('a'),
      () => queue.addAfter('a', 0),
      () => clock.advance(1_000),
    ]) {
      queue.drop('a');
      queue.addAfter('a', 1_000);
      expect(clock.waiting).toBe(1);
      end();
      expect(clock.waiting).toBe(0);
    }
  });

  it('fires for one key only, however close the next is', async () => {
    const { clock, queue, drain } = world();
    for (const ms of [1_001, 1_000, 1_000.5]) queue.addAfter(`key-${ms}`, ms);
    clock.advance(1_000);
    expect(await drain()).toEqual(['key-1000']);
    clock.advance(1);
    expect(await drain()).toEqual(['key-1000.5', 'key-1001']);
  });

  it('does no harm where the key that it was set for is gone', async () => {
    const { clock, queue, drain } = world();
    queue.addAfter('a', 1_000);
    queue.addAfter('b', 2_000);
    queue.drop('a');
    clock.advance(1_999);
    expect(queue.length).toBe(0);
    clock.advance(1);
    expect(await drain()).toEqual(['b']);
  });
});

describe('a failing key', () => {
  it('comes back after a second, then after two, and after one again once forgotten', async () => {
    const { clock, queue, drain } = world();
    for (const [ms, forget] of [
      [1_000, false],
      [2_000, true],
      [1_000, false],
    ] as const) {
      queue.addRateLimited('a');
      clock.advance(ms - 1);
      expect(queue.length).toBe(0);
      clock.advance(1);
      expect(await drain()).toEqual(['a']);
      if (forget) queue.forget('a');
    }
  });

  it.each([
    [400, 1_000],
    [9_000, 9_000],
  ])('that is to wait for %d ms at least comes back after %d', (atLeast, ms) => {
    const { clock, queue } = world();
    queue.addRateLimited('a', atLeast);
    clock.advance(ms - 1);
    expect(queue.length).toBe(0);
    clock.advance(1);
    expect(queue.length).toBe(1);
  });

  it('delays no other', () => {
    const { clock, queue } = world();
    for (let failure = 0; failure < 10; failure += 1) queue.addRateLimited('a');
    queue.addRateLimited('b');
    clock.advance(1_000);
    expect(queue.length).toBe(2);
  });
});
