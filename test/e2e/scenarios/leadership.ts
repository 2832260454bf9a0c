import { deepEqual, equal } from 'node:assert/strict';
import { CODES, ENDINGS, Pair } from '../pair.ts';
import type { Scenario } from '../stage.ts';

/** Pairs of operators whose leader is stopped, blocked, killed, cut off from the API server, or asked to end: all at once, each with its own lease. */
export const leadership: Scenario = {
  name: 'leadership',
  only: ['1.3.1'],
  ownOperator: true,
  async run(t) {
    const kratos = await t.ownKratos();
    await Promise.all(
      ENDINGS.map(async (how) => {
        const namespace = await t.cluster.namespace(`${t.namespace.name}-${how.replaceAll(' ', '-')}`);
        const pair = await Pair.start(t.cluster, namespace, kratos);
        t.afterwards(() => pair.stop());
        await t.check(`a leader that is ${how} is replaced, and writes nothing from then on`, async () => {
          const { seconds, code, late, lateInKratos } = await pair.takeOver(how);
          t.report.figure(
            `${t.version}: lease taken over ${seconds.toFixed(2)} s after its last write, ${how}`,
          );
          deepEqual(late, [], 'writes to the API server after the other had the lease');
          deepEqual(lateInKratos, [], 'writes to Kratos after that');
          equal(code, CODES[how], 'exit code');
          deepEqual(await pair.identities(), { count: 1, named: true });
        });
      }),
    );
  },
};
