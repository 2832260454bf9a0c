import { deepEqual, equal } from 'node:assert/strict';
import { idOf, ready } from '../namespace.ts';
import { type Behaviour, ReverseProxy } from '../proxy.ts';
import type { Scenario } from '../stage.ts';

/** The URL leads to something else than Kratos' admin port: nothing is believed, and all is well once it does. */
export const gateway: Scenario = {
  name: 'gateway',
  ownOperator: true,
  async run(t) {
    const { namespace } = t;
    const own = await t.ownKratos();
    const spec = (local: string) => ({ schemaId: 'default', traits: { email: t.email(local) } });

    const misled = await t.startOperator({ kratos: own, adminUrl: own.server.publicUrl });
    await t.check('the public port is no admin port: KratosUnavailable', async () => {
      await namespace.create('early', spec('early'));
      equal(ready(await namespace.because('early', 'KratosUnavailable'))?.status, 'Unknown');
    });
    await misled.stop();

    const proxy = await ReverseProxy.start(own.server.adminUrl);
    t.afterwards(() => proxy.stop());
    const operator = await t.startOperator({ kratos: own, adminUrl: proxy.url });
    const early = idOf(await t.check('through a proxy it works', () => namespace.ready('early')));

    const troubles: readonly (readonly [Behaviour, string])[] = [
      ['html', 'KratosUnavailable'],
      ['html 404', 'KratosUnavailable'],
      ['html 503', 'KratosUnavailable'],
      ['busy for 2 s', 'KratosUnavailable'],
      ['busy until a date', 'KratosUnavailable'],
      ['redirect', 'KratosUnavailable'],
      ['denied', 'KratosDenied'],
    ];
    for (const [behaviour, reason] of troubles) {
      await t.check(`a gateway that answers “${behaviour}”: ${reason}, and the id stays`, async () => {
        proxy.behaviour = behaviour;
        await namespace.patch('early', { traits: { team: behaviour } });
        equal((await namespace.because('early', reason)).status.identityId, early);
        equal(await operator.status('/readyz'), 200);
      });

      await t.check(`after “${behaviour}” it recovers, with the same identity`, async () => {
        proxy.behaviour = 'pass';
        equal(idOf(await namespace.ready('early')), early);
        deepEqual((await own.admin.get(early))?.traits, { email: t.email('early'), team: behaviour });
      });
    }

    await t.check('a deletion is not believed of an HTML page', async () => {
      proxy.behaviour = 'html 404';
      await namespace.delete('early');
      await namespace.because('early', 'Deleting');
      proxy.behaviour = 'pass';
      await namespace.gone('early');
      equal(await own.admin.get(early), undefined);
    });
  },
};
