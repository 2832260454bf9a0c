import { isRemote } from '../model/errors.ts';
import { holdingOf } from '../model/holding.ts';
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
  const found = { ...world, identity, conflictToExplain: false };
  // A take-up that was refused is looked for again in every pass: finding it explains no conflict but one of this pass' create.
  if (!world.conflictToExplain && holdingOf(found).kind === 'heirloom') return found;
  // Found is explained: ours it is, or a stranger's; either way no second try is needed.
  return learn(deps, found, { conflicts: undefined });
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
