import { strict as assert } from 'node:assert';
import { KratosClient } from '../../src/kratos/client.ts';
import { isRemote } from '../../src/model/errors.ts';
import type { NewIdentity } from '../../src/model/identity.ts';
import { realClock } from '../wire/clocks.ts';
import type { KratosSide } from './kratos-side.ts';

const AT_ONCE = 250;

/**
 * Throws where the stand-in is not what it stands for: a modern server with everything the operator makes use of, that keeps external ids
 * and emails unique whichever way identities come, and forgets what is deleted. Leaves it empty.
 */
export async function checkStandIn(kratos: KratosSide): Promise<void> {
  const client = new KratosClient({ adminUrl: kratos.adminUrl, connections: 8, clock: realClock });
  try {
    const has = await client.probe();
    const { dialect, state, metadata, patch, batch, ids, externalIds } = has;
    assert.deepEqual(
      { dialect, state, metadata, patch, batch, ids, externalIds },
      {
        dialect: 'modern',
        state: true,
        metadata: true,
        patch: true,
        batch: true,
        ids: true,
        externalIds: true,
      },
    );
    const make = (wanted: NewIdentity) => client.createIdentity(has, wanted, () => {});
    // All of them at once, so that most travel in batches; the last has a taken external id, the one before it a taken email.
    const people = Array.from({ length: AT_ONCE }, (_, index) => person(index, index));
    const made = await Promise.allSettled([...people, person(AT_ONCE, 0), person(0, AT_ONCE)].map(make));
    const refused = made.splice(-2);
    assert.ok(made.every(({ status }) => status === 'fulfilled'));
    for (const one of refused) assert.ok(one.status === 'rejected' && isRemote(one.reason, 'conflict'));
    assert.equal(await kratos.identities(), AT_ONCE);
    const first = await client.getIdentityByExternalId(has, 'check-0');
    assert.equal(first.traits.email, 'check-0@example.org');
    const edit = { op: 'set', path: ['plan'], value: 'pro' } as const;
    const root = { op: 'set', path: [], value: {} } as const;
    const metadataPublic = [root, edit];
    const changed = await client.updateIdentity(has, first, {
      traits: [],
      metadataPublic,
      metadataAdmin: [],
    });
    assert.deepEqual(changed.metadataPublic, { plan: 'pro' });
    for await (const page of client.listIdentities(has)) {
      await Promise.all(page.map(({ id }) => client.deleteIdentity(has, id)));
    }
    assert.equal(await kratos.identities(), 0);
    await assert.rejects(client.getIdentity(has, first.id), (error) => isRemote(error, 'notFound'));
    await make(person(0, 0));
    await client.deleteIdentity(has, (await client.getIdentityByExternalId(has, 'check-0')).id);
  } finally {
    await client.close();
  }
}

function person(email: number, externalId: number): NewIdentity {
  return {
    schemaId: 'default',
    traits: { email: `check-${email}@example.org` },
    state: undefined,
    metadataPublic: undefined,
    metadataAdmin: { checked: true },
    externalId: `check-${externalId}`,
  };
}
