import { deepEqual, equal, ok } from 'node:assert/strict';
import { findServers } from '../../servers/build.ts';
import { KratosServer } from '../../servers/kratos.ts';
import { writesOf } from '../audit.ts';
import { OPERATOR_USER } from '../cluster.ts';
import { KratosAdmin } from '../kratos-admin.ts';
import { idOf, ready } from '../namespace.ts';
import { ReverseProxy } from '../proxy.ts';
import { type Scenario, stopKratos } from '../stage.ts';

const NAMES = ['ada', 'bea', 'cem'];

/** An older Kratos, with a database of its own, is at the URL for a while: it is not asked to make anything anew. */
export const downgrade: Scenario = {
  name: 'downgrade',
  only: ['1.3.1'],
  ownOperator: true,
  async run(t) {
    const { namespace } = t;
    const own = await t.ownKratos();
    const binaries = await findServers(['kratos-0.5.5'], (line) => t.report.say(line));
    const server = await KratosServer.start('0.5.5', binaries, t.cluster.folder);
    const older = { server, admin: new KratosAdmin(server) };
    t.afterwards(() => stopKratos(older));
    const proxy = await ReverseProxy.start(own.server.adminUrl);
    t.afterwards(() => proxy.stop());
    const operator = await t.startOperator({ kratos: own, adminUrl: proxy.url });
    const spec = (local: string) => ({ schemaId: 'default', traits: { email: t.email(local) } });
    const ids: string[] = [];
    for (const name of NAMES) {
      await namespace.create(name, spec(name));
      ids.push(idOf(await namespace.ready(name)));
    }
    const statusWrites = async (name: string) =>
      (await writesOf(t.cluster.kube.server.auditLog, OPERATOR_USER)).filter(
        (write) =>
          write.namespace === namespace.name &&
          write.name === name &&
          write.resource === 'kratosidentities/status' &&
          write.status < 300,
      ).length;
    const before = await statusWrites('bea');

    proxy.target = older.server.adminUrl;
    await t.check(
      'an older server that does not know them: KratosUnavailable, and nothing is made',
      async () => {
        for (const [index, name] of NAMES.entries()) {
          const held = await namespace.because(name, 'KratosUnavailable');
          equal(idOf(held), ids[index]);
          equal(ready(held)?.status, 'Unknown');
        }
        await namespace.when('bea', 'told why', (one) => ready(one)?.message.includes('older') ?? false);
        deepEqual(await older.admin.list(), []);
      },
    );

    await t.check('a deletion waits', async () => {
      await namespace.delete('cem');
      const deleting = await namespace.because('cem', 'Deleting');
      ok(ready(deleting)?.message.includes('Retain'));
    });

    proxy.target = own.server.adminUrl;
    await t.check('once the right one is back all is well, with the same identities', async () => {
      equal(idOf(await namespace.ready('ada')), ids[0]);
      equal(idOf(await namespace.ready('bea')), ids[1]);
      await namespace.gone('cem');
      deepEqual((await own.admin.list()).map(({ id }) => id).sort(), ids.slice(0, 2).sort());
      deepEqual(await older.admin.list(), []);
      equal(await operator.metric('kratos_identity_mass_loss'), 0);
    });

    await t.check('and each said so once', async () => {
      equal((await statusWrites('bea')) - before, 2);
    });
  },
};
