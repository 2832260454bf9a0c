import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { FairQueue } from '../../src/queue/fair-queue.ts';
import { world } from './queue-world.ts';

const namespaceOf = (key: string) => key.split('/')[0] ?? '';

describe.each(['normal', 'low'] as const)('namespaces with %s keys', (priority) => {
  it('take turns, each in the order its keys were added', async () => {
    const { queue, drain } = world();
    for (const key of ['a/1', 'a/2', 'a/3', 'b/1', 'b/2', 'c/1']) queue.add(key, priority);
    expect(await drain()).toEqual(['a/1', 'b/1', 'c/1', 'a/2', 'b/2', 'a/3']);
  });

  it('do not wait for the ten thousand keys of another', async () => {
    const { queue, take } = world();
    for (let index = 0; index < 10_000; index += 1) queue.add(`crowd/${index}`, priority);
    queue.add('alone/1', priority);
    expect([await take(), await take()]).toEqual(['crowd/0', 'alone/1']);
  });

  it('go to the end of the line after each turn, also those that had run out of keys', async () => {
    const { queue, take } = world();
    for (const key of ['a/1', 'b/1', 'c/1', 'c/2']) queue.add(key, priority);
    const served: string[] = [];
    // Its one key comes back as soon as it is done: that must not put it before those that wait.
    for (let turn = 0; turn < 4; turn += 1) {
      const key = await take();
      queue.done(key);
      if (key === 'a/1') queue.add(key, priority);
      served.push(key);
    }
    expect(served).toEqual(['a/1', 'b/1', 'c/1', 'a/1']);
  });

  it('lose their turn with their last key, and no other loses one by it', async () => {
    const { queue, drain } = world();
    for (const key of ['a/1', 'b/1', 'b/2', 'c/1', 'd/1']) queue.add(key, priority);
    for (const key of ['a/1', 'b/1', 'd/1', 'e/1']) queue.drop(key);
    queue.add('a/2', priority);
    expect(await drain()).toEqual(['b/2', 'c/1', 'a/2']);
  });

  it('are told apart by what is before the slash; keys without one are one', async () => {
    const { queue, drain } = world();
    for (const key of ['x', 'y', 'z', 'ab/1', 'a/1', '/w', '__proto__/1']) queue.add(key, priority);
    expect(await drain()).toEqual(['x', 'ab/1', 'a/1', '__proto__/1', 'y', 'z', '/w']);
  });

  it('have at most one turn each between two turns of one that waits, and before its first', () => {
    const key = fc.tuple(fc.constantFrom('a', 'b', 'c', 'd', 'e'), fc.nat(5)).map((parts) => parts.join('/'));
    const commands = fc.array(
      fc.oneof(
        { weight: 4, arbitrary: fc.record({ do: fc.constant('add' as const), key }) },
        { weight: 1, arbitrary: fc.record({ do: fc.constant('drop' as const), key }) },
        { weight: 3, arbitrary: fc.record({ do: fc.constant('get' as const) }) },
      ),
      { maxLength: 150, size: 'max' },
    );
    return fc.assert(
      fc.asyncProperty(commands, async (all) => {
        const { queue, take } = world();
        /** What waits, by namespace, first come first. */
        const waiting = new Map<string, string[]>();
        /** Of each namespace that waits: which others had a turn since its own, or since it came. */
        const overtakers = new Map<string, string[]>();
        const keep = (namespace: string, keys: string[]) => {
          if (keys.length === 0) overtakers.delete(namespace);
          else if (!overtakers.has(namespace)) overtakers.set(namespace, []);
          waiting.set(namespace, keys);
        };
        for (const command of all) {
          if (command.do === 'get') {
            if (queue.length === 0) continue;
            const next = await take();
            queue.done(next);
            const namespace = namespaceOf(next);
            const [first, ...rest] = waiting.get(namespace) ?? [];
            expect(next).toBe(first);
            for (const [other, before] of overtakers) {
              if (other === namespace) continue;
              expect(before).not.toContain(namespace);
              before.push(namespace);
            }
            overtakers.delete(namespace);
            keep(namespace, rest);
          } else {
            const namespace = namespaceOf(command.key);
            const keys = waiting.get(namespace) ?? [];
            if (command.do === 'add') queue.add(command.key, priority);
            else queue.drop(command.key);
            const others = keys.filter((other) => other !== command.key);
            if (command.do === 'drop') keep(namespace, others);
            else if (!keys.includes(command.key)) keep(namespace, [...keys, command.key]);
          }
        }
        expect(queue.length).toBe([...waiting.values()].flat().length);
      }),
    );
  });
});

describe('two priorities', () => {
  it('are fair each by itself: a namespace with a normal key does not wait for another with low ones', async () => {
    const { queue, drain } = world();
    for (const key of ['a/1', 'a/2', 'b/1']) queue.add(key, 'low');
    for (const key of ['c/1', 'c/2', 'a/3']) queue.add(key);
    expect(await drain()).toEqual(['c/1', 'a/3', 'c/2', 'a/1', 'b/1', 'a/2']);
  });

  it('hold a raised key once', async () => {
    const { queue, drain } = world();
    for (const key of ['a/1', 'a/2', 'b/1']) queue.add(key, 'low');
    queue.add('a/1');
    expect(queue.length).toBe(3);
    expect(await drain()).toEqual(['a/1', 'a/2', 'b/1']);
  });
});

describe('a key that waits already', () => {
  it('counts once and keeps its place', () => {
    const queue = new FairQueue();
    for (const key of ['a/1', 'a/2', 'a/1']) queue.add(key);
    expect(queue.size).toBe(2);
    expect([queue.shift(), queue.shift(), queue.shift()]).toEqual(['a/1', 'a/2', undefined]);
  });
});
