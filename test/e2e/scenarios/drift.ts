import { deepEqual, equal, notEqual, ok } from 'node:assert/strict';
import { until } from '../../servers/wait.ts';
import { idOf } from '../namespace.ts';
import type { Scenario } from '../stage.ts';

/** What others change in Kratos is put right at the next resync, as far as it was declared. */
export const drift: Scenario = {
  name: 'drift',
  async run(t) {
    const { namespace, kratos } = t;
    const email = t.email('eve');
    await namespace.create('eve', { schemaId: 'default', traits: { email, name: { first: 'Eve' } } });
    const id = idOf(await namespace.ready('eve'));

    await t.check('a declared trait changed in Kratos is put back, another is not', async () => {
      await kratos.setTraits(id, () => ({ email, name: { first: 'Mallory', last: 'Own' } }));
      await until('the repair', async () => {
        const traits = (await kratos.get(id))?.traits;
        return JSON.stringify(traits).includes('Eve');
      });
      deepEqual((await kratos.get(id))?.traits, { email, name: { first: 'Eve', last: 'Own' } });
      equal(idOf(await namespace.ready('eve')), id);
    });

    if (!t.classic) {
      await t.check('a mark wiped by a foreign PUT comes back with the next update', async () => {
        const json = { schema_id: 'default', state: 'active', traits: { email, name: { first: 'Mallory' } } };
        equal((await kratos.call(`/identities/${id}`, { method: 'PUT', json })).status, 200);
        await until('the mark', async () => {
          const identity = await kratos.get(id);
          return identity?.metadata_admin?.['kratos.ory.sh/owner'] !== undefined;
        });
        deepEqual((await kratos.get(id))?.traits, { email, name: { first: 'Eve' } });
      });
    }

    await t.check('an identity deleted in Kratos is made again', async () => {
      await kratos.delete(id);
      const again = await namespace.when('eve', 'Ready with a new identity', (resource) => {
        const now = resource.status.identityId;
        return now !== undefined && now !== id && resource.status.conditions[0]?.status === 'True';
      });
      notEqual(idOf(again), id);
      deepEqual((await kratos.get(idOf(again)))?.traits, { email, name: { first: 'Eve' } });
      await t.identities(email, 1);
    });

    await t.check('one without an identifier is made again once', async () => {
      const label = t.label('note');
      await namespace.create('note', { schemaId: 'note', traits: { label } });
      const first = idOf(await namespace.ready('note'));
      await kratos.delete(first);
      await namespace.when('note', 'Ready again', ({ status }) => {
        return status.identityId !== undefined && status.identityId !== first;
      });
      await namespace.ready('note');
      await t.identities(label, 1);
      ok((await namespace.events()).some(({ regarding }) => regarding.name === 'note'));
    });
  },
};
