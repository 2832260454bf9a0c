import { deepEqual, doesNotMatch, equal, notEqual } from 'node:assert/strict';
import type { KratosIdentity } from '../../../src/model/generated/kratosidentity.ts';
import { conditionOf, idOf, type Namespace, type Reported, ready } from '../namespace.ts';
import type { Scenario } from '../stage.ts';

/** Two tenants after one identity: the first has it, the second learns nothing and harms nothing. */
export const tenants: Scenario = {
  name: 'tenants',
  ownOperator: true,
  async run(t) {
    const { kratos } = t;
    const red = t.namespace;
    const blue = await t.cluster.namespace(`${red.name}-blue`);
    await t.startOperator({ namespaces: [blue] });
    const email = t.email('shared');
    const spec = { schemaId: 'default', traits: { email } };

    await red.create('winner', spec);
    const winner = await red.ready('winner');
    const says = await t.check('the second one to declare an address has a Conflict', async () => {
      await blue.create('loser', spec);
      const loser = await blue.because('loser', 'Conflict');
      equal(conditionOf(loser, 'Stalled')?.status, 'True');
      equal(loser.status.identityId, undefined);
      return message(loser);
    });

    await t.check('its message names no one', () => {
      for (const name of [red.name, 'winner', email, idOf(winner)]) doesNotMatch(says, new RegExp(name));
    });

    await t.check('it says the same when the identity is nobody’s resource', async () => {
      await kratos.create('default', { email: t.email('stranger') });
      await blue.create('claims-stranger', { schemaId: 'default', traits: { email: t.email('stranger') } });
      equal(message(await blue.because('claims-stranger', 'Conflict')), says);
    });

    await t.check('deleting the loser leaves the identity', async () => {
      await blue.delete('loser');
      await blue.gone('loser');
      equal((await kratos.get(idOf(winner)))?.id, idOf(winner));
      equal(idOf(await red.ready('winner')), idOf(winner));
    });

    await t.check('the loser gets an identity of its own once the winner is gone', async () => {
      await blue.create('loser', spec);
      await blue.because('loser', 'Conflict');
      await red.delete('winner');
      await red.gone('winner');
      notEqual(idOf(await blue.ready('loser')), idOf(winner));
      await t.identities(email, 1);
    });

    await t.check('equal traits without an identifier are two identities', () =>
      twins(t.label('twin'), red, blue),
    );
    await t.check('deleting one twin leaves the other’s', async () => {
      const other = idOf(await blue.ready('twin'));
      await red.delete('twin');
      await red.gone('twin');
      deepEqual(
        (await kratos.holding(t.label('twin'))).map(({ id }) => id),
        [other],
      );
    });
  },
};

async function twins(label: string, red: Namespace, blue: Namespace): Promise<void> {
  const spec = { schemaId: 'note', traits: { label } };
  await Promise.all([red.create('twin', spec), blue.create('twin', spec)]);
  const [one, other] = await Promise.all([red.ready('twin'), blue.ready('twin')]);
  notEqual(idOf(one), idOf(other));
}

function message(resource: KratosIdentity & Reported): string {
  return ready(resource)?.message ?? '';
}
