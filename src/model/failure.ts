import type { Instant } from './clock.ts';
import type { RemoteError } from './errors.ts';
import { isAllTold } from './learned.ts';
import { isQuiet, outageVerdict, planOutage } from './outage.ts';
import { isDeleting, says } from './resource.ts';
import type { End, Requeue, Verdict } from './step.ts';
import type { World } from './world.ts';

/** What a request to Kratos that failed means for the resource; the text depends on the kind of error only. */
export function planFailure(world: World, error: RemoteError, now: Instant): End {
  if (error.retry === 'backoff') return planTrouble(world, error, now);
  if (!isDeleting(world.resource)) return { do: 'stall', verdict: refusalVerdict(error) };
  const verdict: Verdict = { reason: 'Deleting', message: 'Kratos refused the request' };
  return { do: 'wait', verdict, requeue: { kind: 'backoff' } };
}

/** Trouble that closed the gate is everybody's; any other is this key's own. */
function planTrouble(world: World, error: RemoteError, now: Instant): End {
  const { kratos, learned } = world;
  if (!kratos.open) return planOutage(world, kratos);
  const requeue: Requeue = { kind: 'backoff' };
  if (isQuiet(world, now.mono - (learned.troubledSince ?? now.mono))) return { do: 'postpone', requeue };
  const cause = error.code === 'denied' ? 'denied' : 'unavailable';
  const verdict = outageVerdict(world, cause);
  // Another passing trouble in the same outage, such as of a server that is just replaced, is no news.
  const isTold = says(world.resource, 'KratosUnavailable') && isAllTold(learned);
  if (isTold && verdict.reason === 'KratosUnavailable') return { do: 'postpone', requeue };
  return { do: 'wait', verdict, requeue };
}

/** The verdict of a definite refusal of this spec. */
function refusalVerdict(error: RemoteError): Verdict {
  switch (error.refusal) {
    case 'traits':
      return { reason: 'InvalidTraits', message: traitsMessage(error) };
    case 'schemaUnknown':
      return {
        reason: 'SchemaNotFound',
        message: 'Kratos has no identity schema of the id in spec.schemaId',
      };
    case 'fieldUnknown':
    case 'concurrentUpdate':
    case 'patchNotApplied':
    case 'other':
    case undefined:
      return {
        reason: 'KratosRefused',
        message: `Kratos refused the request (${error.status ?? error.code})`,
      };
  }
}

function traitsMessage(error: RemoteError): string {
  if (error.violations.length === 0) return 'Kratos refuses the traits';
  const list = error.violations.map(
    ({ pointer, keyword, expectation }) =>
      `${pointer} (${keyword}${expectation === undefined ? '' : `: ${expectation}`})`,
  );
  return `Kratos refuses the traits: ${[...new Set(list)].sort().slice(0, 10).join(', ')}`;
}

/** An answer that contradicts what was proved of this server: its capabilities are to be looked at again. */
export function contradictsProbe(error: RemoteError): boolean {
  return error.code === 'unsupported' || (error.code === 'invalid' && error.refusal === 'fieldUnknown');
}
