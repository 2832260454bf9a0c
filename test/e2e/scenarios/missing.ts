import { equal, match } from 'node:assert/strict';
import { Operator } from '../operator.ts';
import type { ClusterScenario } from '../stage.ts';

const PATIENCE_SECONDS = 120;
const KRATOS = ['--kratos-admin-url', 'http://127.0.0.1:1'];

/** A cluster that was not prepared: the operator tries for a minute, and then names what to apply. */
export const missing: ClusterScenario = {
  name: 'missing',
  async run(t) {
    const { cluster, namespace } = t;
    const empty = await cluster.startEmpty();
    t.afterwards(() => empty.stop());
    const powerless = await cluster.powerlessKubeconfig(namespace.name, 'powerless');
    const launch = (name: string, kubeconfig: string) =>
      Operator.launch({ name, folder: cluster.folder, flags: ['--kubeconfig', kubeconfig, ...KRATOS] });
    const [withoutCrd, withoutRights] = await Promise.all([
      launch('without-crd', empty.adminKubeconfig),
      launch('without-rights', powerless),
    ]);

    const givesUp = async (operator: Operator, names: RegExp) => {
      const ending = operator.child.ended;
      await operator.child.ready(async () => names.test(operator.child.log()), 30);
      const late = setTimeout(() => operator.child.signal('SIGKILL'), PATIENCE_SECONDS * 1000);
      const { code } = await ending;
      clearTimeout(late);
      equal(code, 1);
      match(operator.child.log(), names);
    };
    await Promise.all([
      t.check('without the CRD it names crds/ and exits 1', () =>
        givesUp(withoutCrd, /crds\/kratosidentities\.yaml/),
      ),
      t.check('without rights it names deploy/ and exits 1', () => givesUp(withoutRights, /deploy/)),
    ]);
  },
};
