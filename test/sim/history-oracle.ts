import { expect } from 'vitest';
import type { KratosIdentity } from '../../src/model/generated/kratosidentity.ts';
import type { Identity } from '../../src/model/identity.ts';
import { isObject, type JsonValue } from '../../src/model/json.ts';
import { MARKER_KEY, markerOf } from '../../src/model/owner.ts';
import { isDeleting, readyCondition } from '../../src/model/resource.ts';
import { KEYS } from './history-action.ts';
import { HistoryWorld } from './history-world.ts';
import type { SpecInput } from './kube.ts';

/** What one cause may cost at most: all effects of a life that needs a Secret, written twice over. */
const EFFECTS_PER_CAUSE = 12;
const QUIET_PASSES = 50;

/** What must hold once a history has come to rest. */
export async function checkEnd(history: HistoryWorld, isShared: boolean): Promise<void> {
  for (const key of KEYS) {
    const resource = history.kube.resources.get(key);
    if (resource === undefined) checkGone(history, key);
    else await checkStanding(history, key, resource, isShared);
  }
  checkCost(history, isShared);
  await checkQuiet(history);
  history.canary.check();
}

/** The policy was carried out, and nothing of the resource is left but what the policy says. */
function checkGone(history: HistoryWorld, key: string): void {
  const [identity] = history.kin(key);
  const kept = history.retained.get(key);
  if (kept !== undefined) expect(identity?.id, `${key}: what had to be retained`).toBe(kept);
  const policy = history.lastPolicy.get(key) ?? 'Delete';
  if (policy === 'Delete') expect(identity, `${key}: what had to be deleted`).toBeUndefined();
  if (policy === 'Deactivate' && identity !== undefined) {
    expect(identity.state, `${key}: what had to be deactivated`).toBe('inactive');
    expect(history.kratos.sessions.has(identity.id), `${key}: sessions`).toBe(false);
  }
  expect(secretOf(history, key), `${key}: a Secret without a resource`).toBeUndefined();
}

/** The resource and its identity are as if the last spec had been the first. */
async function checkStanding(
  history: HistoryWorld,
  key: string,
  resource: KratosIdentity,
  isShared: boolean,
): Promise<void> {
  expect(isDeleting(resource), `${key}: deletion does not end`).toBe(false);
  const fresh = await freshRun(history, key, resource, isShared);
  const { reason } = fresh.ready ?? {};
  expect(readyCondition(resource)?.reason, `${key}: Ready`).toBe(reason);
  expect(resource.status?.observedGeneration, `${key}: generation`).toBe(resource.metadata.generation);
  if (reason !== 'Synced') return;
  const [identity] = history.kin(key);
  expect(identity, `${key}: its identity`).toBeDefined();
  if (identity === undefined || fresh.identity === undefined) return;
  expect(comparable(identity, resource, isShared), `${key}: identity`).toEqual(fresh.identity);
  if (resource.spec.state === undefined && history.has.state && !history.locked.has(key)) {
    expect(identity.state, `${key}: state`).toBe('active');
  }
  expect(statusOf(resource), `${key}: status`).toEqual(fresh.status);
  expect(resource.status?.identityId, `${key}: id`).toBe(identity.id);
  checkRecovery(history, key, resource);
}

function checkRecovery(history: HistoryWorld, key: string, { metadata, spec, status }: KratosIdentity): void {
  const record = status?.recovery;
  const secret = secretOf(history, key);
  if (spec.recovery !== undefined) {
    expect(record?.requestId, `${key}: the request on record`).toBe(spec.recovery.requestId);
    expect(record?.state, `${key}: recovery`).toMatch(/^(Issued|Expired|Failed)$/);
  }
  if (spec.recovery === undefined || record?.state !== 'Issued') {
    expect(record?.link, `${key}: a link that is over`).toBeUndefined();
    expect(secret, `${key}: a Secret that is over`).toBeUndefined();
  } else if (record.secretName !== undefined) {
    expect(secret?.view.ownerUids, `${key}: the Secret`).toEqual([metadata.uid]);
  }
}

/** Every effect has a cause, and a link is minted once for each request but for those that were lost on the way. */
function checkCost(history: HistoryWorld, isShared: boolean): void {
  const { effects, kratos, links, lostLinks, causes, processes } = history;
  const lost = effects.struck.filter(({ name, fault }) => name === 'mint' && LOSES.has(fault)).length;
  const mints = (links + lostLinks + lost) * (isShared ? 2 : 1);
  expect(kratos.mints, 'mints').toBeLessThanOrEqual(mints);
  const each = EFFECTS_PER_CAUSE * causes + looksAtRefusals(history);
  expect(effects.count, 'effects').toBeLessThanOrEqual(each * processes.length);
}

