import { describe, expect, it } from 'vitest';
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
