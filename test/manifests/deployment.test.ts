import { describe, expect, test } from 'vitest';
import { baseObject, yamlOf } from './documents.ts';

interface Probe {
  readonly httpGet: { readonly path: string; readonly port: string };
}

interface Container {
  readonly name: string;
  readonly image: string;
  readonly args?: readonly string[];
  readonly env: readonly {
    readonly name: string;
    readonly valueFrom?: { readonly fieldRef: { readonly fieldPath: string } };
  }[];
  readonly envFrom: readonly unknown[];
  readonly ports: readonly unknown[];
  readonly livenessProbe: Probe;
  readonly readinessProbe: Probe;
  readonly resources: Readonly<Record<'requests' | 'limits', Readonly<Record<string, string>>>>;
  readonly securityContext: unknown;
}

interface Deployment {
  readonly spec: {
    readonly replicas: number;
    readonly selector: { readonly matchLabels: Readonly<Record<string, string>> };
    readonly template: {
      readonly metadata: {
        readonly labels: Readonly<Record<string, string>>;
        readonly annotations: Readonly<Record<string, string>>;
      };
      readonly spec: {
        readonly serviceAccountName: string;
        readonly automountServiceAccountToken: boolean;
        readonly terminationGracePeriodSeconds: number;
        readonly securityContext: unknown;
        readonly volumes?: unknown;
        readonly hostNetwork?: boolean;
        readonly containers: readonly Container[];
      };
    };
  };
}

const deployment = baseObject<Deployment>('Deployment');
const { selector, template } = deployment.spec;
const pod = template.spec;
const container = onlyContainer();

function onlyContainer(): Container {
  const [only, ...others] = pod.containers;
  if (only === undefined || others.length > 0) throw new Error('the pod should have one container');
  return only;
}

/** Every setting that comes from the environment, as the README documents them. */
const SETTINGS = [
  'KRATOS_ADMIN_URL',
  'KRATOS_PUBLIC_URL',
  'KRATOS_TOKEN_FILE',
  'KRATOS_CA_FILE',
  'KUBECONFIG',
  'WATCH_NAMESPACES',
  'OWNER_ID',
  'CONCURRENCY',
  'RESYNC_INTERVAL',
  'LEADER_ELECT',
  'LEADER_ELECT_NAMESPACE',
  'RECOVERY_OUTPUT',
  'RECOVERY_MAX_TTL',
  'LISTEN_ADDRESS',
  'LOG_LEVEL',
  'LOG_FORMAT',
];

