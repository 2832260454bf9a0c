import { expect, test } from 'vitest';
import { Sensitive } from '../../src/model/sensitive.ts';
import { SERVERS } from './kratos.ts';
import { PERSON, Scenario } from './scenario.ts';

test('a new request that the server cannot serve ends the link of the one before it', async () => {
  const s = new Scenario(SERVERS.bare);
  await s.settled({ ...PERSON, recovery: { requestId: 'one' } });
  expect(s.resource().status?.recovery?.link).toBeDefined();
  await s.settled({ ...PERSON, recovery: { requestId: 'two', method: 'Code' } });
  expect(s.condition('RecoveryReady')?.reason).toBe('MethodDisabled');
  expect(s.resource().status?.recovery).toMatchObject({ requestId: 'one', state: 'Expired' });
  expect(s.resource().status?.recovery?.link).toBeUndefined();
});

test('a new request whose Secret has no room ends the link of the one before it', async () => {
  const s = new Scenario(SERVERS.bare);
  await s.settled({ ...PERSON, recovery: { requestId: 'one' } });
  s.kube.createSecret({
    namespace: 'team',
    name: 'ada-recovery',
    owner: { name: 'other', uid: 'other' },
    annotations: {},
    data: { link: new Sensitive('theirs') },
  });
  await s.settled({ ...PERSON, recovery: { requestId: 'two', output: 'Secret' } });
  expect(s.condition('RecoveryReady')?.reason).toBe('SecretConflict');
  expect(s.resource().status?.recovery?.link).toBeUndefined();
  expect(s.kube.secretsByName.has('team/ada-recovery')).toBe(true);
});
