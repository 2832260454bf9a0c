import { isRemote } from '../model/errors.ts';
import { identifiersIn } from '../model/identifiers.ts';
import type { Capabilities } from '../model/identity.ts';
import type { World } from '../model/world.ts';
import type { Deps } from './deps.ts';
import { learn } from './learn.ts';
import { searchIdentity, unheldEquals } from './search.ts';

export async function readIdentity(deps: Deps, world: World, has: Capabilities, id: string): Promise<World> {
  try {
    return { ...world, identity: { kind: 'known', identity: await deps.kratos.getIdentity(has, id) } };
  } catch (error) {
    if (!isRemote(error, 'notFound')) throw error;
    deps.index.drop(id);
    return { ...world, identity: { kind: 'gone' } };
  }
}

export async function search(deps: Deps, world: World, has: Capabilities): Promise<World> {
  const identity = await searchIdentity(deps, world, has);
  if (identity.kind !== 'found') return { ...world, identity };
  // Found is explained: ours it is, or a stranger's; either way no second try is needed.
  const explained = learn(deps, world, { conflicts: undefined });
  return { ...explained, identity, conflictToExplain: false };
}

export async function readSchema(deps: Deps, world: World, has: Capabilities, id: string): Promise<World> {
  const schema = await deps.kratos.getSchema(has, id);
  const identifiers = schema === undefined ? [] : identifiersIn(schema, world.resource.spec.traits);
  return { ...world, protection: { kind: 'read', identifiers } };
}

export async function readEquals(
  deps: Deps,
  world: World,
  has: Capabilities,
  digest: string,
): Promise<World> {
  return { ...world, equals: { digest, ids: await unheldEquals(deps, world, has, digest) } };
}
