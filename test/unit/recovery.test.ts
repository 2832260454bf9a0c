import { describe, expect, it, test } from 'vitest';
import { plan } from '../../src/model/plan.ts';
import { endedRecord, recordOfMinted, recordOfSecret } from '../../src/model/recovery.ts';
import { Sensitive } from '../../src/model/sensitive.ts';
import type { Step } from '../../src/model/step.ts';
import type { World } from '../../src/model/world.ts';
import { EXTERNAL_IDS, identity, NOW, on, RECOVERY, resource, SETTINGS, world } from './build.ts';

type Spec = Parameters<typeof resource>[0];
type Row = [string, Partial<World>, Partial<Step> & Pick<Step, 'do'>];

const asking = (recovery: Partial<NonNullable<NonNullable<Spec>['recovery']>> = {}) =>
  resource({ recovery: { ...RECOVERY, ...recovery } }).synced();
const BASE = { identity: { kind: 'known', identity: identity() }, fenced: true } as const;
const step = (change: Partial<World>) => plan(world({ ...BASE, resource: asking().value, ...change }), NOW);

const ABSENT = { kind: 'absent' } as const;
const LATER = '2026-01-01T13:00:00.000Z';
const secretOf = (requestId: string, identityId = 'id-1') =>
  ({
    kind: 'ours',
    uid: 'secret-1',
    record: {
      requestId,
      identityId,
      method: 'Code',
      expiresAt: Date.parse(LATER),
      link: 'https://x/?flow=1',
    },
  }) as const;
const issued = (requestId: string, more: object = {}) =>
  ({ requestId, state: 'Issued', expiresAt: LATER, ...more }) as const;
const minted = (requestId: string, identityId = 'id-1') =>
  ({
    requestId,
    identityId,
    method: 'Code',
    output: 'Status',
    link: new Sensitive('https://x/?flow=1'),
    code: new Sensitive('123'),
    expiresAt: Date.parse(LATER),
  }) as const;
const LINKS = on({ ...EXTERNAL_IDS, recoveryCode: false });

describe('a mint', () => {
  test.each<Row>([
    ['of a code reads the Secret’s name first', {}, { do: 'readSecret' }],
    [
      'of a code goes on where the name is free',
      { secret: ABSENT },
      {
        do: 'mintRecovery',
        method: 'Code',
        identityId: 'id-1',
        requestId: 'one',
        output: 'Status',
        ttlMs: 3_600_000,
      },
    ],
    ['of a link to status needs no Secret', LINKS, { do: 'mintRecovery', method: 'Link', output: 'Status' }],
    [
      'of a link to a Secret reads its name first',
      { ...LINKS, resource: asking({ output: 'Secret' }).value },
      { do: 'readSecret' },
    ],
    [
      'of a link does so where the operator says Secret',
      { ...LINKS, settings: { ...SETTINGS, recoveryOutput: 'Secret' } },
      { do: 'readSecret' },
    ],
    ['needs a fresh resource', { secret: ABSENT, fenced: false }, { do: 'readResource' }],
    [
      'is cut to the longest life',
      { secret: ABSENT, settings: { ...SETTINGS, recoveryMaxTtlMs: 5_000 } },
      { do: 'mintRecovery', ttlMs: 5_000 },
    ],
    [
      'lives as asked',
      { secret: ABSENT, resource: asking({ expiresIn: '90m' }).value },
      { do: 'mintRecovery', ttlMs: 5_400_000 },
    ],
    [
      'is due for another request',
      {
        secret: ABSENT,
        resource: asking({ requestId: 'two' }).withStatus({
          recovery: { requestId: 'one', state: 'Expired' },
        }).value,
      },
      { do: 'mintRecovery', requestId: 'two' },
    ],
    [
      'is due for an empty request id, too',
      { secret: ABSENT, resource: asking({ requestId: '' }).value },
      { do: 'mintRecovery', requestId: '' },
    ],
    [
      'twice unknown is tried again',
      { secret: ABSENT, learned: { mintAttempts: { requestId: 'one', count: 2 } } },
      { do: 'mintRecovery' },
    ],
    [
      'three times unknown has failed',
      { secret: ABSENT, learned: { mintAttempts: { requestId: 'one', count: 3 } } },
      { do: 'failRecovery', requestId: 'one' },
    ],
    [
      'is counted by request',
      { secret: ABSENT, learned: { mintAttempts: { requestId: 'zero', count: 3 } } },
      { do: 'mintRecovery' },
    ],
  ])('%s', (_name, change, expected) => {
    expect(step(change)).toMatchObject(expected);
  });

  test.each([
    ['Issued', issued('one')],
    ['Expired', { requestId: 'one', state: 'Expired' }],
    ['Failed', { requestId: 'one', state: 'Failed' }],
  ] as const)('is never due again for a request that is %s', (_state, recovery) => {
    expect(step({ secret: ABSENT, resource: asking().withStatus({ recovery }).value })).toMatchObject({
      do: 'settled',
    });
    expect(step({ secret: ABSENT, learned: { recovery } })).toMatchObject({ do: 'settled' });
  });

  it('comes only after the identity is in step', () => {
    const drifted = { kind: 'known', identity: identity({ traits: {} }) } as const;
    expect(step({ secret: ABSENT, identity: drifted })).toMatchObject({ do: 'updateIdentity' });
  });
});

