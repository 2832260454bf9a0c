import { describe, expect, test } from 'vitest';
import { Slots } from '../../src/reconcile/slots.ts';
import { settle } from '../sim/clock.ts';

const NEVER = new AbortController().signal;

/** A promise that is settled by hand, and whether the one made from it has been. */
function gate() {
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  return { promise, open: resolve, fail: reject };
}

function isDone(promise: Promise<unknown>): () => boolean {
  let done = false;
  const mark = () => {
    done = true;
  };
  promise.then(mark, mark);
  return () => done;
}

describe('slots', () => {
  test('let as many be at work as there are, and the next as soon as one ends', async () => {
    const slots = new Slots(2);
    const [first, second] = [gate(), gate()];
    void slots.work(() => first.promise);
    await slots.room(NEVER);
    void slots.work(() => second.promise);
    const third = isDone(slots.room(NEVER));
    await settle();
    expect(third()).toBe(false);
    first.open();
    await settle();
    expect(third()).toBe(true);
  });

  test('are free again after a pass that failed', async () => {
    const slots = new Slots(1);
    await expect(slots.work(() => Promise.reject(new Error('no')))).rejects.toThrow('no');
    await slots.room(NEVER);
  });

  test('are not taken by one that stands aside', async () => {
    const slots = new Slots(1);
    const shared = gate();
    void slots.work(() => slots.aside(() => shared.promise));
    await slots.room(NEVER);
  });

  test('wait for one that comes back, before any that has not begun', async () => {
    const slots = new Slots(1);
    const [shared, other, rest] = [gate(), gate(), gate()];
    const order: string[] = [];
    const returning = slots.work(async () => {
      await slots.aside(() => shared.promise);
      order.push('back');
      await rest.promise;
    });
    void slots.work(() => other.promise);
    const next = isDone(slots.room(NEVER));
    shared.open();
    await settle();
    expect(order).toEqual([]);
    other.open();
    await settle();
    expect({ order, next: next() }).toEqual({ order: ['back'], next: false });
    rest.open();
    await returning;
    await settle();
    expect(next()).toBe(true);
  });

  test('pass on what a shared request failed with, and keep count', async () => {
    const slots = new Slots(1);
    const shared = gate();
    const pass = slots.work(() => slots.aside(() => shared.promise));
    shared.fail(new Error('lost'));
    await expect(pass).rejects.toThrow('lost');
    await slots.room(NEVER);
    const again = gate();
    void slots.work(() => again.promise);
    const next = isDone(slots.room(NEVER));
    await settle();
    expect(next()).toBe(false);
  });

  test('let no more begin than can stand aside at once', async () => {
    const slots = new Slots(1);
    const shared = gate();
    let begun = 0;
    for (; begun < slots.capacity - 1; begun += 1) {
      await slots.room(NEVER);
      void slots.work(() => slots.aside(() => shared.promise));
    }
    const next = isDone(slots.room(NEVER));
    await settle();
    expect(next()).toBe(false);
    shared.open();
    await settle();
    expect(next()).toBe(true);
  });

  test('stop waiting for room when told to', async () => {
    const slots = new Slots(1);
    void slots.work(() => gate().promise);
    const stop = new AbortController();
    const waiting = slots.room(stop.signal);
    stop.abort(new Error('stopping'));
    await expect(waiting).rejects.toThrow('stopping');
  });
});
