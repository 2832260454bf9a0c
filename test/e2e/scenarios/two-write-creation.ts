import { deepEqual, equal, match, notEqual } from 'node:assert/strict';
import { mkdir, mkdtemp, writeFile } from 'node:fs/promises';
import { join, relative } from 'node:path';
import type { KratosIdentity } from '../../../src/model/generated/kratosidentity.ts';
import { FINALIZER } from '../../../src/model/resource.ts';
import { until } from '../../servers/wait.ts';
import { writesOf } from '../audit.ts';
import { Cluster, DEPLOY, HOME, OPERATOR_USER } from '../cluster.ts';
import type { Namespace } from '../namespace.ts';
import { Operator } from '../operator.ts';
import type { Scenario, Stage } from '../stage.ts';

const POLICY = 'kratos-identity-operator-finalizer';
const COMPONENT = join(DEPLOY, 'components/two-write-creation');
const CRDS = join(DEPLOY, '../crds');
const FOREIGN = 'example.org/hold';
const MEASURED = 200;

/** How a resource can come into being, and the finalizers it is declared with. */
const WAYS = [
  ['created', ['create'], undefined],
  ['applied', ['apply'], undefined],
  ['ssa', ['apply', '--server-side'], undefined],
  ['null-created', ['create'], null],
  ['null-ssa', ['apply', '--server-side'], null],
  ['empty', ['create'], []],
  ['held-created', ['create'], [FOREIGN]],
  ['held-ssa', ['apply', '--server-side'], [FOREIGN]],
  ['born-with-it', ['create'], [FINALIZER]],
  ['born-with-both', ['apply'], [FINALIZER, FOREIGN]],
] as const;

/**
 * The component that lets the API server add the finalizer, from its installation to the end of everything, in a cluster of its own:
 * what it does holds for all of a cluster, and the end takes the CRD.
 */
export const twoWriteCreation: Scenario = {
  name: 'two-write-creation',
  only: ['1.3.1'],
  ownOperator: true,
  async run(t) {
    const folder = await mkdtemp(join(t.cluster.folder, 'two-write-creation-'));
    const cluster = await Cluster.start(t.cluster.binaries, folder);
    t.afterwards(() => cluster.stop());
    const watched = await cluster.namespace('watched');
    const other = await cluster.namespace('other');
    const { kube } = cluster;
    const inForce = (namespace: Namespace, wanted: boolean) =>
      until(`the policy to be ${wanted ? 'in force' : 'gone'}`, async () => {
        const { stdout } = await declare(namespace, 'probe', ['create', '--dry-run=server', '-o', 'json']);
        return stdout !== '' && finalizersOf(JSON.parse(stdout) as KratosIdentity).length === Number(wanted);
      });

    const overlay = await writeOverlay(folder, watched.name);
    await t.check('an overlay with the component can be applied, and again to no effect', async () => {
      await kube.mustKubectl(['apply', '-k', overlay]);
      const { code, stdout, stderr } = await kube.kubectl(['diff', '-k', overlay]);
      equal(code, 0, stdout + stderr);
      await inForce(watched, true);
    });
    await born(t, watched);
    await t.check('elsewhere than in the namespaces of the binding nothing is added', async () => {
      deepEqual(finalizersOf(await other.create('far', { traits: {} })), []);
      await other.delete('far');
    });
    await applied(t, watched);
    await t.check('an update never adds it', async () => {
      await watched.patchMetadata('empty', { finalizers: null });
      deepEqual(finalizersOf(await watched.get('empty')), []);
    });
    t.report.figure(await cost(cluster, watched, other));

    const kratos = await t.ownKratos();
    const operator = await Operator.start({
      name: t.namespace.name,
      folder,
      flags: [
        `--kubeconfig=${cluster.operatorKubeconfig}`,
        `--kratos-admin-url=${kratos.server.adminUrl}`,
        `--kratos-public-url=${kratos.server.publicUrl}`,
        `--namespaces=${watched.name}`,
        `--leader-elect-namespace=${HOME}`,
        '--resync-interval=2s',
      ],
    });
    t.afterwards(() => operator.stop());
    const names = WAYS.map(([name]) => name);
    await t.check('an operator makes all of them Ready', () =>
      Promise.all(names.map((name) => watched.ready(name, 60))),
    );
    await t.check(
      'what comes while it runs costs it one write here beside the one in Kratos: its status',
      async () => {
        await declare(watched, 'fresh', ['create']);
        await watched.ready('fresh');
        const writes = await writesOf(kube.server.auditLog, OPERATOR_USER);
        const mine = writes.filter(({ namespace, name }) => namespace === watched.name && name === 'fresh');
        equal(mine.map(({ resource }) => resource).join(), 'kratosidentities/status');
      },
    );
    await t.check('and puts back the finalizer that `kubectl replace` took', async () => {
      await declare(watched, 'created', ['replace']);
      await until('the finalizer', async () =>
        finalizersOf(await watched.get('created')).includes(FINALIZER),
      );
    });

    await t.check('uninstalling: first the policy, and from then on resources come without it', async () => {
      await kube.mustKubectl(['delete', 'mutatingadmissionpolicy,mutatingadmissionpolicybinding', POLICY]);
      await inForce(watched, false);
    });
    await t.check('then the resources: their identities and finalizers go', async () => {
      await declare(watched, 'late', ['create']);
      for (const name of names.filter((one) => /held|both/.test(one)))
        await watched.patchMetadata(name, { finalizers: [FINALIZER] });
      await kube.mustKubectl(['delete', 'kid', '--all', '-A', '--timeout=60s']);
      deepEqual(await kratos.admin.list(), []);
    });
    await t.check('then the operator and the definition: nothing is left to wait for', async () => {
      await operator.stop();
      await kube.mustKubectl(['delete', '-k', join(DEPLOY, 'base'), '--wait=false']);
      await kube.mustKubectl(['delete', '-k', CRDS, '--timeout=30s']);
    });

    await operatorFirst(t, cluster, watched, inForce);
  },
};

