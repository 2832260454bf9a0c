import { isRemote, type RemoteError } from '../model/errors.ts';
import type { Capabilities } from '../model/identity.ts';
import type { Minted, RecoveryRecord } from '../model/learned.ts';
import { endedRecord, outputFor, recordOfMinted, recordOfSecret, secretName } from '../model/recovery.ts';
import { keyOf } from '../model/resource.ts';
import type { KratosStep, Note } from '../model/step.ts';
import { recoveryOf, type World } from '../model/world.ts';
import type { Deps } from './deps.ts';
import { learn } from './learn.ts';
import type { MintedCode, MintedLink } from './ports.ts';
import { newSecret, observeSecret } from './recovery-secret.ts';

type Mint = Extract<KratosStep, { do: 'mintRecovery' }>;

export async function readSecret(deps: Deps, world: World): Promise<World> {
  const { namespace, name } = world.resource.metadata;
  try {
    const view = await deps.secrets.read(namespace, secretName(name));
    return { ...world, secret: observeSecret(view, world.resource) };
  } catch (error) {
    if (isRemote(error, 'denied')) return { ...world, secret: { kind: 'unreadable' } };
    throw error;
  }
}

/** Mints a credential. What comes back is in memory before anything else happens: it will not be had again. */
export async function mintRecovery(deps: Deps, world: World, has: Capabilities, step: Mint): Promise<World> {
  deps.leadership.assertHeld();
  const { identityId, requestId, method, output } = step;
  try {
    const seconds = Math.max(1, Math.round(step.ttlMs / 1000));
    const credential: MintedLink & Partial<MintedCode> =
      method === 'Code'
        ? await deps.kratos.createRecoveryCode(has, identityId, seconds)
        : await deps.kratos.createRecoveryLink(has, identityId, seconds);
    const ours = deps.clock.now() + step.ttlMs;
    const minted: Minted = {
      requestId,
      identityId,
      method,
      output,
      link: credential.link,
      code: credential.code,
      expiresAt: Math.min(credential.expiresAt ?? ours, ours),
    };
    if (method === 'Code' || output === 'Secret') return learn(deps, world, { minted });
    return issued(deps, learn(deps, world, { recovery: recordOfMinted(minted, undefined) }));
  } catch (error) {
    if (isRemote(error)) return mintFailed(deps, world, error, requestId);
    throw error;
  }
}

async function mintFailed(deps: Deps, world: World, error: RemoteError, requestId: string): Promise<World> {
  if (error.code === 'methodDisabled' || error.code === 'unsupported') {
    await deps.gate.failed(keyOf(world.resource), error);
    return { ...world, recoveryBlock: 'MethodDisabled' };
  }
  if (error.code === 'notFound') return { ...world, identity: { kind: 'unread' } };
  if (error.code === 'invalid') return learn(deps, world, { recovery: { requestId, state: 'Failed' } });
  await deps.gate.failed(keyOf(world.resource), error);
  const before = world.learned.mintAttempts;
  const count = (before?.requestId === requestId ? before.count : 0) + (error.outcome === 'unknown' ? 1 : 0);
  return { ...learn(deps, world, { mintAttempts: { requestId, count } }), recoveryBlock: 'Waiting' };
}

/** The Secret is the record of the mint: created, never applied over one that is there. */
export async function createSecret(deps: Deps, world: World): Promise<World> {
  const { minted } = world.learned;
  if (minted === undefined) return world;
  deps.leadership.assertHeld();
  try {
    const view = await deps.secrets.create(newSecret(world.resource, minted));
    const recovery = recordOfMinted(minted, secretName(world.resource.metadata.name));
    // It may have to go within this very pass: a link that is over already, or a request that is not the last.
    const made = { ...world, secret: observeSecret(view, world.resource) };
    return issued(deps, learn(deps, made, { recovery, minted: undefined }));
  } catch (error) {
    if (!isRemote(error) || error.code === 'aborted') throw error;
    if (error.code === 'conflict') return { ...world, secret: { kind: 'unread' } };
    // A terminating namespace, a quota or a webhook may refuse it: recovery waits, and the pass goes on without.
    return { ...world, recoveryBlock: 'Waiting' };
  }
}

export async function deleteSecret(deps: Deps, world: World, uid: string): Promise<World> {
  deps.leadership.assertHeld();
  const { namespace, name } = world.resource.metadata;
  await deps.secrets.delete(namespace, secretName(name), uid);
  return { ...world, secret: { kind: 'absent' } };
}

export function noteRecovery(deps: Deps, world: World, step: Note): World {
  switch (step.do) {
    case 'failRecovery':
      return learn(deps, world, {
        recovery: { requestId: step.requestId, state: 'Failed' },
        mintAttempts: undefined,
      });
    case 'adoptSecret':
      return adoptSecret(deps, world);
    case 'expireRecovery':
    case 'retireRecovery': {
      const record = recoveryOf(world);
      if (record === undefined) return world;
      if (step.do === 'expireRecovery') {
        publish(deps, world, 'RecoveryExpired', 'the recovery link has expired');
        deps.onAction('recovery_expired');
      }
      return learn(deps, world, { recovery: endedRecord(record, 'Expired') });
    }
  }
}

function adoptSecret(deps: Deps, world: World): World {
  const { secret, resource, settings } = world;
  if (secret.kind !== 'ours') return world;
  const output = outputFor(settings, resource.spec.recovery?.output ?? 'Secret');
  const recovery: RecoveryRecord = recordOfSecret(secret.record, secretName(resource.metadata.name), output);
  return learn(deps, world, { recovery, minted: undefined });
}

function issued(deps: Deps, world: World): World {
  publish(deps, world, 'RecoveryIssued', 'issued a recovery link');
  deps.onAction('recovery_issued');
  return learn(deps, world, { mintAttempts: undefined });
}

function publish(deps: Deps, world: World, reason: string, note: string): void {
  deps.events.publish({ regarding: world.resource, type: 'Normal', reason, action: 'Recover', note });
}
