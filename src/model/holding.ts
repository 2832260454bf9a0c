import type { Identity } from './identity.ts';
import { ownershipOf } from './owner.ts';
import type { World } from './world.ts';

/** The identity in view and what it is to the resource; the one place that decides whose an identity is. */
export type Holding =
  | { readonly kind: 'none' }
  | { readonly kind: 'ours'; readonly identity: Identity }
  /** Left by an earlier resource of this name: may be taken up. */
  | { readonly kind: 'heirloom'; readonly identity: Identity }
  | { readonly kind: 'notOurs' };

/**
 * An id in status counts only together with what the identity says itself: another uid there means that the resource lost it,
 * no marker at all that somebody's PUT wiped it. What a search found needs a marker, or the record of our own create.
 */
export function holdingOf(world: World): Holding {
  const view = world.identity;
  if (view.kind !== 'known' && view.kind !== 'found') return { kind: 'none' };
  const { identity } = view;
  const ownership = ownershipOf(identity, world.resource, world.settings.ownerId);
  if (ownership === 'mine') return { kind: 'ours', identity };
  if (ownership === 'unmarked') {
    const proven = view.kind === 'known' || view.recorded;
    return proven ? { kind: 'ours', identity } : { kind: 'notOurs' };
  }
  const mayTakeUp = ownership === 'predecessor' && view.kind === 'found';
  return mayTakeUp ? { kind: 'heirloom', identity } : { kind: 'notOurs' };
}