/** Every way of WAYS: one finalizer of ours each, whatever else there is. */
async function born(t: Stage, watched: Namespace): Promise<void> {
  for (const [name, how, finalizers] of WAYS) {
    const said = finalizers === undefined ? 'no finalizers' : `finalizers: ${JSON.stringify(finalizers)}`;
    await t.check(`kubectl ${how.join(' ')} with ${said} ends with ours, once`, async () => {
      const { code, stderr } = await declare(watched, name, how, finalizers);
      equal(code, 0, stderr);
      const held = finalizersOf(await watched.get(name));
      deepEqual([...held].sort(), [...new Set([...(finalizers ?? []), FINALIZER])].sort());
    });
  }
  await t.check('a name that the API server makes up changes nothing about that', async () => {
    const manifest = JSON.stringify(watched.manifest('', { traits: {} }, { generateName: 'made-' }));
    const { stdout } = await watched.kubectl(
      ['create', '--dry-run=server', '-o', 'json', '-f', '-'],
      manifest,
    );
    deepEqual(finalizersOf(JSON.parse(stdout) as KratosIdentity), [FINALIZER]);
  });
  await t.check('what the author declared arrives as without the policy', async () => {
    const traits = {
      email: 'a@example.org',
      nothing: null,
      list: [1, 1, null],
      deep: { '': {}, 'a/b~c': [] },
    };
    const spec = { traits, metadataPublic: { n: 9007199254740991, f: 0.1 } };
    deepEqual((await watched.create('whole', spec)).spec, { ...spec, deletionPolicy: 'Delete' });
    await watched.patchMetadata('whole', { finalizers: null });
    await watched.delete('whole');
  });
}

/** Applied again: for kubectl, and so for tools that compare as it does, nothing has drifted. */
async function applied(t: Stage, watched: Namespace): Promise<void> {
  for (const [name, how, finalizers] of WAYS.filter(([, [verb]]) => verb === 'apply')) {
    await t.check(`${name}: applying it again would change nothing, and does not`, async () => {
      const before = await watched.get(name);
      const flags = how.slice(1);
      const diff = await declare(watched, name, ['diff', ...flags], finalizers);
      equal(diff.code, 0, diff.stdout + diff.stderr);
      await declare(watched, name, how, finalizers);
      // Server-side apply writes a resource whose status is still the default anew, policy or not: its version is not looked at.
      deepEqual(unversioned(await watched.get(name)), unversioned(before));
    });
  }
  await t.check('but a finalizer list of one’s own in client-side apply is a whole: ours goes', async () => {
    await declare(watched, 'held-applied', ['apply'], [FOREIGN]);
    equal((await declare(watched, 'held-applied', ['diff'], [FOREIGN])).code, 1);
    await declare(watched, 'held-applied', ['apply'], [FOREIGN]);
    deepEqual(finalizersOf(await watched.get('held-applied')), [FOREIGN]);
    await watched.patchMetadata('held-applied', { finalizers: null });
    await watched.delete('held-applied');
  });
}