/** Without a marker what was refused is put on record, tried, and taken off the record again every two hours, if nothing else changed. */
function looksAtRefusals({ isBare, clock }: HistoryWorld): number {
  return isBare ? 3 * KEYS.length * Math.ceil(clock.monotonic() / 7_200_000) : 0;
}

const LOSES: ReadonlySet<string> = new Set([
  'dies after',
  'answer lost',
  'carried out late',
  'dies, carried out late',
]);

async function checkQuiet(history: HistoryWorld): Promise<void> {
  const { kratos, kube, processes } = history;
  const writes = () => [kratos.writes, kube.writes, kratos.mints, kube.events.length];
  // The two hours after which a refusal is tried again may be over by now.
  for (const { operator } of processes) for (const key of kube.resources.keys()) await operator.pass(key);
  const before = writes();
  for (const { operator } of processes) {
    for (const key of kube.resources.keys()) {
      for (let pass = 0; pass < QUIET_PASSES; pass += 1) await operator.pass(key);
    }
  }
  expect(writes(), 'writes of quiet passes: Kratos, Kubernetes, mints, events').toEqual(before);
}

interface Fresh {
  readonly ready: ReturnType<typeof readyCondition>;
  readonly identity: unknown;
  readonly status: unknown;
}

const FRESH = new Map<string, Promise<Fresh>>();

/** What an undisturbed operator makes of that spec in a world that never held anything of it. */
function freshRun(
  history: HistoryWorld,
  key: string,
  { spec }: KratosIdentity,
  isShared: boolean,
): Promise<Fresh> {
  const name = JSON.stringify([key, spec, history.has, isShared]);
  const known = FRESH.get(name);
  if (known !== undefined) return known;
  const run = runFresh(history, key, spec, isShared);
  FRESH.set(name, run);
  return run;
}

async function runFresh(
  { has }: HistoryWorld,
  key: string,
  spec: SpecInput,
  isShared: boolean,
): Promise<Fresh> {
  const fresh = new HistoryWorld(has, 1);
  const [namespace = '', name = ''] = key.split('/');
  fresh.kube.apply(namespace, name, spec);
  await fresh.end();
  const resource = fresh.kube.get(key);
  const [identity] = fresh.kin(key);
  return {
    ready: readyCondition(resource),
    identity: identity === undefined ? undefined : comparable(identity, resource, isShared),
    status: statusOf(resource),
  };
}

/**
 * What the spec speaks of; fields that others added and a state that nobody asks for are theirs. Of two processes the one with the older
 * spec may write last: then what is no longer declared may stay.
 */
function comparable(identity: Identity, { spec, metadata }: KratosIdentity, isShared: boolean) {
  const { picture: _added, ...traits } = identity.traits;
  const { uid, ...marker } = markerOf(identity) ?? {};
  const isMeant = (name: string) => !isShared || Object.hasOwn(spec.traits, name);
  return {
    traits: Object.fromEntries(Object.entries(traits).filter(([name]) => isMeant(name))),
    schemaId: identity.schemaId,
    state: spec.state === undefined ? undefined : identity.state,
    public: isShared && spec.metadataPublic === undefined ? undefined : filled(identity.metadataPublic),
    admin: isShared && spec.metadataAdmin === undefined ? undefined : filled(identity.metadataAdmin),
    marker,
    isMarked: uid === undefined ? undefined : uid === metadata.uid,
    externalId: identity.externalId,
  };
}

/** Metadata but for our marker; nothing and an empty object are the same. */
function filled(value: JsonValue | undefined): JsonValue | undefined {
  if (!isObject(value)) return undefined;
  const { [MARKER_KEY]: _marker, ...rest } = value;
  return Object.keys(rest).length === 0 ? undefined : rest;
}

function statusOf({ spec, status }: KratosIdentity) {
  const { ownedTraits, ownedMetadataPublic, ownedMetadataAdmin, pendingCreate, externalId, state } =
    status ?? {};
  return {
    ownedTraits,
    ownedMetadataPublic,
    ownedMetadataAdmin,
    pendingCreate,
    externalId,
    state: spec.state === undefined ? undefined : state,
    conditions: status?.conditions
      ?.filter(({ type }) => type !== 'RecoveryReady')
      .map(({ type, status: value, reason }) => `${type} ${value} ${reason}`),
  };
}

/** A Secret whose owner is gone is collected. */
function secretOf({ kube }: HistoryWorld, key: string) {
  const secret = kube.secretsByName.get(`${key}-recovery`);
  const uid = kube.resources.get(key)?.metadata.uid;
  const isCollected = secret !== undefined && uid === undefined;
  return isCollected ? undefined : secret;
}
