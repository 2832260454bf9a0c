import { equal } from 'node:assert/strict';
import { until } from '../../servers/wait.ts';
import { idOf, ready } from '../namespace.ts';
import type { Scenario } from '../stage.ts';

const BEFORE = 5;
const DURING = 12;

/** A frozen Kratos carries out at the thaw what it had buffered: every creation is then one whose outcome was unknown. */
export const frozen: Scenario = {
  name: 'frozen',
  ownOperator: true,
  async run(t) {
    const { namespace } = t;
    const own = await t.ownKratos();
    await t.startOperator({ kratos: own });
    const names = Array.from({ length: BEFORE + DURING }, (_, index) => `frozen-${index}`);
    const create = (name: string, index: number) => {
      if (index % 2 === 0)
        return namespace.create(name, { schemaId: 'default', traits: { email: t.email(name) } });
      // Two in three of these equal another: nothing but the operator keeps them apart.
      return namespace.create(name, { schemaId: 'note', traits: { label: t.label(`note ${index % 3}`) } });
    };
    await Promise.all(names.slice(0, BEFORE).map((name, index) => create(name, index)));
    for (const name of names.slice(0, BEFORE)) await namespace.ready(name);

    own.server.freeze();
    await t.check('while Kratos is frozen, new resources say KratosUnavailable', async () => {
      await Promise.all(names.slice(BEFORE).map((name, index) => create(name, BEFORE + index)));
      await until('all of them to say so', async () => {
        const waiting = (await namespace.list()).filter((one) => ready(one)?.reason === 'KratosUnavailable');
        return waiting.length === DURING;
      });
    });

    own.server.thaw();
    await t.check('after the thaw all become Ready', async () => {
      for (const name of names) await namespace.ready(name, 180);
    });

    await t.check('with exactly one identity each', async () => {
      const ids = new Set((await namespace.list()).map(idOf));
      equal(ids.size, names.length);
      const there = await own.admin.list();
      equal(there.length, names.length);
      equal(there.filter(({ id }) => ids.has(id)).length, names.length);
    });
  },
};
