import { canonical, sha256 } from '../model/canonical.ts';
import { isRemote } from '../model/errors.ts';
import { holdingOf } from '../model/holding.ts';
import { identifiersIn } from '../model/identifiers.ts';
import type { Capabilities } from '../model/identity.ts';
import { UNSEEN } from '../model/repeat.ts';
import { isDeleting, isObserved, keyOf } from '../model/resource.ts';
import type { KratosStep } from '../model/step.ts';
import type { World } from '../model/world.ts';
import type { Deps } from './deps.ts';
import { learn } from './learn.ts';
import { searchIdentity, unheldEquals } from './search.ts';

/** The name that Kratos gives the schema of those who name none. */
const DEFAULT_SCHEMA = 'default';

export async function readIdentity(deps: Deps, world: World, has: Capabilities, id: string): Promise<World> {
  const { resource } = world;
  try {
    const identity = await deps.kratos.getIdentity(has, id);
    deps.losses.found(resource.metadata.uid);
    return { ...world, identity: { kind: 'known', identity } };
  } catch (error) {
    if (!isRemote(error, 'notFound')) throw error;
    deps.index.drop(id);
    if (!isDeleting(resource))
      deps.losses.lost(resource.metadata.uid, keyOf(resource), !isObserved(resource));
    return { ...world, identity: { kind: 'gone' } };
  }
}

export async function search(
  deps: Deps,
  world: World,
  has: Capabilities,
  by: 'marker' | undefined,
): Promise<World> {
  const identity = await searchIdentity(deps, world, has, by);
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

/** After a refusal it is what that was of. A look that fails is no trouble: then it is as if there was nothing to be seen. */
export async function readObstacle(
  deps: Deps,
  world: World,
  has: Capabilities,
  { of, since }: Extract<KratosStep, { do: 'readObstacle' }>,
): Promise<World> {
  const seenAt = deps.clock.monotonic();
  const look = of === 'schema' ? schemaOf(deps, world, has) : holdersOf(deps, world, has, since);
  const text = await look.catch(orNothing);
  const obstacle = text === undefined ? UNSEEN : `${of} ${text}`;
  const { generation } = world.resource.metadata;
  const { refused } = world.learned;
  const justRefused = { generation, obstacle, triedAt: seenAt, seenAt };
  const news = world.createRefused ? justRefused : refused && { ...refused, seenAt };
  return learn(deps, { ...world, obstacle }, { refused: news });
}

function orNothing(error: unknown): undefined {
  if (!isRemote(error) || error.code === 'aborted') throw error;
}

async function schemaOf(deps: Deps, { resource }: World, has: Capabilities): Promise<string | undefined> {
  const schema = await deps.kratos.getSchema(has, resource.spec.schemaId ?? DEFAULT_SCHEMA);
  return schema === undefined ? undefined : sha256(canonical(schema));
}

/** Where nobody seems to hold a value of the traits, something else than what can be seen is in the way. */
async function holdersOf(deps: Deps, { resource }: World, has: Capabilities, since: number) {
  const ids = await deps.index.sharing(has, resource.spec.traits, since);
  return ids.length === 0 ? undefined : ids.toSorted().join(' ');
}
