import { deepEqual, equal } from 'node:assert/strict';
import { conditionOf, idOf, ready } from '../namespace.ts';
import type { Scenario } from '../stage.ts';

/** A namespace that is being deleted refuses every new object, Events and Secrets too: passes go on without. */
export const terminating: Scenario = {
  name: 'terminating',
  async run(t) {
    const { namespace, kratos } = t;
    const spec = (local: string) => ({ schemaId: 'default', traits: { email: t.email(local) } });
    await namespace.create('one', spec('one'));
    await namespace.create('two', spec('two'));
    const one = idOf(await namespace.ready('one'));
    const two = idOf(await namespace.ready('two'));
    const { code, stderr } = await namespace.kubectl(['delete', 'namespace', namespace.name, '--wait=false']);
    equal(code, 0, stderr);

    await t.check('an update is still carried out', async () => {
      await namespace.patch('one', { traits: { team: 'late' } });
      await namespace.ready('one');
      deepEqual((await kratos.get(one))?.traits, { email: t.email('one'), team: 'late' });
    });

    await t.check('a recovery that cannot have its Secret leaves Ready True', async () => {
      await namespace.patch('one', { recovery: { method: 'Link', output: 'Secret' } });
      const resource = await namespace.when(
        'one',
        'told about recovery',
        (r) => conditionOf(r, 'RecoveryReady') !== undefined,
      );
      equal(ready(resource)?.status, 'True');
      equal(conditionOf(resource, 'RecoveryReady')?.status, 'False');
    });

    await t.check('deletions go through', async () => {
      for (const name of ['one', 'two']) await namespace.delete(name);
      for (const name of ['one', 'two']) await namespace.gone(name);
      deepEqual([await kratos.get(one), await kratos.get(two)], [undefined, undefined]);
    });
  },
};
