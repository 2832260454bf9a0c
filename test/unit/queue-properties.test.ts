import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Priority } from '../../src/queue/queue.ts';
import { world } from './queue-world.ts';

type Command =
  | { readonly do: 'add'; readonly key: string; readonly priority: Priority }
  | { readonly do: 'addAfter'; readonly key: string; readonly ms: number; readonly priority: Priority }
  | { readonly do: 'fail' | 'forget' | 'drop'; readonly key: string }
  | { readonly do: 'advance'; readonly ms: number }
  | { readonly do: 'get' | 'done' };

const key = fc.constantFrom('a/1', 'a/2', 'b/1', 'c');
const ms = fc.oneof(fc.nat(3), fc.nat(5_000));
const priority = fc.constantFrom('normal' as const, 'low' as const);
const commands: fc.Arbitrary<Command[]> = fc.array(
  fc.oneof(
    fc.record({ do: fc.constant('add' as const), key, priority }),
    fc.record({ do: fc.constant('addAfter' as const), key, ms, priority }),
    fc.record({
      do: fc.constantFrom('fail' as const, 'fail' as const, 'forget' as const, 'drop' as const),
      key,
    }),
    fc.record({ do: fc.constant('advance' as const), ms }),
    fc.record({ do: fc.constantFrom('get' as const, 'done' as const) }),
  ),
  { maxLength: 80, size: 'max' },
);

/** What the queue is to know: of each key that somebody asked for, from when on and how urgently a worker is to have it. */
class Model {
  now = 0;
  readonly owed = new Map<string, { readonly at: number; readonly priority: Priority }>();
  readonly working = new Map<string, Priority>();
  readonly #failures = new Map<string, number>();

  ask(key: string, ms: number, priority: Priority): void {
    const known = this.owed.get(key) ?? { at: Number.POSITIVE_INFINITY, priority };
    const at = Math.min(this.now + ms, known.at);
    this.owed.set(key, { at, priority: known.priority === 'normal' ? 'normal' : priority });
  }

  fail(key: string): void {
    const failures = this.#failures.get(key) ?? 0;
    this.#failures.set(key, failures + 1);
    this.ask(key, Math.min(1_000 * 2 ** failures, 300_000), this.working.get(key) ?? 'normal');
  }

  forget(key: string): void {
    this.#failures.delete(key);
  }

  drop(key: string): void {
    this.forget(key);
    this.owed.delete(key);
  }

  /** A worker has the key: it must be due, and with no other. */
  take(key: string): void {
    const known = this.owed.get(key);
    expect(known?.at).toBeLessThanOrEqual(this.now);
    expect([...this.working.keys()]).not.toContain(key);
    this.working.set(key, known?.priority ?? 'normal');
    this.owed.delete(key);
  }

  depth(): [number, number] {
    const ready = [...this.owed].filter(([key, { at }]) => at <= this.now && !this.working.has(key));
    const low = ready.filter(([, { priority }]) => priority === 'low').length;
    return [ready.length - low, low];
  }

  delayed(): number {
    return [...this.owed.values()].filter(({ at }) => at > this.now).length;
  }
}

/** A queue and its model, with workers that wait until there is a key for them. */
function twins() {
  const { clock, queue, told } = world();
  const model = new Model();
  const taken: string[] = [];
  let idle = 0;
  const step = (command: Command) => {
    switch (command.do) {
      case 'add':
        model.ask(command.key, 0, command.priority);
        return queue.add(command.key, command.priority);
      case 'addAfter':
        model.ask(command.key, command.ms, command.priority);
        return queue.addAfter(command.key, command.ms, command.priority);
      case 'fail':
        model.fail(command.key);
        return queue.addRateLimited(command.key);
      case 'forget':
      case 'drop':
        model[command.do](command.key);
        return queue[command.do](command.key);
      case 'advance':
        model.now += command.ms;
        return clock.advance(command.ms);
      case 'get':
        idle += 1;
        return void queue.get(AbortSignal.any([])).then((handed) => taken.push(handed));
      case 'done': {
        const [longest] = model.working.keys();
        if (longest === undefined) return;
        model.working.delete(longest);
        queue.done(longest);
      }
    }
  };
  /** Carries the command out and compares. */
  const run = async (command: Command): Promise<void> => {
    step(command);
    await Promise.resolve();
    await Promise.resolve();
    for (const next of taken.splice(0)) {
      idle -= 1;
      model.take(next);
    }
    expect(told.depth).toEqual(model.depth());
    expect(queue.length === 0 || idle === 0).toBe(true);
    expect(clock.waiting).toBe(model.delayed() > 0 ? 1 : 0);
    expect(queue.workSince()).toHaveLength(model.working.size);
  };
  return { model, run };
}

describe('whatever happens', () => {
  it('a key is with one worker at most, when its earliest wake-up has come and not before, as urgently as asked', () => {
    return fc.assert(
      fc.asyncProperty(commands, async (all) => {
        const { run } = twins();
        for (const command of all) await run(command);
      }),
      { numRuns: 300 },
    );
  });

  it('every key that was asked for comes to a worker afterwards', () => {
    return fc.assert(
      fc.asyncProperty(commands, async (all) => {
        const { model, run } = twins();
        for (const command of all) await run(command);
        await run({ do: 'advance', ms: 300_000 });
        while (model.working.size > 0 || model.owed.size > 0) {
          await run({ do: 'get' });
          await run({ do: 'done' });
        }
      }),
    );
  });

  it('nothing comes of keys that are gone', () => {
    return fc.assert(
      fc.asyncProperty(commands, async (all) => {
        const { model, run } = twins();
        for (const command of all) await run(command);
        for (const gone of ['a/1', 'a/2', 'b/1', 'c']) await run({ do: 'drop', key: gone });
        while (model.working.size > 0) await run({ do: 'done' });
        await run({ do: 'get' });
        await run({ do: 'advance', ms: 300_000 });
        expect(model.working.size).toBe(0);
      }),
    );
  });
});
