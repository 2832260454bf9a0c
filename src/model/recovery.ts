import { parseGoDuration } from './duration.ts';
import type { Capabilities, Identity } from './identity.ts';
import { lookAnew } from './lack.ts';
import type { Minted, RecoveryRecord } from './learned.ts';
import { isDeleting, wentWell } from './resource.ts';
import type { Step } from './step.ts';
import { type RecoveryBlock, recoveryOf, type SecretRecord, type Settings, type World } from './world.ts';

const MAX_MINT_ATTEMPTS = 3;
const DEFAULT_TTL_MS = 3_600_000;

export type RecoveryPlan = Step | { readonly block: RecoveryBlock } | undefined;

export function secretName(resourceName: string): string {
  return `${resourceName}-recovery`;
}

/** Ends the life of a link whose time has come; needs nothing of Kratos, so that an outage leaves no link behind. */
export function planExpiry(world: World, wallNow: number): Step | undefined {
  const record = recoveryOf(world);
  if (record?.state !== 'Issued' || expiryOf(record) > wallNow) return undefined;
  return removeSecret(world, record.requestId) ?? { do: 'expireRecovery' };
}

/** Takes back whatever link there is: the request is gone, or the resource or its identity is. */
export function planRetire(world: World): Step | undefined {
  const record = recoveryOf(world);
  if (record?.secretName !== undefined || mayLinger(world)) {
    const removal = removeSecret(world);
    if (removal !== undefined) return removal;
  }
  if (record?.state === 'Issued' || record?.secretName !== undefined) return { do: 'retireRecovery' };
  return undefined;
}

/** The next step towards the link that is asked for; `undefined` when nothing is to be done. Runs after a good read of the identity. */
export function planRecovery(world: World, identity: Identity, has: Capabilities): RecoveryPlan {
  const want = world.resource.spec.recovery;
  if (want === undefined) return wasNeverWanted(world) ? undefined : planRetire(world);
  const record = recoveryOf(world);
  if (record?.requestId === want.requestId && record.state !== undefined) return undefined;
  if (world.recoveryBlock !== undefined) return { block: world.recoveryBlock };

  const method = methodFor(want.method, has);
  const output = outputFor(world.settings, want.output);
  const usesSecret = method === 'Code' || (method === 'Link' && output === 'Secret');
  if (usesSecret || record?.secretName !== undefined || mayLinger(world)) {
    if (usesSecret && world.secret.kind === 'unreadable') return { block: 'Waiting' };
    const step = clearTheName(world, want.requestId, identity.id, usesSecret);
    if (step !== undefined) return 'block' in step ? blocked(world, step.block) : step;
  }
  if (method === undefined) {
    return lookAnew(world, 'RecoveryReady', 'MethodDisabled') ?? blocked(world, 'MethodDisabled');
  }
  if (record?.state === 'Issued') return { do: 'retireRecovery' };
  if (mintedFor(world, want.requestId, identity.id) !== undefined) return { do: 'createSecret' };
  return mint(world, { identityId: identity.id, requestId: want.requestId, method, output });
}

/** A request that cannot be served still ends the one before it. */
function blocked(world: World, block: RecoveryBlock): RecoveryPlan {
  const record = recoveryOf(world);
  const isOpen = record?.state === 'Issued' || record?.secretName !== undefined;
  return (isOpen ? planRetire(world) : undefined) ?? { block };
}

/** The credential in hand for this very request and identity. */
function mintedFor(world: World, requestId: string, identityId: string): Minted | undefined {
  const { minted } = world.learned;
  return minted?.requestId === requestId && minted.identityId === identityId ? minted : undefined;
}

/** The operator's `Secret` holds for everyone; its `Status` opens nothing that an author wants closed. */
export function outputFor(settings: Settings, wanted: 'Status' | 'Secret'): 'Status' | 'Secret' {
  return settings.recoveryOutput === 'Secret' ? 'Secret' : wanted;
}

export function recordOfMinted(minted: Minted, secret: string | undefined): RecoveryRecord {
  return {
    requestId: minted.requestId,
    method: minted.method,
    // A code's link holds only a flow id; a link with a token is shown only where the author asked for it.
    ...(minted.output === 'Status' && { link: minted.link.reveal() }),
    expiresAt: new Date(minted.expiresAt).toISOString(),
    ...(secret !== undefined && { secretName: secret }),
    state: 'Issued',
  };
}

