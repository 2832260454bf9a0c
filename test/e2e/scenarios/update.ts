import { deepEqual, equal } from 'node:assert/strict';
import { idOf } from '../namespace.ts';
import type { Scenario } from '../stage.ts';

/** Declared fields are enforced, undeclared ones are left alone, and those no longer declared go. */
export const update: Scenario = {
  name: 'update',
  async run(t) {
    const { namespace, kratos } = t;
    const email = t.email('grace');
    const traitsOf = async (id: string) => (await kratos.get(id))?.traits;

    await namespace.create('grace', {
      schemaId: 'default',
      traits: { email, name: { first: 'Grace', last: 'Murray' }, team: 'navy' },
    });
    const id = idOf(await namespace.ready('grace'));

    await t.check('a changed trait is changed in Kratos', async () => {
      await namespace.patch('grace', { traits: { name: { last: 'Hopper' } } });
      await namespace.ready('grace');
      deepEqual(await traitsOf(id), { email, name: { first: 'Grace', last: 'Hopper' }, team: 'navy' });
      await namespace.event('grace', 'Updated');
    });

    await t.check('a trait no longer declared goes, one that others set stays', async () => {
      await kratos.setTraits(id, (traits) => ({ ...traits, tags: ['set by the person'] }));
      await namespace.patch('grace', { traits: { team: null } });
      const after = await namespace.ready('grace');
      deepEqual(await traitsOf(id), {
        email,
        name: { first: 'Grace', last: 'Hopper' },
        tags: ['set by the person'],
      });
      deepEqual([...(after.status.ownedTraits ?? [])].sort(), ['/email', '/name/first', '/name/last']);
    });

    await t.check('an array is one value', async () => {
      await namespace.patch('grace', { traits: { tags: ['a', 'b'] } });
      await namespace.ready('grace');
      deepEqual((await traitsOf(id))?.tags, ['a', 'b']);
      await namespace.patch('grace', { traits: { tags: ['b'] } });
      await namespace.ready('grace');
      deepEqual((await traitsOf(id))?.tags, ['b']);
    });

    await t.check('an object emptied so goes, too', async () => {
      await namespace.patch('grace', { traits: { name: null, tags: null } });
      await namespace.ready('grace');
      deepEqual(await traitsOf(id), { email });
    });

    await t.check('of many edits in a row the last one stands', async () => {
      for (let edit = 1; edit <= 10; edit += 1) {
        await namespace.patch('grace', { traits: { team: `team ${edit}` } });
      }
      const settled = await namespace.ready('grace');
      equal(settled.status.observedGeneration, settled.metadata.generation);
      deepEqual(await traitsOf(id), { email, team: 'team 10' });
    });

    await t.check('a new email is a new identifier and new addresses', async () => {
      await namespace.patch('grace', { traits: { email: t.email('rear-admiral') } });
      const { status } = await namespace.ready('grace');
      deepEqual(status.recoveryAddresses, [{ value: t.email('rear-admiral'), via: 'email' }]);
      equal(status.identityId, id);
    });

    if (t.classic) return;
    await t.check('metadata follows the same rule', async () => {
      await namespace.patch('grace', {
        metadataPublic: { plan: 'pro', seats: 3 },
        metadataAdmin: { cost: 7 },
      });
      await namespace.ready('grace');
      await namespace.patch('grace', { metadataPublic: { seats: null }, metadataAdmin: null });
      await namespace.ready('grace');
      const identity = await kratos.get(id);
      deepEqual(identity?.metadata_public, { plan: 'pro' });
      deepEqual(Object.keys(identity?.metadata_admin ?? {}), ['kratos.ory.sh/owner']);
    });

    await t.check('an inactive state ends the sessions, and is enforced', async () => {
      await kratos.signIn(id, t.email('rear-admiral'));
      equal(await kratos.activeSessions(id), 1);
      await namespace.patch('grace', { state: 'inactive' });
      equal((await namespace.ready('grace')).status.state, 'inactive');
      equal((await kratos.get(id))?.state, 'inactive');
      equal(await kratos.activeSessions(id), 0);
      await namespace.patch('grace', { state: 'active' });
      equal((await namespace.ready('grace')).status.state, 'active');
      equal((await kratos.get(id))?.state, 'active');
    });
  },
};
