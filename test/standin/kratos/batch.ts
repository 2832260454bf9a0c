import type { JsonObject } from '../../../src/model/json.ts';
import { badRequest, type ErrorDetail, genericError, json, Refused } from './answer.ts';
import { decodeBatch } from './bodies.ts';
import { draftOf, validated } from './drafts.ts';
import { conflict, stored } from './identities.ts';
import type { IdentityRecord } from './identity.ts';
import { UniqueViolation } from './store.ts';
import type { Handler, World } from './world.ts';

type Outcome = { readonly record: IdentityRecord } | { readonly refused: Refused };

/** Creates several identities. A body that does not decode, a bad state or a bad import refuses them all. */
export const batchIdentities: Handler = (world, call) => {
  const items = decodeBatch(call, world.dialect);
  if (items.length > world.dialect.batchLimit) {
    const limit = world.dialect.batchLimit;
    throw badRequest(`The maximum number of identities that can be created or deleted at once is ${limit}.`);
  }
  const drafts = items.map((item) => (item === undefined ? undefined : draftOf(item.create, world)));
  const checked = drafts.map((draft) =>
    draft === undefined ? undefined : check(() => validated(draft, world)),
  );
  const outcomes = world.dialect.batch === 'whole' ? all(world, checked) : each(world, checked);
  return json(200, {
    identities: outcomes.map((outcome, index) =>
      outcome === undefined ? null : entry(outcome, items[index]?.patchId, world),
    ),
  });
};

function check(validate: () => IdentityRecord): Outcome {
  try {
    return { record: validate() };
  } catch (error) {
    if (error instanceof Refused) return { refused: error };
    throw error;
  }
}

/** v1.0: the first refusal or conflict is everyone's. */
function all(world: World, checked: readonly (Outcome | undefined)[]): readonly (Outcome | undefined)[] {
  for (const outcome of checked) {
    if (outcome !== undefined && 'refused' in outcome) throw outcome.refused;
  }
  const records = checked.flatMap(recordOf);
  stored(world, () => world.store.insert(...records));
  return checked;
}

/** Since v1.3 each item fails alone, but a conflict of the only valid one is a 409 of the whole request. */
function each(world: World, checked: readonly (Outcome | undefined)[]): readonly (Outcome | undefined)[] {
  const outcomes = checked.map((outcome) => (outcome === undefined ? undefined : insert(world, outcome)));
  const [conflicting] = outcomes.filter((outcome, index) => outcome !== checked[index]);
  if (conflicting === undefined) return outcomes;
  if (checked.flatMap(recordOf).length === 1 && 'refused' in conflicting) throw conflicting.refused;
  if (world.dialect.batchRollsBack) {
    for (const { id } of outcomes.flatMap(recordOf)) world.store.remove(id);
  }
  return outcomes;
}

function insert(world: World, outcome: Outcome): Outcome {
  if ('refused' in outcome) return outcome;
  try {
    world.store.insert(outcome.record);
    return outcome;
  } catch (error) {
    if (error instanceof UniqueViolation) return { refused: conflict(error, world) };
    throw error;
  }
}

function recordOf(outcome: Outcome | undefined): readonly IdentityRecord[] {
  return outcome !== undefined && 'record' in outcome ? [outcome.record] : [];
}

function entry(outcome: Outcome, patchId: string | undefined, world: World): JsonObject {
  const patch = patchId === undefined ? {} : { patch_id: patchId };
  if ('record' in outcome) return { action: 'create', identity: outcome.record.id, ...patch };
  return { action: 'error', ...patch, error: genericError(told(outcome.refused.detail, world)) };
}

/** Whatever is wrong with one item but a conflict is a bad request of it. */
function told(detail: ErrorDetail, { dialect }: World): ErrorDetail {
  if (detail.code === 409) return detail;
  const { message } = badRequest('').detail;
  return { code: 400, message, reason: (dialect.batchReasons ? detail.reason : undefined) ?? detail.message };
}