/** What the README warns of: the policy outlives the operator. */
async function operatorFirst(
  t: Stage,
  { kube }: Cluster,
  watched: Namespace,
  inForce: (namespace: Namespace, wanted: boolean) => Promise<unknown>,
): Promise<void> {
  await t.check('where the operator goes first, what comes then has nobody to let it go', async () => {
    await kube.mustKubectl(['apply', '-k', CRDS]);
    await kube.mustKubectl(['apply', '-k', COMPONENT]);
    await inForce(watched, true);
    await declare(watched, 'orphan', ['create']);
    const { code, stderr } = await watched.kubectl(['delete', 'kid', 'orphan', '--timeout=2s']);
    notEqual(code, 0, 'it is gone');
    match(stderr, /timed out/);
    deepEqual(finalizersOf(await watched.get('orphan')), [FINALIZER]);
  });
  await t.check('until the policy is deleted and the finalizer taken off by hand', async () => {
    await kube.mustKubectl(['delete', '-k', COMPONENT]);
    await watched.kubectl([
      'patch',
      'kid',
      'orphan',
      '--type=merge',
      '-p',
      '{"metadata":{"finalizers":null}}',
    ]);
    await watched.gone('orphan');
    await kube.mustKubectl(['delete', '-k', CRDS, '--timeout=30s']);
  });
}

/** Milliseconds of a creation with and without the policy, turn by turn. They are taken away again. */
async function cost(cluster: Cluster, watched: Namespace, other: Namespace): Promise<string> {
  const spent = new Map<Namespace, number[]>([
    [watched, []],
    [other, []],
  ]);
  for (let index = 0; index < MEASURED; index += 1) {
    for (const [namespace, times] of spent) {
      const began = performance.now();
      await namespace.create(`cost-${index}`, { traits: { email: `cost-${index}@example.org` } });
      times.push(performance.now() - began);
    }
  }
  for (const { name } of spent.keys()) {
    for (let index = 0; index < MEASURED; index += 1) {
      const path = `/apis/kratos.ory.sh/v1alpha1/namespaces/${name}/kratosidentities/cost-${index}`;
      await cluster.kube.delete(path);
      if (name === watched.name) await cluster.kube.patch(path, { metadata: { finalizers: null } });
    }
  }
  const [withPolicy = 0, without = 0] = [...spent.values()].map(
    (times) => times.sort((a, b) => a - b)[MEASURED / 2] ?? 0,
  );
  const ratio = (withPolicy / without).toFixed(2);
  return `creating a resource with the policy, median ${withPolicy.toFixed(2)} ms, without ${without.toFixed(2)} ms (× ${ratio})`;
}

function declare(
  namespace: Namespace,
  name: string,
  how: readonly string[],
  finalizers?: readonly string[] | null,
): ReturnType<Namespace['kubectl']> {
  const metadata = finalizers === undefined ? {} : { finalizers };
  const spec = { schemaId: 'default', traits: { email: `${name}@example.org` } };
  return namespace.kubectl([...how, '-f', '-'], JSON.stringify(namespace.manifest(name, spec, metadata)));
}

function finalizersOf(resource: KratosIdentity | undefined): readonly string[] {
  return resource?.metadata.finalizers ?? [];
}

function unversioned(resource: KratosIdentity | undefined): object {
  return { ...resource, metadata: { ...resource?.metadata, resourceVersion: '' } };
}

/** As docs/two-write-creation.md tells users to write it, for one namespace. */
async function writeOverlay(folder: string, namespace: string): Promise<string> {
  const overlay = join(folder, 'overlay');
  await mkdir(overlay);
  const from = (path: string) => relative(overlay, path);
  const binding = {
    apiVersion: 'admissionregistration.k8s.io/v1',
    kind: 'MutatingAdmissionPolicyBinding',
    metadata: { name: POLICY },
    spec: {
      matchResources: {
        namespaceSelector: {
          matchExpressions: [{ key: 'kubernetes.io/metadata.name', operator: 'In', values: [namespace] }],
        },
      },
    },
  };
  const kustomization = {
    apiVersion: 'kustomize.config.k8s.io/v1beta1',
    kind: 'Kustomization',
    resources: [from(join(DEPLOY, 'base')), from(CRDS)],
    components: [from(COMPONENT)],
    patches: [{ patch: JSON.stringify(binding) }],
  };
  await writeFile(join(overlay, 'kustomization.yaml'), JSON.stringify(kustomization));
  return overlay;
}
