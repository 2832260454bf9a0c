import { getEventListeners } from 'node:events';
import { queryObjects } from 'node:v8';
import { describe, expect, it } from 'vitest';
import { Fifo } from '../../src/queue/fifo.ts';
import { world } from './queue-world.ts';

/** The lines of keys in the heap of this process: one for each namespace that waits, and one of namespaces for each priority. */
const lines = () => queryObjects(Fifo, { format: 'count' });

describe('nothing is kept', () => {
  it('of namespaces whose keys were worked on, dropped or raised', async () => {
    const { queue, drain } = world();
    const idle = lines();
    for (let index = 0; index < 300; index += 1) queue.add(`team-${index}/key`, 'low');
    expect(lines()).toBe(idle + 300);
    for (let index = 0; index < 100; index += 1) queue.drop(`team-${index}/key`);
    for (let index = 100; index < 200; index += 1) queue.add(`team-${index}/key`);
    expect(lines()).toBe(idle + 200);
    await drain();
    queue.drop('never/seen');
    expect(lines()).toBe(idle);
  });

  it('on the signal of a worker that got its key, or left', async () => {
    const { queue } = world();
    const { signal } = new AbortController();
    queue.add('a');
    await queue.get(signal);
    const later = queue.get(signal);
    expect(getEventListeners(signal, 'abort')).toHaveLength(1);
    queue.add('b');
    await later;
    expect(getEventListeners(signal, 'abort')).toEqual([]);

    const leaving = new AbortController();
    const left = queue.get(leaving.signal);
    leaving.abort('over');
    await expect(left).rejects.toBe('over');
    expect(getEventListeners(leaving.signal, 'abort')).toEqual([]);
  });

  it('of a dropped key in any state: no turn, no timer, no work, no backoff', async () => {
    const { clock, queue, told, take } = world();
    const states: Record<string, (key: string) => unknown> = {
      queued: (key) => queue.add(key),
      resynced: (key) => queue.add(key, 'low'),
      delayed: (key) => queue.addAfter(key, 60_000),
      failed: (key) => queue.addRateLimited(key),
      working: (key) => queue.add(key),
      again: (key) => queue.add(key),
    };
    for (const key of ['working', 'again']) {
      queue.add(key);
      await take();
    }
    for (const [key, enter] of Object.entries(states)) enter(key);
    for (const key of Object.keys(states)) queue.drop(key);
    for (const key of ['working', 'again']) queue.done(key);
    expect([queue.length, clock.waiting, queue.workSince(), told.depth]).toEqual([0, 0, [], [0, 0]]);
    clock.advance(600_000);
    expect(queue.length).toBe(0);
    queue.addRateLimited('failed');
    clock.advance(1_000);
    expect(queue.length).toBe(1);
  });
});
