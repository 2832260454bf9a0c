import { deepEqual, equal, notEqual, ok } from 'node:assert/strict';
import { FINALIZER } from '../../../src/model/resource.ts';
import { conditionOf, idOf, ready } from '../namespace.ts';
import type { Scenario } from '../stage.ts';

/** Nothing that an author can write takes over an identity that is not theirs. */
export const ownership: Scenario = {
  name: 'ownership',
  async run(t) {
    const { namespace, kratos } = t;
    const finalized = { finalizers: [FINALIZER] };

    const mine = { schemaId: 'note', traits: { label: t.label('someone else’s') } };
    const others = await kratos.create(mine.schemaId, mine.traits);
    await namespace.create('eager', mine, finalized);
    await kratos.create('default', { email: t.email('victim') });
    await namespace.create('thief', { schemaId: 'default', traits: { email: t.email('victim') } }, finalized);

    await t.check('the owner’s mark cannot be declared', async () => {
      const metadataAdmin = {
        'kratos.ory.sh/owner': { owner: 'e2e', namespace: namespace.name, name: 'x', uid: 'y' },
      };
      await namespace.create('forger', {
        schemaId: 'default',
        traits: { email: t.email('forger') },
        metadataAdmin,
      });
      const resource = await namespace.when(
        'forger',
        'refused',
        (r) => conditionOf(r, 'Stalled') !== undefined,
      );
      const reason = ready(resource)?.reason ?? '';
      ok(['InvalidMetadata', ...(t.classic ? ['Unsupported'] : [])].includes(reason), reason);
      deepEqual(await kratos.holding(t.email('forger')), []);
    });

    await t.check('an external id is Unsupported where Kratos has none, and nothing is created', async () => {
      const traits = { email: t.email('external') };
      await namespace.create('external', { schemaId: 'default', traits, externalId: 'employee-1' });
      await namespace.because('external', 'Unsupported');
      deepEqual(await kratos.holding(traits.email), []);
    });

    await t.check('status cannot be written at creation', async () => {
      const { id } = others;
      const manifest = {
        ...namespace.manifest('liar', { schemaId: 'note', traits: { label: t.label('liar') } }),
        status: { identityId: id },
      };
      const { code, stderr } = await namespace.kubectl(['create', '-f', '-'], JSON.stringify(manifest));
      equal(code, 0, stderr);
      notEqual(idOf(await namespace.ready('liar')), id);
      await namespace.delete('liar');
      await namespace.gone('liar');
      equal((await kratos.get(id))?.id, id);
    });

    await t.check(
      'a resource born with our finalizer gets an identity of its own, and one only',
      async () => {
        notEqual(idOf(await namespace.ready('eager')), others.id);
        await t.identities(mine.traits.label, 2);
      },
    );

    await t.check('and takes nobody’s by the same address', async () => {
      await namespace.because('thief', 'Conflict');
      await namespace.delete('thief');
      await namespace.gone('thief');
      await t.identities(t.email('victim'), 1);
    });

    await t.check('deleting it leaves the other', async () => {
      await namespace.delete('eager');
      await namespace.gone('eager');
      deepEqual(
        (await kratos.holding(mine.traits.label)).map(({ id }) => id),
        [others.id],
      );
    });
  },
};
