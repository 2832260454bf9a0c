import { deepEqual, equal, match } from 'node:assert/strict';
import { idOf, ready } from '../namespace.ts';
import type { Scenario, Stage } from '../stage.ts';

/** What becomes of an identity whose resource goes. */
export const policies: Scenario = {
  name: 'policies',
  async run(t) {
    const { namespace, kratos } = t;
    const spec = (local: string, deletionPolicy: string) => ({
      schemaId: 'default',
      traits: { email: t.email(local) },
      deletionPolicy,
    });

    const id = await t.check('Retain leaves the identity', async () => {
      await namespace.create('kept', spec('kept', 'Retain'));
      const kept = idOf(await namespace.ready('kept'));
      await namespace.delete('kept');
      await namespace.gone('kept');
      deepEqual((await kratos.get(kept))?.traits, { email: t.email('kept') });
      await namespace.event('kept', 'Retained');
      return kept;
    });

    await t.check('the policy is read when it is carried out', async () => {
      await namespace.create('fickle', spec('fickle', 'Delete'));
      const fickle = idOf(await namespace.ready('fickle'));
      await namespace.patch('fickle', { deletionPolicy: 'Retain' });
      await namespace.delete('fickle');
      await namespace.gone('fickle');
      equal((await kratos.get(fickle))?.id, fickle);
    });

    if (t.classic) await onClassic(t);
    else await onModern(t, id, spec('kept', 'Delete'));
  },
};

/** Without a state nothing can be deactivated, and without metadata nobody can tell whose a retained identity was. */
async function onClassic(t: Stage): Promise<void> {
  const { namespace, kratos } = t;

  await t.check('a retained identity is nobody’s: the same manifest is a Conflict', async () => {
    await namespace.create('kept', { schemaId: 'default', traits: { email: t.email('kept') } });
    await namespace.because('kept', 'Conflict');
  });

  await t.check('Deactivate is Unsupported, and nothing is created', async () => {
    const traits = { email: t.email('tired') };
    await namespace.create('tired', { schemaId: 'default', traits, deletionPolicy: 'Deactivate' });
    await namespace.because('tired', 'Unsupported');
    deepEqual(await kratos.holding(traits.email), []);
    await namespace.delete('tired');
    await namespace.gone('tired');
  });

  await t.check('a deletion by Deactivate waits visibly until the policy changes', async () => {
    await namespace.create('stuck', { schemaId: 'default', traits: { email: t.email('stuck') } });
    const id = idOf(await namespace.ready('stuck'));
    await namespace.patch('stuck', { deletionPolicy: 'Deactivate' });
    await namespace.because('stuck', 'Unsupported');
    await namespace.delete('stuck');
    await namespace.because('stuck', 'Deleting');
    equal((await kratos.get(id))?.id, id);
    await namespace.patch('stuck', { deletionPolicy: 'Delete' });
    await namespace.gone('stuck');
    equal(await kratos.get(id), undefined);
  });
}

async function onModern(t: Stage, retained: string, again: object): Promise<void> {
  const { namespace, kratos } = t;

  await t.check('a retained identity is taken up by the same manifest', async () => {
    await namespace.create('kept', again);
    equal(idOf(await namespace.ready('kept')), retained);
    await namespace.event('kept', 'Adopted');
  });

  await t.check('Deactivate leaves it inactive and without sessions', async () => {
    await kratos.signIn(retained, t.email('kept'));
    await namespace.patch('kept', { deletionPolicy: 'Deactivate' });
    await namespace.delete('kept');
    await namespace.gone('kept');
    equal((await kratos.get(retained))?.state, 'inactive');
    equal(await kratos.activeSessions(retained), 0);
    await namespace.event('kept', 'Deactivated');
  });

  await t.check('and whoever takes it up finds it active again', async () => {
    await namespace.create('kept', again);
    const resource = await namespace.ready('kept');
    equal(idOf(resource), retained);
    equal((await kratos.get(retained))?.state, 'active');
    match(ready(resource)?.reason ?? '', /Synced/);
  });
}
