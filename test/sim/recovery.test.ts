import { describe, expect, test } from 'vitest';
import type { KratosIdentitySpec } from '../../src/model/generated/kratosidentity.ts';
import { Sensitive } from '../../src/model/sensitive.ts';
import type { Fault } from './effects.ts';
import { SERVERS } from './kratos.ts';
import type { SpecInput } from './kube.ts';
import { SETTINGS } from './operator.ts';
import { KEY, PERSON, Scenario } from './scenario.ts';

const SECRET = 'team/ada-recovery';
const HOUR = 3_600_000;

function asking(recovery: Partial<NonNullable<KratosIdentitySpec['recovery']>>): SpecInput {
  return { ...PERSON, recovery: { requestId: 'one', ...recovery } };
}

function foreignSecret(s: Scenario): void {
  const view = { uid: 'secret-x', ownerUids: ['uid-x'], annotations: {}, link: new Sensitive('theirs') };
  const secret = {
    namespace: 'team',
    name: 'ada-recovery',
    owner: { name: 'x', uid: 'uid-x' },
    annotations: {},
    data: { link: new Sensitive('theirs') },
  };
  s.kube.secretsByName.set(SECRET, { view, secret });
}

describe.each([
  ['Code', SERVERS.externalIds],
  ['Code', SERVERS.metadata],
  ['Link', SERVERS.bare],
] as const)('recovery by %s, to a Secret', (method, has) => {
  const spec = asking({ output: 'Secret' });

  test('is minted once, into a Secret of ours that says all, and into status', async () => {
    const s = new Scenario(has);
    const { status, metadata } = await s.settled(spec);
    expect(s.kratos.mints).toBe(1);
    expect(status?.recovery).toEqual({
      requestId: 'one',
      method,
      expiresAt: '2026-01-01T01:00:00.000Z',
      secretName: 'ada-recovery',
      state: 'Issued',
    });
    const { secret } = s.kube.secretsByName.get(SECRET) ?? {};
    expect(secret?.owner).toEqual({ name: 'ada', uid: metadata.uid });
    expect(secret?.data.code === undefined).toBe(method === 'Link');
    expect(s.condition('RecoveryReady')).toMatchObject({ status: 'True', reason: 'Issued' });
    expect(s.events()).toContain(`${KEY} RecoveryIssued`);
    for (let pass = 0; pass < 5; pass += 1) await s.settle();
    s.restart();
    await s.settle();
    expect(s.kratos.mints).toBe(1);
  });

  test('a process that dies with the Secret made does not mint again: the Secret is the record', async () => {
    const s = new Scenario(has);
    s.effects.next('create secret', 'dies after');
    await s.settled(spec);
    expect(s.kratos.mints).toBe(1);
    expect(s.resource().status?.recovery).toMatchObject({
      requestId: 'one',
      state: 'Issued',
      secretName: 'ada-recovery',
    });
    expect(s.condition('RecoveryReady')?.reason).toBe('Issued');
  });

  test.each<[string, Fault]>([
    ['create secret', 'answer lost'],
    ['create secret', 'carried out late'],
    ['status', 'answer lost'],
    ['status', 'carried out late'],
  ])('a %s whose outcome is unknown (%s) loses nothing that was minted', async (effect, fault) => {
    const s = new Scenario(has);
    await s.settled(PERSON);
    s.effects.next(effect, fault);
    await s.settled(spec);
    expect(s.kratos.mints).toBe(1);
    expect(s.resource().status?.recovery?.state).toBe('Issued');
  });

  test('a mint of unknown outcome is tried three times in all, then Failed for this request', async () => {
    const s = new Scenario(has);
    await s.settled(PERSON);
    for (let attempt = 0; attempt < 5; attempt += 1) s.effects.next('mint', 'answer lost');
    await s.settled(spec);
    expect(s.kratos.mints).toBe(3);
    expect(s.condition('RecoveryReady')).toMatchObject({ status: 'False', reason: 'Failed' });
    expect(s.reason()).toBe('Synced');
    await s.settle();
    expect(s.kratos.mints).toBe(3);
  });

  test('expires: Secret gone, state Expired, event, and never again for this request', async () => {
    const s = new Scenario(has);
    await s.settled(spec);
    await s.clock.advance(HOUR);
    await s.settle();
    expect(s.kube.secretsByName.size).toBe(0);
    expect(s.resource().status?.recovery).toMatchObject({ requestId: 'one', state: 'Expired' });
    expect(s.resource().status?.recovery).not.toHaveProperty('secretName');
    expect(s.condition('RecoveryReady')).toMatchObject({ status: 'False', reason: 'Expired' });
    expect(s.events().filter((event) => event === `${KEY} RecoveryExpired`)).toHaveLength(1);
    s.restart();
    await s.settle();
    expect(s.kratos.mints).toBe(1);
    expect(s.reason()).toBe('Synced');
  });

  test('expires while Kratos cannot be asked', async () => {
    const s = new Scenario(has);
    await s.settled(spec);
    await s.clock.advance(HOUR);
    s.restart({ view: () => ({ open: false, cause: 'unavailable', forMs: 0 }) });
    await s.operator.pass(KEY);
    expect(s.kube.secretsByName.size).toBe(0);
    expect(s.resource().status?.recovery?.state).toBe('Expired');
  });

  test('a new request takes the old Secret back first', async () => {
    const s = new Scenario(has);
    await s.settled(spec);
    const first = s.kube.secretsByName.get(SECRET)?.view.uid;
    await s.settled(asking({ output: 'Secret', requestId: 'two' }));
    expect(s.kratos.mints).toBe(2);
    expect(s.kube.secretsByName.get(SECRET)?.view.uid).not.toBe(first);
    expect(s.resource().status?.recovery).toMatchObject({ requestId: 'two', state: 'Issued' });
  });

  test('a Secret of that name that is not ours is in the way before anything is minted', async () => {
    const s = new Scenario(has);
    foreignSecret(s);
    const theirs = s.kube.secretsByName.get(SECRET);
    await s.settled(spec);
    expect(s.kratos.mints).toBe(0);
    expect(s.condition('RecoveryReady')).toMatchObject({ status: 'False', reason: 'SecretConflict' });
    expect(s.reason()).toBe('Synced');
    s.kube.delete(KEY);
    await s.settle();
    expect(s.kube.secretsByName.get(SECRET)).toBe(theirs);
    expect(s.exists()).toBe(false);
  });

  test('a Secret that comes in the way after the mint costs no second mint', async () => {
    const s = new Scenario(has);
    s.effects.before('create secret', () => foreignSecret(s));
    await s.settled(spec);
    expect(s.condition('RecoveryReady')?.reason).toBe('SecretConflict');
    s.kube.secretsByName.clear();
    await s.settle();
    expect(s.kratos.mints).toBe(1);
    expect(s.condition('RecoveryReady')?.reason).toBe('Issued');
  });

  test('when it is no longer asked for, the link is taken back and the request remembered', async () => {
    const s = new Scenario(has);
    await s.settled(spec);
    await s.settled(PERSON);
    expect(s.kube.secretsByName.size).toBe(0);
    expect(s.resource().status?.recovery).toMatchObject({ requestId: 'one', state: 'Expired' });
    expect(s.condition('RecoveryReady')).toBeUndefined();
    await s.settled(spec);
    expect(s.kratos.mints).toBe(1);
    expect(s.condition('RecoveryReady')?.reason).toBe('Expired');
  });

  test('a Secret that a dead process left is taken back though status never knew of it', async () => {
    const s = new Scenario(has);
    s.effects.next('create secret', 'dies after');
    s.apply(spec);
    await s.run();
    expect(s.resource().status?.recovery).toBeUndefined();
    s.restart();
    await s.settled(PERSON);
    expect(s.kube.secretsByName.size).toBe(0);
  });

  test('a new identity ends the link, and gets one only for a new request', async () => {
    const s = new Scenario(has);
    await s.settled(spec);
    s.kratos.identities.clear();
    await s.settle();
    expect(s.identities()).toHaveLength(1);
    expect(s.kube.secretsByName.size).toBe(0);
    expect(s.kratos.mints).toBe(1);
    expect(s.condition('RecoveryReady')?.reason).toBe('Expired');
    await s.settled(asking({ output: 'Secret', requestId: 'two' }));
    expect(s.kratos.mints).toBe(2);
  });

  test.each(['Delete', 'Retain'] as const)(
    'deletion by %s takes the Secret with it',
    async (deletionPolicy) => {
      const s = new Scenario(has);
      await s.settled({ ...spec, deletionPolicy });
      s.kube.delete(KEY);
      await s.settle();
      expect(s.kube.secretsByName.size).toBe(0);
      expect(s.exists()).toBe(false);
    },
  );
});

