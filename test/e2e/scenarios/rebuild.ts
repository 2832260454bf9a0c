import { deepEqual, equal } from 'node:assert/strict';
import { until } from '../../servers/wait.ts';
import type { IdentityObject } from '../kratos-admin.ts';
import { idOf } from '../namespace.ts';
import type { Scenario } from '../stage.ts';

/** The cluster is lost and built again from Git: under the same owner id the same identities are found again. */
export const rebuild: Scenario = {
  name: 'rebuild',
  // Classic Kratos cannot keep whose an identity is.
  only: ['1.3.1'],
  ownOperator: true,
  async run(t) {
    const { namespace } = t;
    const own = await t.ownKratos();
    const before = await t.startOperator({ kratos: own });
    const specs = Object.fromEntries(
      Array.from({ length: 10 }, (_, index) => [
        `git-${index}`,
        index % 2 === 0
          ? { schemaId: 'default', traits: { email: t.email(`git-${index}`), team: 'a' } }
          : { schemaId: 'note', traits: { label: t.label('all the same') } },
      ]),
    );
    const apply = () =>
      Promise.all(Object.entries(specs).map(([name, spec]) => namespace.create(name, spec)));
    const ids = async () => {
      const pairs = Object.keys(specs).map(
        async (name) => [name, idOf(await namespace.ready(name))] as const,
      );
      return Object.fromEntries(await Promise.all(pairs));
    };
    await apply();
    const known = await ids();

    await t.check('the resources are lost without the operator seeing it', async () => {
      equal((await before.stop()).code, 0);
      await namespace.abandon();
      equal((await own.admin.list()).length, 10);
    });

    const after = await t.startOperator({ kratos: own });
    await t.check('applied again, each finds its identity again', async () => {
      await apply();
      deepEqual(await ids(), known);
      equal((await own.admin.list()).length, 10);
      await namespace.event('git-0', 'Adopted');
    });

    await t.check('and knows what it owns: a field no longer declared goes', async () => {
      await namespace.patch('git-0', { traits: { team: null } });
      await namespace.ready('git-0');
      deepEqual((await own.admin.get(known['git-0'] ?? ''))?.traits, { email: t.email('git-0') });
    });

    await t.check('under another owner id they stay, and the marks are written anew', async () => {
      await after.stop();
      await t.startOperator({ kratos: own, flags: ['--owner-id=renamed'] });
      await until('the marks', async () =>
        (await own.admin.list()).every((one) => ownerOf(one) === 'renamed'),
      );
      deepEqual(await ids(), known);
    });
  },
};

function ownerOf({ metadata_admin: metadata }: IdentityObject): unknown {
  return (metadata?.['kratos.ory.sh/owner'] as { readonly owner?: string } | undefined)?.owner;
}
