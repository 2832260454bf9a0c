import { describe, expect, it } from 'vitest';
import { world } from './queue-world.ts';

describe('the queue', () => {
  it('hands keys out in the order they were added', async () => {
    const { queue, drain } = world();
    for (const key of ['b', 'a', 'c']) queue.add(key);
    expect(await drain()).toEqual(['b', 'a', 'c']);
  });

  it('holds a key once, however often it is added', async () => {
    const { queue, told, drain } = world();
    for (const key of ['a', 'b', 'a', 'a']) queue.add(key);
    expect(await drain()).toEqual(['a', 'b']);
    expect(told.added).toBe(2);
  });

  it('hands a key to a worker that waits already, each key to one of them, first come first served', async () => {
    const { queue } = world();
    const { signal } = new AbortController();
    const workers = [queue.get(signal), queue.get(signal)];
    queue.add('a');
    queue.add('b');
    expect(await Promise.all(workers)).toEqual(['a', 'b']);
    expect(queue.length).toBe(0);
  });

  it('never hands out a key that is being worked on, and queues it once afterwards', async () => {
    const { queue, told, take, drain } = world();
    queue.add('a');
    await take();
    queue.add('a');
    queue.add('a', 'low');
    queue.add('a');
    expect(queue.length).toBe(0);
    expect(told.added).toBe(2);
    queue.done('a');
    expect(await drain()).toEqual(['a']);
  });

  it('lets a key rest that nobody added while it was worked on', async () => {
    const { queue, take } = world();
    queue.add('a');
    await take();
    queue.done('a');
    expect(queue.length).toBe(0);
  });

  it('knows since when each worker has worked', async () => {
    const { clock, queue, take } = world();
    queue.add('a');
    queue.add('b');
    await take();
    clock.advance(500);
    await take();
    expect(queue.workSince()).toEqual([0, 500]);
    queue.done('a');
    expect(queue.workSince()).toEqual([500]);
  });
});

describe('a worker that asks for a key', () => {
  it('is refused with the reason of a signal that aborted before', async () => {
    const { queue } = world();
    queue.add('a');
    await expect(queue.get(AbortSignal.abort('over'))).rejects.toBe('over');
    expect(queue.length).toBe(1);
  });

  it('is refused when the signal aborts meanwhile, and takes no key from the others', async () => {
    const { queue } = world();
    const leaving = new AbortController();
    const left = queue.get(leaving.signal);
    const stays = queue.get(new AbortController().signal);
    leaving.abort('over');
    await expect(left).rejects.toBe('over');
    queue.add('a');
    expect(await stays).toBe('a');
  });
});

describe('a dropped key', () => {
  it('is not handed out any more, queued or delayed', () => {
    const { clock, queue, told } = world();
    queue.add('normal');
    queue.add('low', 'low');
    queue.addAfter('later', 1_000);
    for (const key of ['normal', 'low', 'later']) queue.drop(key);
    clock.advance(10_000);
    expect(queue.length).toBe(0);
    expect(told.depth).toEqual([0, 0]);
  });

  it('is not queued after its worker is done', async () => {
    const { queue, take } = world();
    queue.add('a');
    await take();
    queue.add('a');
    queue.drop('a');
    queue.done('a');
    expect(queue.length).toBe(0);
  });

  it('stays with its worker: a namesake waits until that is done', async () => {
    const { queue, take } = world();
    queue.add('a');
    await take();
    queue.drop('a');
    queue.add('a');
    expect(queue.length).toBe(0);
    queue.done('a');
    expect(queue.length).toBe(1);
  });

  it('has no backoff left for a namesake', () => {
    const { clock, queue } = world();
    for (let failure = 0; failure < 8; failure += 1) queue.addRateLimited('a');
    queue.drop('a');
    queue.addRateLimited('a');
    clock.advance(1_000);
    expect(queue.length).toBe(1);
  });
});

describe('what the queue tells of itself', () => {
  it('is how long keys waited since they were first added, and how long they were worked on', async () => {
    const { clock, queue, told, take } = world();
    queue.add('a', 'low');
    clock.advance(1_000);
    queue.add('a');
    clock.advance(2_000);
    await take();
    clock.advance(500);
    queue.done('a');
    expect(told.waited).toEqual([3]);
    expect(told.worked).toEqual([0.5]);
  });

  it('counts the wait of a delayed key from when it fell due', async () => {
    const { clock, queue, told, take } = world();
    queue.addAfter('a', 60_000);
    clock.advance(60_000);
    clock.advance(250);
    await take();
    expect(told.waited).toEqual([0.25]);
  });

  it('counts a retry when it is asked for', () => {
    const { queue, told } = world();
    queue.addRateLimited('a');
    expect([told.retried, told.added]).toEqual([1, 0]);
  });

  it('is its depth at every moment', async () => {
    const { queue, told, take } = world();
    queue.add('a');
    queue.add('b', 'low');
    expect(told.depth).toEqual([1, 1]);
    await take();
    expect(told.depth).toEqual([0, 1]);
  });

  it('says nothing of work that nobody was given', () => {
    const { queue, told } = world();
    queue.done('a');
    expect(told.worked).toEqual([]);
  });
});
