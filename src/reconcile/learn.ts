import type { Learned } from '../model/learned.ts';
import type { World } from '../model/world.ts';
import type { Deps } from './deps.ts';

/** Puts what an effect taught into memory, so that it outlives this pass, and into the world. `undefined` forgets a field. */
export function learn(
  deps: Pick<Deps, 'memory'>,
  world: World,
  news: { readonly [K in keyof Learned]?: Learned[K] | undefined },
): World {
  const merged = { ...world.learned, ...news };
  const learned = Object.fromEntries(Object.entries(merged).filter(([, value]) => value !== undefined));
  deps.memory.learn(world.resource.metadata.uid, learned);
  return { ...world, learned };
}

/** One more of something counted per generation. */
export function counted(
  before: { readonly generation: number; readonly count: number } | undefined,
  world: World,
): { readonly generation: number; readonly count: number } {
  const { generation } = world.resource.metadata;
  return { generation, count: before?.generation === generation ? before.count + 1 : 1 };
}
