import type { KratosIdentity } from './generated/kratosidentity.ts';
import { isObject, type JsonObject, type JsonValue } from './json.ts';
import type { Verdict } from './step.ts';

type Check = (value: JsonValue) => boolean;

const isText: Check = (value) => typeof value === 'string';
const oneOf = (...words: readonly string[]): Check => {
  return (value) => typeof value === 'string' && words.includes(value);
};

const POLICIES = ['Delete', 'Retain', 'Deactivate'] as const;

const SPEC: Readonly<Record<string, Check>> = {
  schemaId: isText,
  state: oneOf('active', 'inactive'),
  externalId: isText,
  deletionPolicy: oneOf(...POLICIES),
  recovery: isObject,
};

const RECOVERY: Readonly<Record<string, Check>> = {
  requestId: isText,
  expiresIn: isText,
  method: oneOf('Auto', 'Code', 'Link'),
  output: oneOf('Status', 'Secret'),
};

/**
 * Where a stored spec has not the form that its type promises. The API server checks what is written through it, but hands out as it
 * is what an earlier definition let in or what was restored past it. Names fields, never a value.
 */
export function formProblem({ spec }: KratosIdentity): Verdict | undefined {
  if (!isObject(spec)) return { reason: 'InvalidTraits', message: 'spec is not an object' };
  const stored: JsonObject = spec;
  if (!isObject(stored.traits)) return { reason: 'InvalidTraits', message: 'traits: not an object' };
  const metadata = ['metadataPublic', 'metadataAdmin'].filter((field) => breaks(stored, field, isObject));
  if (metadata.length > 0) {
    return {
      reason: 'InvalidMetadata',
      message: metadata.map((field) => `${field}: not an object`).join('; '),
    };
  }
  const { recovery } = stored;
  const fields = [
    ...Object.keys(SPEC).filter((field) => breaks(stored, field, SPEC[field])),
    ...(isObject(recovery) ? recoveryProblems(recovery) : []),
  ];
  if (fields.length === 0) return undefined;
  const names = fields.map((field) => `spec.${field}`).join(', ');
  return { reason: 'Unsupported', message: `not of a form that the operator knows: ${names}` };
}

/** What is to become of the identity; `undefined` where the spec says nothing that can be read. */
export function policyOf({ spec }: KratosIdentity): (typeof POLICIES)[number] | undefined {
  return isObject(spec) ? POLICIES.find((policy) => policy === spec.deletionPolicy) : undefined;
}

/** The recovery request that the spec names; `undefined` where it asks for none, or in no form that can be read. */
export function requestedIn({ spec }: KratosIdentity): string | undefined {
  const recovery = isObject(spec) ? spec.recovery : undefined;
  return isObject(recovery) && isText(recovery.requestId) ? recovery.requestId : undefined;
}

/** These have defaults, so that none of them is ever absent. */
function recoveryProblems(recovery: JsonObject): string[] {
  return Object.entries(RECOVERY)
    .filter(([field, check]) => !check(recovery[field] ?? null))
    .map(([field]) => `recovery.${field}`);
}

function breaks(spec: JsonObject, field: string, check: Check | undefined): boolean {
  const value = spec[field];
  return value !== undefined && check?.(value) === false;
}
