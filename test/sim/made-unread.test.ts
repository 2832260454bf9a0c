import { describe, expect, test } from 'vitest';
import { RemoteError } from '../../src/model/errors.ts';
import { SERVERS } from './kratos.ts';
import { KEY, PERSON, Scenario, THING } from './scenario.ts';

/** A server that makes the next identity, answers its id, and cannot show it. */
function nextIsUnread(s: Scenario): void {
  const { kratos } = s;
  const create = kratos.create.bind(kratos);
  kratos.create = (wanted) => {
    kratos.create = create;
    const { id: madeId } = create(wanted);
    throw new RemoteError('POST identity', { code: 'unavailable', outcome: 'unknown', madeId });
  };
}

describe.each(Object.entries(SERVERS))(
  'on a server of kind %s, an identity that was made and not read',
  (_, has) => {
    test.each([
      ['a person', PERSON],
      ['a thing', THING],
    ])('is known by its id, and neither looked for nor made again: %s', async (_name, spec) => {
      const s = new Scenario(has);
      nextIsUnread(s);
      s.apply(spec);
      await s.operator.pass(KEY);
      const [made] = s.identities();
      expect(s.resource().status?.identityId).toBe(made?.id);
      expect(s.reason()).toBe('KratosUnavailable');
      const { walks } = s.kratos;
      await s.operator.runFor(5_000);
      expect(s.reason()).toBe('Synced');
      expect(s.only().id).toBe(made?.id);
      expect(s.kratos.most).toBe(1);
      expect(s.kratos.walks).toBe(walks);
    });

    test('goes with its resource', async () => {
      const s = new Scenario(has);
      nextIsUnread(s);
      s.apply(THING);
      await s.operator.pass(KEY);
      s.kube.delete(KEY);
      await s.operator.runFor(5_000);
      expect(s.exists()).toBe(false);
      expect(s.identities()).toEqual([]);
    });
  },
);

test('a create that the lease forbids is not sent, and says nothing in status', async () => {
  const s = new Scenario(SERVERS.externalIds);
  s.apply(THING);
  const lost = new RemoteError('lease', { code: 'aborted', outcome: 'none' });
  s.kratos.create = () => {
    throw lost;
  };
  await expect(s.operator.pass(KEY)).rejects.toBe(lost);
  expect(s.resource().status?.conditions ?? []).toEqual([]);
  expect(s.identities()).toEqual([]);
});
