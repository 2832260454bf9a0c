import { equal, match, notEqual, ok } from 'node:assert/strict';
import { DEPLOY, HOME, OPERATOR_USER } from '../cluster.ts';
import type { ClusterScenario } from '../stage.ts';

interface Deployment {
  readonly metadata: { readonly annotations: Readonly<Record<string, string>> };
  readonly spec: {
    readonly template: {
      readonly metadata: { readonly annotations: Readonly<Record<string, string>>; readonly labels: object };
      readonly spec: { readonly securityContext: object };
    };
  };
}

/** What `kubectl apply -k deploy` put there, as the API server sees it. */
export const manifests: ClusterScenario = {
  name: 'manifests',
  async run(t) {
    const { kube } = t.cluster;
    const deployment = await kube.get<Deployment>(`/apis/apps/v1/namespaces/${HOME}/deployments/${HOME}`);
    ok(deployment !== undefined);
    const { template } = deployment.spec;
    const tryPod = (spec: object) => {
      const pod = {
        apiVersion: 'v1',
        kind: 'Pod',
        metadata: { name: 'try', namespace: HOME, labels: template.metadata.labels },
        spec,
      };
      return kube.kubectl(['create', '--dry-run=server', '-f', '-'], JSON.stringify(pod));
    };

    await t.check('applying it again would change nothing', async () => {
      const { code, stdout, stderr } = await kube.kubectl(['diff', '-k', DEPLOY]);
      equal(code, 0, stdout + stderr);
    });

    await t.check('the pod is admitted where Pod Security is restricted', async () => {
      const { code, stderr } = await tryPod(template.spec);
      equal(code, 0, stderr);
      ok(!stderr.includes('Warning'), stderr);
    });

    await t.check('where a pod with less care is not', async () => {
      const { code, stderr } = await tryPod({ ...template.spec, securityContext: {} });
      notEqual(code, 0, 'Pod Security is not enforced');
      match(stderr, /restricted/);
    });

    await t.check('Prometheus finds the pods, and the Deployment says so, too', () => {
      for (const { annotations } of [deployment.metadata, template.metadata]) {
        equal(annotations['prometheus.io/scrape'], 'true');
        equal(annotations['prometheus.io/port'], '8080');
        equal(annotations['prometheus.io/path'], '/metrics');
      }
    });

    const may = async (verb: string, what: string, ...more: string[]) => {
      const { stdout } = await kube.kubectl(['auth', 'can-i', verb, what, `--as=${OPERATOR_USER}`, ...more]);
      return stdout.trim() === 'yes';
    };
    await t.check('the operator’s rights are the least', async () => {
      for (const verb of ['get', 'create', 'delete']) ok(await may(verb, 'secrets', '-A'), `${verb} secrets`);
      for (const verb of ['list', 'watch', 'update', 'patch'])
        ok(!(await may(verb, 'secrets', '-A')), `${verb} secrets`);
      ok(!(await may('delete', 'kratosidentities.kratos.ory.sh', '-A')), 'delete kratosidentities');
      ok(!(await may('get', 'leases.coordination.k8s.io', '-n', 'kube-system')), 'leases elsewhere');
    });

    await t.check('authors may write resources, and nobody’s status', async () => {
      const as = async (verb: string, ...more: string[]) => {
        const what = ['kratosidentities.kratos.ory.sh', '--as=author', '-n', t.namespace.name, ...more];
        return (await kube.kubectl(['auth', 'can-i', verb, ...what])).stdout.trim();
      };
      const binding = [
        'create',
        'rolebinding',
        'authors',
        '--clusterrole=kratosidentity-author',
        '--user=author',
      ];
      await kube.mustKubectl([...binding, '-n', t.namespace.name]);
      equal(await as('create'), 'yes');
      equal(await as('patch', '--subresource=status'), 'no');
    });

    await t.check('GitOps tools and Helm keep the CRD', async () => {
      const crd = await kube.get<{
        readonly metadata: { readonly annotations: Readonly<Record<string, string>> };
      }>('/apis/apiextensions.k8s.io/v1/customresourcedefinitions/kratosidentities.kratos.ory.sh');
      equal(crd?.metadata.annotations['kustomize.toolkit.fluxcd.io/prune'], 'disabled');
      equal(crd?.metadata.annotations['argocd.argoproj.io/sync-options'], 'Prune=false');
      equal(crd?.metadata.annotations['helm.sh/resource-policy'], 'keep');
    });
  },
};