describe('the Deployment', () => {
  test.each([
    ['Deployment', deployment.metadata.annotations],
    ['pod template', template.metadata.annotations],
  ])('is scraped by Prometheus through the annotations of the %s', (_where, annotations) => {
    expect(annotations).toMatchObject({
      'prometheus.io/scrape': 'true',
      'prometheus.io/port': '8080',
      'prometheus.io/path': '/metrics',
    });
  });

  test('fits the Pod Security standard restricted, with a numeric user and a read-only root', () => {
    expect(pod.securityContext).toEqual({
      runAsNonRoot: true,
      runAsUser: 65532,
      runAsGroup: 65532,
      seccompProfile: { type: 'RuntimeDefault' },
    });
    expect(container.securityContext).toEqual({
      allowPrivilegeEscalation: false,
      readOnlyRootFilesystem: true,
      capabilities: { drop: ['ALL'] },
    });
    expect(pod.volumes).toBeUndefined();
    expect(pod.hostNetwork).toBeUndefined();
  });

  test('runs under its own account, and only its pods mount the token', () => {
    expect(pod.serviceAccountName).toBe('kratos-identity-operator');
    expect(pod.automountServiceAccountToken).toBe(true);
    expect(baseObject('ServiceAccount')).toMatchObject({ automountServiceAccountToken: false });
  });

  test('has a standby, and longer to stop than the operator needs', () => {
    expect(deployment.spec.replicas).toBe(2);
    expect(pod.terminationGracePeriodSeconds).toBeGreaterThan(30);
  });

  test('names an image that users rename, with the tag of this version', () => {
    const { version } = yamlOf<{ version: string }>('package.json');
    expect(container.image).toBe(`kratos-identity-operator:${version}`);
  });

  test('asks for resources and limits them', () => {
    expect(Object.keys(container.resources.requests)).toEqual(['cpu', 'memory']);
    expect(Object.keys(container.resources.limits)).toEqual(['cpu', 'memory']);
  });

  test('is probed where the operator answers', () => {
    expect(container.ports).toEqual([{ name: 'metrics', containerPort: 8080, protocol: 'TCP' }]);
    expect(container.livenessProbe.httpGet).toEqual({ path: '/healthz', port: 'metrics' });
    expect(container.readinessProbe.httpGet).toEqual({ path: '/readyz', port: 'metrics' });
  });

  test('sets nothing that is not a documented setting, besides the names of pod and namespace', () => {
    expect(container.args).toBeUndefined();
    expect(container.env.map(({ name, valueFrom }) => [name, valueFrom?.fieldRef.fieldPath])).toEqual([
      ['POD_NAME', 'metadata.name'],
      ['POD_NAMESPACE', 'metadata.namespace'],
    ]);
    expect(container.envFrom).toEqual([{ configMapRef: { name: 'kratos-identity-operator' } }]);
    const settings = Object.keys(baseObject<{ data: Record<string, string> }>('ConfigMap').data);
    expect(settings).toEqual(['KRATOS_ADMIN_URL']);
    expect(SETTINGS).toEqual(expect.arrayContaining(settings));
  });

  test('selects the pods it makes', () => {
    expect(template.metadata.labels).toMatchObject(selector.matchLabels);
  });
});

describe('around the Deployment', () => {
  const pods = selector.matchLabels;

  test('the namespace admits only restricted pods', () => {
    expect(baseObject('Namespace').metadata.labels).toEqual({
      'pod-security.kubernetes.io/enforce': 'restricted',
      'pod-security.kubernetes.io/audit': 'restricted',
      'pod-security.kubernetes.io/warn': 'restricted',
    });
  });

  test('the Service leads to the port called metrics', () => {
    const { spec } = baseObject<{ spec: unknown }>('Service');
    expect(spec).toEqual({
      selector: pods,
      ports: [{ name: 'metrics', port: 8080, targetPort: 'metrics', protocol: 'TCP' }],
    });
  });

  test('the disruption budget lets one pod go at a time, and a sick one always', () => {
    const { spec } = baseObject<{ spec: unknown }>('PodDisruptionBudget');
    expect(spec).toEqual({
      maxUnavailable: 1,
      unhealthyPodEvictionPolicy: 'AlwaysAllow',
      selector: { matchLabels: pods },
    });
  });

  test('the network policy lets in the one port and says nothing about the way out', () => {
    const { spec } = baseObject<{ spec: unknown }>('NetworkPolicy');
    expect(spec).toEqual({
      podSelector: { matchLabels: pods },
      policyTypes: ['Ingress'],
      ingress: [{ ports: [{ port: 8080, protocol: 'TCP' }] }],
    });
  });

  test('the egress component restricts the same pods, the way out only', () => {
    const policy = yamlOf<{ metadata: { name: string }; spec: { egress: { ports?: unknown[] }[] } }>(
      'deploy/components/egress/networkpolicy.yaml',
    );
    expect(policy.spec).toMatchObject({ podSelector: { matchLabels: pods }, policyTypes: ['Egress'] });
    expect(policy.spec).not.toHaveProperty('ingress');
    for (const rule of policy.spec.egress) expect(rule.ports).not.toHaveLength(0);
    expect(policy.metadata.name).not.toBe('kratos-identity-operator');
  });
});
