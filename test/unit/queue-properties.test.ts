import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { world } from './queue-world.ts';

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
