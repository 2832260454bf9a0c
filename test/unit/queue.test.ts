import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Clock } from '../../src/model/clock.ts';
import { Queue } from '../../src/queue/queue.ts';
import { HandClock } from '../wire/clocks.ts';

const MAX_TIMER_MS = 2_147_483_647;

/** A queue without jitter, on a clock that a test moves, with everything it tells. */
function world() {
  const clock = new HandClock();
  /** As Node's timers do, it cannot hold longer waits. */
  const clamping: Clock = {
    now: () => clock.now(),
    monotonic: () => clock.monotonic(),
    after: (ms, fn) => clock.after(Math.min(ms, MAX_TIMER_MS), fn),
  };
  const told = { added: 0, retried: 0, waited: [] as number[], worked: [] as number[], depth: [0, 0] };
  const queue = new Queue({
    clock: clamping,
    random: () => 0.5,
    observer: {
      added: () => (told.added += 1),
      retried: () => (told.retried += 1),
      started: (seconds) => told.waited.push(seconds),
      finished: (seconds) => told.worked.push(seconds),
      depth: (normal, low) => {
        told.depth = [normal, low];
      },
    },
  });
  /** Takes what is queued by now. */
  const take = async (): Promise<string> => {
    expect(queue.length).toBeGreaterThan(0);
    return queue.get(AbortSignal.any([]));
  };
  /** Takes and finishes everything that is queued by now. */
  const drain = async (): Promise<string[]> => {
    const keys: string[] = [];
    while (queue.length > 0) {
      const key = await take();
      keys.push(key);
      queue.done(key);
    }
    return keys;
  };
  return { clock, queue, told, take, drain };
}

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

  it('is not early where the wait is longer than a timer can be', () => {
    const { clock, queue } = world();
    const thirtyDays = 30 * 86_400_000;
    queue.addAfter('a', thirtyDays);
    clock.advance(thirtyDays - 1);
    expect(queue.length).toBe(0);
    clock.advance(1);
    expect(queue.length).toBe(1);
  });

  it('comes in the order of the wake-ups, whatever the order they were set in', () => {
    const delays = fc.uniqueArray(fc.integer({ min: 1, max: 100_000 }), { minLength: 1, maxLength: 200 });
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

  it('delays no other', () => {
    const { clock, queue } = world();
    for (let failure = 0; failure < 10; failure += 1) queue.addRateLimited('a');
    queue.addRateLimited('b');
    clock.advance(1_000);
    expect(queue.length).toBe(2);
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

type Command =
  | { readonly do: 'add'; readonly key: string; readonly low: boolean }
  | { readonly do: 'addAfter'; readonly key: string; readonly ms: number }
  | { readonly do: 'fail'; readonly key: string }
  | { readonly do: 'advance'; readonly ms: number }
  | { readonly do: 'get' }
  | { readonly do: 'done' };

const key = fc.constantFrom('a', 'b', 'c', 'd');
const ms = fc.nat(5_000);
const commands: fc.Arbitrary<Command[]> = fc.array(
  fc.oneof(
    fc.record({ do: fc.constant('add' as const), key, low: fc.boolean() }),
    fc.record({ do: fc.constant('addAfter' as const), key, ms }),
    fc.record({ do: fc.constant('fail' as const), key }),
    fc.record({ do: fc.constant('advance' as const), ms }),
    fc.record({ do: fc.constant('get' as const) }),
    fc.record({ do: fc.constant('done' as const) }),
  ),
  { maxLength: 60 },
);

describe('whatever happens', () => {
  it('no two workers have one key, and every key that was asked for comes to a worker afterwards', () => {
    return fc.assert(
      fc.asyncProperty(commands, async (all) => {
        const { clock, queue, take } = world();
        const working: string[] = [];
        const owed = new Set<string>();
        const get = async () => {
          const next = await take();
          expect(working).not.toContain(next);
          working.push(next);
          owed.delete(next);
        };
        const done = () => {
          const next = working.shift();
          if (next !== undefined) queue.done(next);
        };
        for (const command of all) {
          if ('key' in command) owed.add(command.key);
          if (command.do === 'add') queue.add(command.key, command.low ? 'low' : 'normal');
          if (command.do === 'addAfter') queue.addAfter(command.key, command.ms);
          if (command.do === 'fail') queue.addRateLimited(command.key);
          if (command.do === 'advance') clock.advance(command.ms);
          if (command.do === 'get' && queue.length > 0) await get();
          if (command.do === 'done') done();
        }
        clock.advance(400_000);
        while (working.length > 0 || queue.length > 0) {
          while (queue.length > 0) await get();
          done();
        }
        expect([...owed]).toEqual([]);
      }),
    );
  });
});
