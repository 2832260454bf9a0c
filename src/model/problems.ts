import { formProblem } from './form.ts';
import type { KratosIdentity } from './generated/kratosidentity.ts';
import type { Capabilities } from './identity.ts';
import { limitProblems } from './limits.ts';
import { MARKER_KEY } from './owner.ts';
import type { Verdict } from './step.ts';

/** What its form and our own limits say against a spec, before Kratos is asked. */
export function specProblem(resource: KratosIdentity): Verdict | undefined {
  const misshapen = formProblem(resource);
  if (misshapen !== undefined) return misshapen;
  const { traits, metadataPublic, metadataAdmin } = resource.spec;
  const inTraits = limitProblems(traits).map((problem) => `traits: ${problem}`);
  if (inTraits.length > 0) return { reason: 'InvalidTraits', message: inTraits.join('; ') };
  const inMetadata = [
    ...limitProblems(metadataPublic ?? {}).map((problem) => `metadataPublic: ${problem}`),
    ...limitProblems(metadataAdmin ?? {}).map((problem) => `metadataAdmin: ${problem}`),
  ];
  if (metadataAdmin !== undefined && Object.hasOwn(metadataAdmin, MARKER_KEY)) {
    inMetadata.push(`metadataAdmin: the key ${MARKER_KEY} is the operator's own`);
  }
  return inMetadata.length > 0 ? { reason: 'InvalidMetadata', message: inMetadata.join('; ') } : undefined;
}

/** What the spec needs and this Kratos does not have. */
export function unsupported(resource: KratosIdentity, has: Capabilities): Verdict | undefined {
  const { spec } = resource;
  const lacking = [
    !has.state && spec.state !== undefined && 'spec.state',
    !has.state && spec.deletionPolicy === 'Deactivate' && 'spec.deletionPolicy: Deactivate',
    !has.metadata && spec.metadataPublic !== undefined && 'spec.metadataPublic',
    !has.metadata && spec.metadataAdmin !== undefined && 'spec.metadataAdmin',
    !has.externalIds && spec.externalId !== undefined && 'spec.externalId',
  ].filter((field) => field !== false);
  if (lacking.length === 0) return undefined;
  return {
    reason: 'Unsupported',
    message: `this Kratos does not have what is needed for ${lacking.join(', ')}`,
  };
}
