import { isRemote } from '../model/errors.ts';
import type { Log } from '../ops/log.ts';
import type { Metrics } from '../ops/metrics.ts';
import type { PassResult } from '../reconcile/pass.ts';

/** Success is debug's; trouble of one resource is a warning that names it, in the log only. */
export function reportPass(
  metrics: Metrics,
  log: Log,
  key: string,
  outcome: PassResult | Error,
  seconds: number,
): void {
  if (outcome instanceof Error) {
    metrics.observePass('error', seconds);
    if (!isRemote(outcome, 'aborted')) log.warn({ resource: key, err: outcome }, 'pass failed');
    return;
  }
  metrics.observePass(resultLabel(outcome), seconds);
  log.debug({ resource: key, end: outcome.end, requeue: outcome.requeue.kind }, 'pass ended');
}

function resultLabel({ requeue }: PassResult): 'success' | 'requeue' | 'requeue_after' {
  if (requeue.kind === 'none') return 'success';
  return requeue.kind === 'after' ? 'requeue_after' : 'requeue';
}