describe('a Secret of that name', () => {
  test.each<Row>([
    ['of ours for this request is the record', { secret: secretOf('one') }, { do: 'adoptSecret' }],
    [
      'of ours for another request goes first',
      { secret: secretOf('zero') },
      { do: 'deleteSecret', uid: 'secret-1' },
    ],
    [
      'of ours for another identity goes first',
      { secret: secretOf('one', 'id-0') },
      { do: 'deleteSecret', uid: 'secret-1' },
    ],
    [
      'of somebody else is in the way',
      { secret: { kind: 'foreign' } },
      { do: 'settled', block: 'SecretConflict' },
    ],
    [
      'of somebody else is in nobody’s way where the link goes to status',
      { secret: { kind: 'foreign' }, ...LINKS },
      { do: 'mintRecovery' },
    ],
    [
      'is made of what was minted',
      { secret: ABSENT, learned: { minted: minted('one') } },
      { do: 'createSecret' },
    ],
    [
      'is not made of what was minted for another request',
      { secret: ABSENT, learned: { minted: minted('zero') } },
      { do: 'mintRecovery' },
    ],
    [
      'is not made of what was minted for another identity',
      { secret: ABSENT, learned: { minted: minted('one', 'id-0') } },
      { do: 'mintRecovery' },
    ],
    [
      'that status tells of goes before a link to status',
      {
        ...LINKS,
        secret: secretOf('zero'),
        resource: asking().withStatus({ recovery: issued('zero', { secretName: 'ada-recovery' }) }).value,
      },
      { do: 'deleteSecret' },
    ],
    [
      'and then the old link',
      { ...LINKS, secret: ABSENT, resource: asking().withStatus({ recovery: issued('zero') }).value },
      { do: 'retireRecovery' },
    ],
  ])('%s', (_name, change, expected) => {
    expect(step(change)).toMatchObject(expected);
  });
});

describe('which method', () => {
  test.each([
    ['Auto', true, true, 'Code'],
    ['Auto', true, false, 'Code'],
    ['Auto', false, true, 'Link'],
    ['Auto', false, false, undefined],
    ['Code', true, true, 'Code'],
    ['Code', false, true, undefined],
    ['Link', true, true, 'Link'],
    ['Link', true, false, undefined],
  ] as const)('%s with code %s and link %s is %s', (method, recoveryCode, recoveryLink, chosen) => {
    const world = {
      secret: ABSENT,
      resource: asking({ method }).value,
      ...on({ ...EXTERNAL_IDS, recoveryCode, recoveryLink }),
    };
    const expected =
      chosen === undefined
        ? { do: 'settled', block: 'MethodDisabled' }
        : { do: 'mintRecovery', method: chosen };
    expect(step(world)).toMatchObject(expected);
  });

  it('what blocks in this pass is said, and nothing more is tried', () => {
    expect(step({ recoveryBlock: 'Waiting' })).toEqual({ do: 'settled', block: 'Waiting' });
  });
});

describe('when it is no longer asked for', () => {
  const quiet = resource().synced();

  test.each<Row>([
    ['nothing is looked at where there never was a link', { resource: quiet.value }, { do: 'settled' }],
    [
      'our Secret is deleted',
      {
        resource: quiet.withStatus({ recovery: issued('one', { secretName: 'ada-recovery' }) }).value,
        secret: secretOf('one'),
      },
      { do: 'deleteSecret', uid: 'secret-1' },
    ],
    [
      'a stranger’s is not, and the link is dropped',
      {
        resource: quiet.withStatus({ recovery: issued('one', { secretName: 'ada-recovery' }) }).value,
        secret: { kind: 'foreign' },
      },
      { do: 'retireRecovery' },
    ],
    [
      'a link in status is dropped',
      { resource: quiet.withStatus({ recovery: issued('one') }).value },
      { do: 'retireRecovery' },
    ],
    [
      'what is over stays over',
      { resource: quiet.withStatus({ recovery: { requestId: 'one', state: 'Expired' } }).value },
      { do: 'settled' },
    ],
    [
      'a Secret that a crash kept out of status is looked for until a pass went well',
      { resource: quiet.with({ generation: 2 }).value },
      { do: 'readSecret' },
    ],
    [
      'also after a pass that did not',
      { resource: quiet.with({ generation: 2 }).said('Progressing').value },
      { do: 'readSecret' },
    ],
    ['not where it never was asked for', { resource: quiet.said('Progressing').value }, { do: 'settled' }],
  ])('%s', (_name, change, expected) => {
    expect(step(change)).toMatchObject(expected);
  });
});

describe('the record', () => {
  it('shows a link only where the author asked for it in status', () => {
    expect(recordOfMinted(minted('one'), 'ada-recovery')).toEqual({
      requestId: 'one',
      method: 'Code',
      link: 'https://x/?flow=1',
      expiresAt: LATER,
      secretName: 'ada-recovery',
      state: 'Issued',
    });
    expect(recordOfMinted({ ...minted('one'), output: 'Secret' }, undefined)).toEqual({
      requestId: 'one',
      method: 'Code',
      expiresAt: LATER,
      state: 'Issued',
    });
  });

  it('of a Secret shows a code’s link, never one with a token', () => {
    const { record } = secretOf('one');
    expect(recordOfSecret(record, 's', 'Status')).toHaveProperty('link');
    expect(recordOfSecret(record, 's', 'Secret')).not.toHaveProperty('link');
    expect(recordOfSecret({ ...record, method: 'Link' }, 's', 'Status')).not.toHaveProperty('link');
  });

  it('that is over keeps the request and no link', () => {
    const over = endedRecord({ ...issued('one'), method: 'Link', link: 'x', secretName: 's' }, 'Expired');
    expect(over).toEqual({ requestId: 'one', method: 'Link', expiresAt: LATER, state: 'Expired' });
  });
});
