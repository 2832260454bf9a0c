import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Queue } from '../../src/queue/queue.ts';
import { world } from './queue-world.ts';

describe('priority', () => {
  it('puts low keys behind normal ones', async () => {
    const { queue, drain } = world();
    queue.add('low', 'low');
    queue.add('a');
    queue.add('b');
    expect(await drain()).toEqual(['a', 'b', 'low']);
  });

  it('of a queued key is raised when it is added as normal, and never lowered', async () => {
    const { queue, told, drain } = world();
    for (const key of ['a', 'b']) queue.add(key, 'low');
    queue.add('b');
    queue.add('c');
    queue.add('c', 'low');
    expect(told.depth).toEqual([2, 1]);
    expect(await drain()).toEqual(['b', 'c', 'a']);
  });

  it('of a key that is worked on counts for its next turn, the highest that was asked for', async () => {
    const { queue, told, take } = world();
    queue.add('a');
    await take();
    queue.add('a', 'low');
    queue.add('a');
    queue.add('a', 'low');
    queue.done('a');
    expect(told.depth).toEqual([1, 0]);
  });

  it('of a delayed key counts when it falls due', () => {
    const { clock, queue, told } = world();
    queue.addAfter('a', 1_000, 'low');
    queue.addAfter('b', 1_000);
    clock.advance(1_000);
    expect(told.depth).toEqual([1, 1]);
  });

  it.each([
    ['a resync at once', (queue: Queue) => queue.add('edit', 'low')],
    ['an earlier resync', (queue: Queue) => queue.addAfter('edit', 500, 'low')],
    ['a later resync', (queue: Queue) => queue.addAfter('edit', 5_000, 'low')],
  ])('of a key that is to be tried again is not lowered by %s', (_, resync) => {
    const { clock, queue, told } = world();
    queue.addAfter('edit', 1_000);
    resync(queue);
    clock.advance(1_000);
    expect(told.depth).toEqual([1, 0]);
  });

  it.each([0, 1_000])('is raised by a wake-up of a key that waits for a resync in %d ms', (ms) => {
    const { clock, queue, told } = world();
    queue.addAfter('a', ms, 'low');
    queue.addAfter('a', 60_000);
    clock.advance(ms);
    expect(told.depth).toEqual([1, 0]);
  });

  it('of a key that failed is that of the work that failed', async () => {
    const { clock, queue, told, take } = world();
    queue.add('resync', 'low');
    queue.add('edit');
    for (const key of [await take(), await take()]) {
      queue.addRateLimited(key);
      queue.done(key);
    }
    clock.advance(1_000);
    expect(told.depth).toEqual([1, 1]);
  });

  it('of a key that is worked on can be asked for, and is that of an edit for any other', async () => {
    const { queue, take } = world();
    queue.add('resync', 'low');
    queue.add('waiting', 'low');
    const key = await take();
    expect(['resync', 'waiting'].map((one) => queue.priorityOf(one))).toEqual(['low', 'normal']);
    queue.done(key);
    expect(queue.priorityOf(key)).toBe('normal');
  });

  it('puts an edit before ten thousand keys of a resync, also of its own namespace', async () => {
    const { queue, take } = world();
    for (let index = 0; index < 10_000; index += 1) queue.add(`team/${index}`, 'low');
    await take();
    queue.add('team/edit');
    expect(await take()).toBe('team/edit');
  });

  it('does not let an endless stream of normal keys starve a low one', async () => {
    const { queue, take } = world();
    queue.add('low', 'low');
    const served: string[] = [];
    for (let turn = 0; turn < 20 && !served.includes('low'); turn += 1) {
      queue.add(`normal-${turn}`);
      queue.add(`more-${turn}`);
      const key = await take();
      served.push(key);
      queue.done(key);
    }
    expect(served).toContain('low');
  });

  it('lets a low key go before a normal one after eight normal ones that went before it, and only then', () => {
    const turns = fc.array(fc.constantFrom('normal', 'normal', 'low', 'get', 'get'), {
      maxLength: 200,
      size: 'max',
    });
    return fc.assert(
      fc.asyncProperty(turns, async (all) => {
        const { queue, told, take } = world();
        let passed = 0;
        for (const [index, turn] of all.entries()) {
          if (turn === 'normal' || turn === 'low') queue.add(`${turn}-${index}`, turn);
          else if (queue.length > 0) {
            const [normal = 0, low = 0] = told.depth;
            const isLow = (await take()).startsWith('low');
            expect(isLow).toBe(low > 0 && (normal === 0 || passed === 8));
            passed = isLow || low === 0 ? 0 : passed + 1;
          }
        }
      }),
    );
  });

  it('does not let low keys overtake: most turns are for the normal ones', async () => {
    const { queue, drain } = world();
    for (let index = 0; index < 40; index += 1) {
      queue.add(`low-${index}`, 'low');
      queue.add(`normal-${index}`);
    }
    const first = (await drain()).slice(0, 40);
    expect(first.filter((key) => key.startsWith('normal')).length).toBeGreaterThan(30);
  });
});
