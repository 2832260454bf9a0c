import { describe, expect, test } from 'vitest';
import type { Capabilities } from '../../src/model/identity.ts';
import { MARKED_PERSON as PERSON, MARKED_THING as THING } from './canary.ts';
import { FAULTS, type Fault } from './effects.ts';
import { SERVERS } from './kratos.ts';
import type { SpecInput } from './kube.ts';
import { SETTINGS } from './operator.ts';
import { KEY, Scenario } from './scenario.ts';

/* Rows a1 to a7 of the fault matrix (fault-matrix.test.ts): crashes around creation and around recovery links. */

const HOUR = 3_600_000;
const SECRET = `${KEY}-recovery`;
const KINDS = (['bare', 'metadata', 'externalIds'] as const).map((kind): [string, Capabilities] => [
  kind,
  SERVERS[kind],
]);
const SPECS: [string, SpecInput][] = [
  ['a person', PERSON],
  ['a thing', THING],
];

function creates(s: Scenario): number {
  return s.effects.log.filter((name) => name === 'create').length;
}

describe.each(KINDS)('on a server of kind %s', (_kind, has) => {
  describe.each(SPECS)('%s', (_name, spec) => {
    test('a1: a crash before the create reaches Kratos leaves one identity at the end', async () => {
      const s = new Scenario(has);
      s.effects.next('create', 'dies before');
      await s.settled(spec);
      expect(s.effects.struck).toHaveLength(1);
      expect(s.kratos.writes).toBe(1);
      expect(s.only().id).toBe(s.resource().status?.identityId);
      expect(s.reason()).toBe('Synced');
    });

    test.each<Fault>(['dies after', 'dies knowing', 'answer lost'])(
      'a2: an identity whose maker learned nothing of it (%s) is found and recorded, not made again',
      async (fault) => {
        const s = new Scenario(has);
        s.effects.next('create', fault);
        s.apply(spec);
        await s.operator.pass(KEY).catch(() => {});
        const made = s.only().id;
        if (s.operator.isDead) s.restart();
        await s.settle();
        expect(s.kratos.most).toBe(1);
        expect(s.kratos.writes).toBe(1);
        // A second one may be sent only where a unique key refuses it.
        const isUnique = has.externalIds || (has.metadata && spec === PERSON);
        expect(creates(s)).toBeLessThanOrEqual(isUnique ? 2 : 1);
        expect(s.only().id).toBe(made);
        expect(s.resource().status?.identityId).toBe(made);
      },
    );
  });

  test('a3: a deletion at any point of a creation, however late that is carried out, leaves Kratos empty', async () => {
    const calm = new Scenario(has);
    await calm.settled(THING);
    for (const fault of FAULTS) {
      for (let at = 1; at <= calm.effects.count; at += 1) {
        const s = new Scenario(has);
        s.effects.disturb(at, fault);
        s.apply(THING);
        await s.operator.pass(KEY).catch(() => {});
        s.kube.delete(KEY);
        if (s.operator.isDead) s.restart();
        await s.settle();
        const left = { fault, at, exists: s.exists(), identities: s.identities() };
        expect(left).toEqual({ fault, at, exists: false, identities: [] });
      }
    }
  });

  test('a4: of links whose maker died before the Secret one is published in the end, and all of them expire', async () => {
    const s = new Scenario(has, { settings: { ...SETTINGS, recoveryMaxTtlMs: HOUR } });
    const lifetimes: number[] = [];
    const mintCode = s.kratos.mintCode.bind(s.kratos);
    const mintLink = s.kratos.mintLink.bind(s.kratos);
    s.kratos.mintCode = (id, seconds) => {
      lifetimes.push(seconds);
      return mintCode(id, seconds);
    };
    s.kratos.mintLink = (id, seconds) => {
      lifetimes.push(seconds);
      return mintLink(id, seconds);
    };
    const crashes = 3;
    for (let count = 0; count < crashes; count += 1) s.effects.next('create secret', 'dies before');
    await s.settled({ ...PERSON, recovery: { requestId: 'one', output: 'Secret', expiresIn: '24h' } });
    expect(s.effects.struck).toHaveLength(crashes);
    expect(lifetimes).toEqual(Array.from({ length: crashes + 1 }, () => HOUR / 1000));
    expect([...s.kube.secretsByName.keys()]).toEqual([SECRET]);
    expect(s.events().filter((event) => event === `${KEY} RecoveryIssued`)).toHaveLength(1);

    await s.clock.advance(HOUR);
    await s.settle();
    expect(s.kube.secretsByName.size).toBe(0);
    expect(s.resource().status?.recovery).toMatchObject({ requestId: 'one', state: 'Expired' });
    expect(s.kratos.mints).toBe(crashes + 1);
  });

  test.each<[string, Fault]>([
    ['delete secret', 'dies before'],
    ['delete secret', 'dies after'],
    ['delete secret', 'dies knowing'],
    ['status', 'dies before'],
    ['status', 'dies after'],
  ])('a6: a crash at the %s of an expiry (%s) leaves neither Secret nor link', async (effect, fault) => {
    const s = new Scenario(has);
    await s.settled({ ...PERSON, recovery: { requestId: 'one', method: 'Auto' } });
    const usesSecret = s.kube.secretsByName.size > 0;
    if (!usesSecret && effect === 'delete secret') return;
    expect(s.resource().status?.recovery?.link).toBeDefined();
    s.effects.next(effect, fault);
    await s.clock.advance(HOUR);
    await s.settle();
    expect(s.effects.struck).toHaveLength(1);
    expect(s.kube.secretsByName.size).toBe(0);
    expect(s.resource().status?.recovery).toMatchObject({ requestId: 'one', state: 'Expired' });
    expect(s.resource().status?.recovery).not.toHaveProperty('link');
    expect(s.kratos.mints).toBe(1);
  });
});
