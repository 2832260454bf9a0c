import type { Action } from '../model/action.ts';
import type { Clock } from '../model/clock.ts';
import type { Settings } from '../model/world.ts';
import type { Census } from './census.ts';
import type { Contact, Mark } from './contact.ts';
import type { Gate } from './gate.ts';
import type { IdentityIndex } from './identity-index.ts';
import type { Losses } from './losses.ts';
import type { Memory } from './memory.ts';
import type { Cache, Events, Kratos, Leadership, Resources, Secrets } from './ports.ts';
import type { Slots } from './slots.ts';

/** Everything a pass works with, built once for every lease. */
export interface Deps {
  readonly kratos: Kratos;
  readonly resources: Resources;
  readonly secrets: Secrets;
  readonly events: Events;
  readonly cache: Cache;
  readonly leadership: Leadership;
  readonly clock: Clock;
  readonly gate: Pick<Gate, 'view' | 'park' | 'succeeded' | 'failed' | 'recheck'>;
  readonly index: IdentityIndex;
  readonly memory: Memory;
  readonly slots: Pick<Slots, 'aside'>;
  readonly census: Pick<Census, 'vouchesFor' | 'isNew' | 'tries' | 'letsGo' | 'forget'>;
  readonly losses: Pick<Losses, 'turn' | 'lost' | 'found' | 'remaking' | 'forget'>;
  readonly contact: Contact;
  /** Kratos' first answer since this process won its lease. */
  readonly sinceLease: Mark;
  readonly settings: Settings;
  readonly onAction: (action: Action) => void;
  /** Identities, or identifiers of some, became free: conflicts may be over. */
  readonly onReleased: () => void;
}
