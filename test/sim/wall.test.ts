import { describe, expect, test } from 'vitest';
import { SERVERS } from './kratos.ts';
import { ProcessClock } from './process-clock.ts';
import { KEY, PERSON, Scenario } from './scenario.ts';

/* Somebody sets the wall clock of the operator's node: no link is minted twice for it, and none outlives its time for it. */

const HOUR = 3_600_000;
const STEPS = [
  ['forward', HOUR],
  ['back', -HOUR],
] as const;
const OUTPUTS = ['Status', 'Secret'] as const;
const KINDS = ['bare', 'metadata', 'externalIds'] as const;

function scene(kind: (typeof KINDS)[number]) {
  // The process' clock is another than the servers': they are not set.
  const s = new Scenario(SERVERS[kind]);
  const clock = new ProcessClock(s.clock);
  s.restart({ clock });
  return { s, clock };
}

describe.each(KINDS)('on a server of kind %s', (kind) => {
  describe.each(OUTPUTS)('with the link in %s', (output) => {
    const wanted = { ...PERSON, recovery: { requestId: 'one', output, expiresIn: '1h' } };

    test.each(STEPS)('a clock that is set %s at any effect mints nothing twice', async (_, ms) => {
      const calm = scene(kind);
      await calm.s.settled(wanted);
      for (let at = 1; at <= calm.s.effects.count; at += 1) {
        const { s, clock } = scene(kind);
        s.effects.disturb(at, () => clock.step(ms));
        await s.settled(wanted);
        s.restart({ clock });
        await s.settle();
        expect({ at, mints: s.kratos.mints }).toEqual({ at, mints: 1 });
      }
    });

    test('one that is set forward over the end of a link ends it with the next look, and nothing mints another', async () => {
      const { s, clock } = scene(kind);
      await s.settled(wanted);
      expect(s.resource().status?.recovery?.state).toBe('Issued');
      clock.step(HOUR);
      await s.operator.pass(KEY);
      expect(s.resource().status?.recovery).toMatchObject({ requestId: 'one', state: 'Expired' });
      expect(s.resource().status?.recovery?.link).toBeUndefined();
      expect(s.kube.secretsByName.size).toBe(0);
      clock.step(-HOUR);
      await s.settle();
      expect(s.kratos.mints).toBe(1);
      expect(s.resource().status?.recovery?.state).toBe('Expired');
    });

    test('one that is set back keeps the link no longer than Kratos does, by the clock that was right', async () => {
      const { s, clock } = scene(kind);
      // Wrong by an hour, and put right after the link was made.
      clock.step(HOUR);
      await s.settled(wanted);
      clock.step(-HOUR);
      await s.clock.advance(HOUR);
      await s.operator.pass(KEY);
      expect(s.resource().status?.recovery).toMatchObject({ requestId: 'one', state: 'Expired' });
      expect(s.kube.secretsByName.size).toBe(0);
      expect(s.kratos.mints).toBe(1);
    });
  });
});
