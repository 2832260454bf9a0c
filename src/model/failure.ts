import type { Instant } from './clock.ts';
import type { RemoteError } from './errors.ts';
import { isQuiet, outageVerdict, planOutage } from './outage.ts';
import { isDeleting } from './resource.ts';
import type { End, Requeue, Verdict } from './step.ts';
import type { World } from './world.ts';

/** What a request to Kratos that failed means for the resource; the text depends on the kind of error only. */
export function planFailure(world: World, error: RemoteError, now: Instant): End {
  const refusal = refusalVerdict(error);
  if (refusal === undefined) return planTrouble(world, error, now);
  if (!isDeleting(world.resource)) return { do: 'stall', verdict: refusal };
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
  return { do: 'wait', verdict: outageVerdict(world, cause), requeue };
}

/** The verdict of a definite refusal of this spec; `undefined` where the trouble is Kratos' own or will pass. */
function refusalVerdict(error: RemoteError): Verdict | undefined {
  if (error.code === 'conflict' || error.code === 'methodDisabled' || error.status === 413) {
    return { reason: 'KratosRefused', message: `Kratos refused the request (${error.status ?? error.code})` };
  }
  if (error.code !== 'invalid') return undefined;
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
      return undefined;
    case 'other':
    case undefined:
      return { reason: 'KratosRefused', message: `Kratos refused the request (${error.status ?? 400})` };
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
