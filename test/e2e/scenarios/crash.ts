import { equal, ok } from 'node:assert/strict';
import { until } from '../../servers/wait.ts';
import { idOf, type Namespace, ready } from '../namespace.ts';
import type { Scenario, Stage } from '../stage.ts';

const COUNT = 300;
const KILLS = 4;
const WRITERS = 8;

/** The operator is killed again and again amid 300 creations: none is missing afterwards, and none is there twice. */
export const crash: Scenario = {
  name: 'crash',
  ownOperator: true,
  async run(t) {
    const { namespace } = t;
    const own = await t.ownKratos();
    // Without a lease to wait for, each one starts while Kratos may still work on what the one before had sent.
    const start = () => t.startOperator({ kratos: own, resync: '10m', flags: ['--leader-elect=false'] });
    const creating = createAll(t, namespace);

    await t.check(`the operator is killed ${KILLS} times while it creates`, async () => {
      for (let kill = 1; kill <= KILLS; kill += 1) {
        const operator = await start();
        const enough = (COUNT * kill) / (KILLS + 1);
        await until(`${enough} identities`, async () => (await own.admin.list()).length >= enough);
        await operator.kill();
      }
      await creating;
      const there = (await own.admin.list()).length;
      ok(there < COUNT, `it had finished: ${there} identities`);
    });

    await start();
    const resources = await t.check('started again, it makes all 300 Ready', async () => {
      let done = 0;
      return until(
        'all to be Ready',
        async () => {
          const list = await namespace.list();
          done = list.filter((one) => ready(one)?.status === 'True').length;
          return done === COUNT && list;
        },
        180,
      ).catch((error: Error) => {
        throw new Error(`${error.message} (${done} are)`);
      });
    });

    await t.check('there are exactly 300 identities, one for each', async () => {
      const ids = new Set(resources.map(idOf));
      equal(ids.size, COUNT, 'different ids in status');
      const there = await own.admin.list();
      equal(there.length, COUNT, 'identities in Kratos');
      equal(there.filter(({ id }) => ids.has(id)).length, COUNT);
    });

    await t.check('deleting them all leaves none', async () => {
      const { code, stderr } = await namespace.kubectl(['delete', 'kid', '--all', '--wait=false']);
      equal(code, 0, stderr);
      await until('none to be left', async () => (await namespace.list()).length === 0, 180);
      equal((await own.admin.list()).length, 0);
    });
  },
};

/** Half have an address that Kratos keeps unique; the others have not, and every tenth of all equals all the other tenths. */
async function createAll(t: Stage, namespace: Namespace): Promise<void> {
  const waiting = Array.from({ length: COUNT }, (_, index) => index);
  const worker = async () => {
    for (let index = waiting.shift(); index !== undefined; index = waiting.shift()) {
      const name = `r${index}`;
      if (index % 2 === 0)
        await namespace.create(name, { schemaId: 'default', traits: { email: t.email(name) } });
      else {
        const label = t.label(index % 10 === 1 ? 'the same' : name);
        await namespace.create(name, { schemaId: 'note', traits: { label } });
      }
    }
  };
  await Promise.all(Array.from({ length: WRITERS }, worker));
}