describe('recovery to status', () => {
  test('shows a link with its token only where the author asked for it', async () => {
    const s = new Scenario(SERVERS.bare);
    const { status } = await s.settled(asking({}));
    expect(status?.recovery?.link).toContain('token=CANARY');
    expect(s.kube.secretsByName.size).toBe(0);
    await s.clock.advance(HOUR);
    await s.settle();
    expect(s.resource().status?.recovery).not.toHaveProperty('link');
    expect(s.resource().status?.recovery?.state).toBe('Expired');
  });

  test('shows a code’s link, and the code in the Secret only', async () => {
    const s = new Scenario(SERVERS.externalIds);
    const { status } = await s.settled(asking({}));
    expect(status?.recovery).toMatchObject({ method: 'Code', secretName: 'ada-recovery' });
    expect(status?.recovery?.link).toContain('flow=1');
    expect(JSON.stringify(status)).not.toContain('CANARY');
    expect(s.kube.secretsByName.get(SECRET)?.secret.data.code?.reveal()).toBe('CANARY1');
  });

  test.each([SERVERS.bare, SERVERS.externalIds])('gives way to the operator’s own Secret', async (has) => {
    const s = new Scenario(has, { settings: { ...SETTINGS, recoveryOutput: 'Secret' } });
    const { status } = await s.settled(asking({}));
    expect(status?.recovery).not.toHaveProperty('link');
    expect(s.kube.secretsByName.has(SECRET)).toBe(true);
  });

  test.each<[string, 'Code' | 'Link' | 'Auto', boolean, boolean, string]>([
    ['Code where there is only Link', 'Code', false, true, 'MethodDisabled'],
    ['Link where there is only Code', 'Link', true, false, 'MethodDisabled'],
    ['Auto where there is none', 'Auto', false, false, 'MethodDisabled'],
    ['Auto where there is only Link', 'Auto', false, true, 'Issued'],
    ['Link where there are both', 'Link', true, true, 'Issued'],
  ])('%s', async (_name, method, recoveryCode, recoveryLink, reason) => {
    const s = new Scenario({ ...SERVERS.externalIds, recoveryCode, recoveryLink });
    await s.settled(asking({ method }));
    expect(s.condition('RecoveryReady')?.reason).toBe(reason);
    expect(s.reason()).toBe('Synced');
    expect(s.kratos.mints).toBe(reason === 'Issued' ? 1 : 0);
  });

  test('is cut to the operator’s longest life of a link', async () => {
    const s = new Scenario(SERVERS.bare, { settings: { ...SETTINGS, recoveryMaxTtlMs: 60_000 } });
    const { status } = await s.settled(asking({ expiresIn: '2h' }));
    expect(status?.recovery?.expiresAt).toBe('2026-01-01T00:01:00.000Z');
  });

  test('waits for the identity to be in step', async () => {
    const s = new Scenario(SERVERS.externalIds);
    await s.settled(PERSON, 'team/eve');
    await s.settled(asking({}));
    expect(s.reason()).toBe('Conflict');
    expect(s.condition('RecoveryReady')).toMatchObject({ status: 'False', reason: 'Waiting' });
    expect(s.kratos.mints).toBe(0);
  });
});
