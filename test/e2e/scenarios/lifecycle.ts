import { deepEqual, equal, match, notEqual } from 'node:assert/strict';
import { conditionOf, idOf } from '../namespace.ts';
import type { Scenario } from '../stage.ts';

/** From `kubectl apply` to an identity, and from `kubectl delete` to none. */
export const lifecycle: Scenario = {
  name: 'lifecycle',
  async run(t) {
    const { namespace, kratos } = t;
    const traits = { email: t.email('ada'), name: { first: t.canary('Augusta-Ada') } };

    const resource = await t.check('an applied manifest becomes Ready', async () => {
      const manifest = JSON.stringify(namespace.manifest('ada', { schemaId: 'default', traits }));
      const { code, stderr } = await namespace.kubectl(['apply', '--validate=strict', '-f', '-'], manifest);
      equal(code, 0, stderr);
      return namespace.ready('ada');
    });
    const { status, metadata } = resource;

    await t.check('Kratos holds what was declared', async () => {
      const identity = await kratos.get(idOf(resource));
      deepEqual(identity?.traits, traits);
      equal(identity?.schema_id, 'default');
      equal(identity?.state, t.classic ? undefined : 'active');
    });

    await t.check('status tells what Kratos holds', () => {
      const via = { value: traits.email, via: 'email' };
      deepEqual(status.verifiableAddresses, [{ ...via, verified: false, status: 'pending' }]);
      deepEqual(status.recoveryAddresses, [via]);
      equal(status.schemaId, 'default');
      equal(status.state, t.classic ? undefined : 'active');
      deepEqual([...(status.ownedTraits ?? [])].sort(), ['/email', '/name/first']);
      equal(status.pendingCreate, undefined);
      equal(conditionOf(resource, 'Ready')?.reason, 'Synced');
      equal(conditionOf(resource, 'Reconciling'), undefined);
      equal(conditionOf(resource, 'Stalled'), undefined);
      equal(conditionOf(resource, 'RecoveryReady'), undefined);
      deepEqual(metadata.finalizers, ['kratos.ory.sh/identity']);
    });

    if (!t.classic) {
      await t.check('the identity carries the mark of its owner', async () => {
        const mark = (await kratos.get(idOf(resource)))?.metadata_admin?.['kratos.ory.sh/owner'];
        const { owner, namespace: inNamespace, name, uid } = mark as Record<string, unknown>;
        deepEqual([owner, inNamespace, name, uid], ['e2e', namespace.name, 'ada', metadata.uid]);
      });
    }

    await t.check('kubectl shows it by its short name, in columns', async () => {
      const { stdout } = await namespace.kubectl(['get', 'kid', 'ada']);
      match(stdout, /NAME\s+READY\s+REASON\s+IDENTITY\s+SCHEMA\s+STATE\s+AGE/);
      match(stdout, new RegExp(`ada\\s+True\\s+Synced\\s+${idOf(resource)}\\s+default`));
      const waited = await namespace.kubectl([
        'wait',
        '--for=condition=Ready',
        '--timeout=10s',
        'kratosid/ada',
      ]);
      equal(waited.code, 0, waited.stderr);
    });

    await t.check('an event tells of the creation', async () => {
      const event = await namespace.event('ada', 'Created');
      equal(event.type, 'Normal');
    });

    await t.check('a schema without an identifier will do', async () => {
      await namespace.create('robot', { schemaId: 'note', traits: { label: t.label('robot') } });
      const robot = await namespace.ready('robot');
      deepEqual((await kratos.get(idOf(robot)))?.traits, { label: t.label('robot') });
      notEqual(idOf(robot), idOf(resource));
    });

    await t.check("without a schema it is the server's default one", async () => {
      await namespace.create('plain', { traits: { email: t.email('plain') } });
      equal((await namespace.ready('plain')).status.schemaId, 'default');
    });

    await t.check('kubectl delete takes the identity along', async () => {
      const { code, stderr } = await namespace.kubectl([
        'delete',
        'kid',
        'ada',
        'robot',
        'plain',
        '--timeout=60s',
      ]);
      equal(code, 0, stderr);
      equal(await kratos.get(idOf(resource)), undefined);
      deepEqual(await kratos.holding(namespace.name), []);
    });

    await t.check('an event tells of the deletion', () => namespace.event('ada', 'Deleted'));
  },
};
