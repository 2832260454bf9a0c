import { describe, expect, test } from 'vitest';
import { SERVERS } from './kratos.ts';
import { PERSON, Scenario } from './scenario.ts';

const ADA = 'team/ada';
const BOB = 'team/bob';
const CONFLICT = 'an identifier, address, external id or identity that this resource needs is not its own';
const OTHER = { ...PERSON, traits: { email: 'bob@example.org' } };

describe.each(Object.entries(SERVERS))(
  'two resources that want one e-mail, on a server of kind %s',
  (_kind, has) => {
    test.each([
      [ADA, BOB],
      [BOB, ADA],
    ])('%s first: it has it, and %s never writes', async (first, second) => {
      const s = new Scenario(has);
      await s.settled(PERSON, first);
      const { writes } = s.kratos;
      await s.settled(PERSON, second);
      await s.settle();
      expect(s.reason(first)).toBe('Synced');
      expect(s.condition('Ready', second)).toMatchObject({
        status: 'False',
        reason: 'Conflict',
        message: CONFLICT,
      });
      expect(s.resource(second).status?.identityId).toBeUndefined();
      expect(s.kratos.writes).toBe(writes);
      expect(s.only().id).toBe(s.resource(first).status?.identityId);
    });

    test('both at once: one has it, the other says Conflict', async () => {
      const s = new Scenario(has);
      s.apply(PERSON, ADA);
      s.apply(PERSON, BOB);
      await Promise.all([s.operator.pass(ADA), s.operator.pass(BOB)]);
      await s.settle();
      expect(new Set([s.reason(ADA), s.reason(BOB)])).toEqual(new Set(['Conflict', 'Synced']));
      expect(s.identities()).toHaveLength(1);
    });

    test('a change towards another’s e-mail is refused in the same words, and changes nothing', async () => {
      const s = new Scenario(has);
      await s.settled(PERSON, ADA);
      await s.settled(OTHER, BOB);
      const before = s.identities();
      s.apply(PERSON, BOB);
      await s.settle();
      expect(s.condition('Ready', BOB)).toMatchObject({
        status: 'False',
        reason: 'Conflict',
        message: CONFLICT,
      });
      expect(s.identities()).toEqual(before);
      expect(s.resource(BOB).status?.identityId).toBe(before[1]?.id);
    });

    test('the one in conflict gets it once the other is deleted', async () => {
      const s = new Scenario(has);
      await s.settled(PERSON, ADA);
      await s.settled(PERSON, BOB);
      s.kube.delete(ADA);
      await s.settle();
      expect(s.reason(BOB)).toBe('Synced');
      expect(s.only().id).toBe(s.resource(BOB).status?.identityId);
    });

    test('a rename in Git frees it, and the new name gets it', async () => {
      const s = new Scenario(has);
      await s.settled(PERSON, ADA);
      const before = s.only().id;
      s.apply(PERSON, BOB);
      s.kube.delete(ADA);
      await s.settle();
      expect(s.exists(ADA)).toBe(false);
      expect(s.reason(BOB)).toBe('Synced');
      expect(s.only().id).not.toBe(before);
    });

    test('a Conflict says nothing new and sends no more than one create at each resync', async () => {
      const s = new Scenario(has);
      await s.settled(PERSON, ADA);
      await s.settled(PERSON, BOB);
      const { writes } = s.kube;
      const creates = () => s.effects.log.filter((name) => name === 'create').length;
      const before = creates();
      for (let resync = 1; resync <= 5; resync += 1) {
        await s.operator.run();
        expect(creates()).toBeLessThanOrEqual(before + resync);
      }
      expect(s.kube.writes).toBe(writes);
    });

    test('one event says so, once', async () => {
      const s = new Scenario(has);
      await s.settled(PERSON, ADA);
      await s.settled(PERSON, BOB);
      await s.settle();
      expect(s.events().filter((event) => event === `${BOB} Conflict`)).toHaveLength(1);
    });
  },
);
