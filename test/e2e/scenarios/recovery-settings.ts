import { equal, ok } from 'node:assert/strict';
import { conditionOf } from '../namespace.ts';
import type { Scenario } from '../stage.ts';

/** What the operator's own settings say about everyone's links. */
export const recoverySettings: Scenario = {
  name: 'recovery-settings',
  ownOperator: true,
  async run(t) {
    const { namespace } = t;
    await t.startOperator({ flags: ['--recovery-output', 'Secret', '--recovery-max-ttl', '10m'] });
    await namespace.create('any', {
      schemaId: 'default',
      traits: { email: t.email('any') },
      recovery: { expiresIn: '5h', output: 'Status', method: 'Link' },
    });
    const resource = await namespace.when('any', 'issued', (one) => {
      return conditionOf(one, 'RecoveryReady')?.reason === 'Issued';
    });

    await t.check('--recovery-output=Secret keeps every link out of status', async () => {
      equal(resource.status.recovery?.link, undefined);
      ok((await namespace.secret('any-recovery'))?.data?.link !== undefined);
    });

    await t.check('--recovery-max-ttl cuts every life', () => {
      const left = Date.parse(resource.status.recovery?.expiresAt ?? '') - Date.now();
      ok(left > 0 && left <= 10 * 60_000, `${left} ms are left`);
    });
  },
};
