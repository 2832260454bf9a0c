import fc from 'fast-check';
import { describe, test } from 'vitest';
import { History } from './history.ts';
import { ACTIONS } from './history-action.ts';
import { checkEnd } from './history-oracle.ts';
import { SERVERS } from './kratos.ts';
import { hold } from './seeds.ts';

/*
 * Histories by seed: two resources are applied, edited, deleted and made anew, people and other programs meddle in Kratos, requests fail,
 * processes die, watches lag, and time passes. Whatever happened, the end is as if only the last spec had ever been.
 */

const FILE = 'test/sim/histories.test.ts';
const KINDS = ['bare', 'metadata', 'externalIds'] as const;

describe.each([
  [1, 'one process after another'],
  [2, 'two processes without a lease'],
] as const)('%i at once:', (count, name) => {
  test.each(KINDS)(
    `${name} on a server of kind %s end as a fresh run of the last spec`,
    async (kind) => {
      const property = fc.asyncProperty(ACTIONS, async (actions) => {
        const history = new History(SERVERS[kind], count);
        await history.run(actions);
        await checkEnd(history, count === 2);
      });
      await hold(FILE, property, 100);
    },
    120_000,
  );
});
