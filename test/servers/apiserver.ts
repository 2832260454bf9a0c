import { generateKeyPairSync, randomUUID } from 'node:crypto';
import { mkdtemp, readFile, writeFile } from 'node:fs/promises';
import { request } from 'node:https';
import { join } from 'node:path';
import { Child } from './child.ts';
import { writeKubeconfig } from './kubeconfig.ts';
import { freePort } from './wait.ts';

export interface ApiServer {
  readonly url: string;
  /** PEM. */
  readonly ca: string;
  /** Of a member of `system:masters`. */
  readonly adminToken: string;
  readonly adminKubeconfig: string;
  /** One JSON audit event a line, of every request that writes, and of those that read where that was asked for. */
  readonly auditLog: string;
  /** Kills it and starts it again, on the same port with the same data: asked to end, it would wait for open watches. */
  readonly restart: () => Promise<void>;
  readonly stop: () => Promise<void>;
}

// Reads are usually left out: the tests look all the time, and only writes are counted.
const NO_READS = { level: 'None', verbs: ['get', 'list', 'watch'] };
const auditPolicy = (reads: boolean) => ({
  apiVersion: 'audit.k8s.io/v1',
  kind: 'Policy',
  omitStages: ['RequestReceived'],
  rules: [...(reads ? [] : [NO_READS]), { level: 'Metadata' }],
});
/** Megabytes after which the log goes on in another file: never. */
const AUDIT_LOG_SIZE = 100_000;

/** `etcdPrefix` keeps several API servers on one etcd apart: each is a cluster of its own. */
export interface ApiServerOptions {
  readonly binary: string;
  readonly etcdUrl: string;
  readonly etcdPrefix: string;
  readonly folder: string;
  /** The audit log tells of requests that read, too. */
  readonly auditReads?: boolean;
}

/** Starts a kube-apiserver with RBAC, ServiceAccount tokens, Pod Security admission and an audit log, on a free loopback port. */
export async function startApiServer(options: ApiServerOptions): Promise<ApiServer> {
  const home = await mkdtemp(join(options.folder, 'apiserver-'));
  const port = await freePort();
  const url = `https://127.0.0.1:${port}`;
  const adminToken = randomUUID();
  const auditLog = join(home, 'audit.log');
  await writeSecrets(home, adminToken);
  await writeFile(join(home, 'audit-policy.json'), JSON.stringify(auditPolicy(options.auditReads ?? false)));
  const launch = async () => {
    const child = new Child({
      name: 'kube-apiserver',
      command: options.binary,
      arguments: [
        ...commandLine(home, port),
        `--etcd-servers=${options.etcdUrl}`,
        `--etcd-prefix=${options.etcdPrefix}`,
        `--audit-log-path=${auditLog}`,
        `--audit-log-maxsize=${AUDIT_LOG_SIZE}`,
      ],
      env: {},
      logFile: join(home, 'kube-apiserver.log'),
    });
    await child.ready(() => isReady(url, adminToken), 120);
    return child;
  };
  let child = await launch();
  // The self-signed certificate's file holds the CA that signed it, too.
  const ca = await readFile(join(home, 'apiserver.crt'), 'utf8');
  const adminKubeconfig = await writeKubeconfig(join(home, 'admin.kubeconfig'), {
    url,
    ca,
    token: adminToken,
  });
  return {
    url,
    ca,
    adminToken,
    adminKubeconfig,
    auditLog,
    restart: async () => {
      await child.kill();
      child = await launch();
    },
    stop: () => child.kill(),
  };
}

function commandLine(home: string, port: number): string[] {
  const key = join(home, 'service-accounts.key');
  return [
    '--bind-address=127.0.0.1',
    '--advertise-address=127.0.0.1',
    `--secure-port=${port}`,
    `--cert-dir=${home}`,
    `--token-auth-file=${join(home, 'tokens.csv')}`,
    '--authorization-mode=RBAC',
    '--enable-admission-plugins=PodSecurity,ServiceAccount,NamespaceLifecycle',
    '--allow-privileged=false',
    '--service-account-issuer=https://kubernetes.default.svc',
    `--service-account-key-file=${key}`,
    `--service-account-signing-key-file=${key}`,
    '--service-cluster-ip-range=10.0.0.0/24',
    '--endpoint-reconciler-type=none',
    `--audit-policy-file=${join(home, 'audit-policy.json')}`,
  ];
}

async function writeSecrets(home: string, adminToken: string): Promise<void> {
  const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
  const pem = privateKey.export({ type: 'pkcs1', format: 'pem' });
  await writeFile(join(home, 'service-accounts.key'), pem, { mode: 0o600 });
  await writeFile(join(home, 'tokens.csv'), `${adminToken},e2e-admin,e2e-admin,system:masters\n`, {
    mode: 0o600,
  });
}

/** Its certificate is not known yet; only whether it answers is asked, over loopback. */
function isReady(url: string, token: string): Promise<boolean> {
  return new Promise((resolve, reject) => {
    const asking = request(
      `${url}/readyz`,
      { rejectUnauthorized: false, agent: false, headers: { authorization: `Bearer ${token}` } },
      (answer) => {
        answer.resume();
        resolve(answer.statusCode === 200);
      },
    );
    asking.on('error', reject);
    asking.end();
  });
}