export function recordOfSecret(
  record: SecretRecord,
  secret: string,
  output: 'Status' | 'Secret',
): RecoveryRecord {
  const shown = output === 'Status' && record.method === 'Code' ? record.link : undefined;
  return {
    requestId: record.requestId,
    method: record.method,
    ...(shown !== undefined && { link: shown }),
    expiresAt: new Date(record.expiresAt).toISOString(),
    secretName: secret,
    state: 'Issued',
  };
}

/** What stays when a link is over: enough never to mint for the same request again. */
export function endedRecord(record: RecoveryRecord, state: 'Expired' | 'Failed'): RecoveryRecord {
  const { requestId, method, expiresAt } = record;
  return {
    requestId,
    ...(method !== undefined && { method }),
    ...(expiresAt !== undefined && { expiresAt }),
    state,
  };
}

/** Epoch milliseconds; a time that cannot be read is long past. */
export function expiryOf(record: RecoveryRecord): number {
  const at = Date.parse(record.expiresAt ?? '');
  return Number.isNaN(at) ? 0 : at;
}

function mint(
  world: World,
  what: { identityId: string; requestId: string; method: 'Code' | 'Link'; output: 'Status' | 'Secret' },
): Step {
  const attempts = world.learned.mintAttempts;
  if (attempts?.requestId === what.requestId && attempts.count >= MAX_MINT_ATTEMPTS) {
    return { do: 'failRecovery', requestId: what.requestId };
  }
  if (!world.fenced) return { do: 'readResource' };
  const asked = parseGoDuration(world.resource.spec.recovery?.expiresIn ?? '') ?? DEFAULT_TTL_MS;
  return { do: 'mintRecovery', ...what, ttlMs: Math.min(asked, world.settings.recoveryMaxTtlMs) };
}

function methodFor(wanted: 'Auto' | 'Code' | 'Link', has: Capabilities): 'Code' | 'Link' | undefined {
  if (wanted !== 'Link' && has.recoveryCode) return 'Code';
  return wanted !== 'Code' && has.recoveryLink ? 'Link' : undefined;
}

/** Our own Secret of this request is the record of a mint; any other of ours is in the way, and so is a stranger's. */
function clearTheName(
  world: World,
  requestId: string,
  identityId: string,
  usesSecret: boolean,
): RecoveryPlan {
  const { secret } = world;
  switch (secret.kind) {
    case 'unread':
      return { do: 'readSecret' };
    case 'absent':
    case 'unreadable':
      return undefined;
    case 'foreign':
      return usesSecret ? { block: 'SecretConflict' } : undefined;
    case 'ours': {
      const { record } = secret;
      const isRecord = record.requestId === requestId && record.identityId === identityId;
      return isRecord ? { do: 'adoptSecret' } : deleteFresh(world, secret.uid);
    }
  }
}

/** Looks at the Secret of our name and deletes it if it is ours (and of that request, where one is named). */
function removeSecret(world: World, requestId?: string): Step | undefined {
  const { secret } = world;
  const record = recoveryOf(world);
  const may = requestId === undefined || record?.secretName !== undefined;
  if (secret.kind === 'unread') return may ? { do: 'readSecret' } : undefined;
  if (secret.kind !== 'ours') return undefined;
  if (requestId !== undefined && secret.record.requestId !== requestId) return undefined;
  return deleteFresh(world, secret.uid);
}

/** What a cache that is behind does not ask for, the resource may ask for by now; a deletion is never taken back. */
function deleteFresh(world: World, uid: string): Step {
  const isDue = world.fenced || isDeleting(world.resource);
  return isDue ? { do: 'deleteSecret', uid } : { do: 'readResource' };
}

/** The spec is as it was created, and says nothing of recovery. */
function wasNeverWanted(world: World): boolean {
  return world.resource.metadata.generation === 1 && recoveryOf(world) === undefined;
}

/** Until a pass over this very spec went well, there may be a Secret that a crash kept out of status. */
function mayLinger({ firstTry, resource }: World): boolean {
  // To be deleted is a change of the generation, too.
  const generation = resource.metadata.generation - (isDeleting(resource) ? 1 : 0);
  return !firstTry && !wentWell(resource, generation);
}
