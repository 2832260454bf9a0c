import type { Log } from './log.ts';
import type { Metrics } from './metrics.ts';

/** How many identities vanished from Kratos, and what became of them. */
interface MassLoss {
  readonly isOver: boolean;
  readonly lost: number;
  readonly madeAgain: number;
  readonly foundAgain: number;
}

/** Tells people that many identities vanished at once, once when it begins and once when it is over; counts only. */
export function tellMassLoss(log: Log, metrics: Metrics, { isOver, ...counts }: MassLoss): void {
  metrics.setMassLoss(!isOver);
  if (isOver) log.info(counts, 'the mass loss of identities is over');
  else log.error(counts, MASS_LOSS);
}

const MASS_LOSS =
  'many identities are gone from Kratos: check whether its database is the right one; they are made again at a bounded pace';
