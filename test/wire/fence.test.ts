import { afterEach, describe, expect, test } from 'vitest';
import { KratosClient } from '../../src/kratos/client.ts';
import { KubeApi } from '../../src/kube/api.ts';
import { KubeResources } from '../../src/kube/resources.ts';
import { KubeSecrets } from '../../src/kube/secrets.ts';
import { RemoteError } from '../../src/model/errors.ts';
import type { KratosIdentity } from '../../src/model/generated/kratosidentity.ts';
import type { Capabilities } from '../../src/model/identity.ts';
import { Sensitive } from '../../src/model/sensitive.ts';
import type { Kratos, Resources, Secrets } from '../../src/reconcile/ports.ts';
import { realClock, until } from './clocks.ts';
import { CHANGE, CURRENT, ID, WANTED } from './kratos-operations.ts';
import { CLASSIC, MODERN } from './kratos-server.ts';
import { identity } from './kube-support.ts';
import { type Answer, RawServer, sendJson, sendStatus } from './raw-server.ts';
import { refusal } from './refusal.ts';

/*
 * Between the look at the lease in a pass and the moment at which its request goes to a socket there may be a wait: for credentials, for a
 * connection, for the answer to a first try that was a 401. Whatever is lost meanwhile, no effect of either client goes out.
 */

const LOST = new RemoteError('hold lease', { code: 'aborted', outcome: 'none' });
const SECRET = {
  namespace: 'team',
  name: 'ada-recovery',
  owner: { name: 'ada', uid: 'uid-ada' },
  annotations: {},
  data: { link: new Sensitive('https://id.example/link') },
};
const RESOURCE = identity('ada', 'v1') as unknown as KratosIdentity;

class Lease {
  isLost = false;
  readonly mayStart = (): void => {
    if (this.isLost) throw LOST;
  };
}

const open: { close(): Promise<unknown> }[] = [];
afterEach(async () => {
  for (const each of open.splice(0).reverse()) await each.close();
});

async function serve(answer: Answer): Promise<RawServer> {
  const server = await RawServer.start(answer);
  open.push(server);
  return server;
}

/** Both clients as the operator has them, over one server; credentials come when a test lets them. */
async function clients(answer: Answer) {
  const lease = new Lease();
  const server = await serve(answer);
  const token = Promise.withResolvers<Sensitive>();
  const kube = new KubeApi({
    credentials: {
      baseUrl: server.url,
      namespace: undefined,
      tls: async () => NO_TLS,
      authorization: () => token.promise,
      refresh: () => {},
    },
    clock: realClock,
    concurrency: 1,
  });
  const kratos = new KratosClient({
    adminUrl: server.url,
    connections: 2,
    clock: realClock,
    tokenFile: 'token',
    readFile: async () => (await token.promise).reveal(),
    mayStart: lease.mayStart,
  });
  open.push(kube, kratos);
  const fenced = kube.requests.fenced(lease.mayStart);
  const ports = { kratos, resources: new KubeResources(fenced), secrets: new KubeSecrets(fenced) };
  return { lease, server, ports, letIn: () => token.resolve(new Sensitive('Bearer one')) };
}

const NO_TLS = {};

interface Ports {
  readonly kratos: KratosClient;
  readonly resources: KubeResources;
  readonly secrets: KubeSecrets;
}

type Effect = (ports: Ports) => Promise<unknown>;
type KratosEffect = (kratos: KratosClient, has: Capabilities) => Promise<unknown>;
type KratosRead =
  | 'probe'
  | 'ready'
  | 'getIdentity'
  | 'getIdentityByExternalId'
  | 'findByIdentifier'
  | 'listIdentities'
  | 'getSchema';

const KRATOS: Record<Exclude<keyof Kratos, KratosRead>, KratosEffect> = {
  createIdentity: (kratos, has) => kratos.createIdentity(has, WANTED, () => {}),
  updateIdentity: (kratos, has) => kratos.updateIdentity(has, CURRENT, CHANGE),
  deleteIdentity: (kratos, has) => kratos.deleteIdentity(has, ID),
  endSessions: (kratos, has) => kratos.endSessions(has, ID),
  createRecoveryLink: (kratos, has) => kratos.createRecoveryLink(has, ID, 60),
  createRecoveryCode: (kratos, has) => kratos.createRecoveryCode(has, ID, 60),
};
const RESOURCES: Record<Exclude<keyof Resources, 'read'>, Effect> = {
  setFinalizer: ({ resources }) => resources.setFinalizer(RESOURCE, true),
  patchStatus: ({ resources }) => resources.patchStatus(RESOURCE, { observedGeneration: 1 }),
};
const SECRETS: Record<Exclude<keyof Secrets, 'read'>, Effect> = {
  create: ({ secrets }) => secrets.create(SECRET),
  delete: ({ secrets }) => secrets.delete('team', 'ada-recovery', 'uid-1'),
};
const KUBE = [...Object.entries(RESOURCES), ...Object.entries(SECRETS)];
const EFFECTS: [string, Effect][] = [
  ...KUBE,
  ...[CLASSIC, MODERN].flatMap((has) =>
    Object.entries(KRATOS).map(([name, effect]): [string, Effect] => [
      `${name} on a ${has.dialect} server`,
      ({ kratos }) => effect(kratos, has),
    ]),
  ),
];

describe('no effect goes out when the lease is lost', () => {
  test.each(EFFECTS)('while it waits for credentials: %s', async (_, effect) => {
    const { lease, server, ports, letIn } = await clients((_seen, response) => sendJson(response, 200, {}));
    const refused = refusal(effect(ports));
    lease.isLost = true;
    letIn();
    expect(await refused).toMatchObject({ code: 'aborted', outcome: 'none' });
    expect(server.seen).toEqual([]);
  });

  test.each(KUBE)('between a 401 and the second try: %s', async (_, effect) => {
    const { lease, server, ports, letIn } = await clients((_seen, response) => {
      lease.isLost = true;
      sendStatus(response, 401, 'Unauthorized');
    });
    letIn();
    expect(await refusal(effect(ports))).toMatchObject({ code: 'aborted', outcome: 'none' });
    expect(server.seen).toHaveLength(1);
  });

  test.each(EFFECTS)(
    'and a refusal that asks to wait is not followed by a try of the client’s own: %s',
    async (_, effect) => {
      const { server, ports, letIn } = await clients((_seen, response) =>
        sendStatus(response, 429, 'TooManyRequests', { 'retry-after': '0' }),
      );
      letIn();
      expect(await refusal(effect(ports))).toMatchObject({ code: 'unavailable' });
      expect(server.seen).toHaveLength(1);
    },
  );

  test('of those that travel together, either: none of a batch goes out', async () => {
    const held: (() => void)[] = [];
    const { lease, server, ports, letIn } = await clients((seen, response) => {
      if (seen.method === 'POST') held.push(() => sendJson(response, 500, {}));
      else sendJson(response, 200, {});
    });
    letIn();
    const first = refusal(ports.kratos.createIdentity(MODERN, WANTED, lease.mayStart));
    await until(() => held.length === 1);
    const rest = Array.from({ length: 5 }, () =>
      refusal(ports.kratos.createIdentity(MODERN, WANTED, lease.mayStart)),
    );
    lease.isLost = true;
    for (const error of await Promise.all(rest))
      expect(error).toMatchObject({ code: 'aborted', outcome: 'none' });
    held[0]?.();
    await first;
    expect(server.seen.filter(({ method }) => method !== 'GET')).toHaveLength(1);
  });
});

test('while the lease is held each effect is one request, and reads and probes need no lease', async () => {
  for (const [name, effect] of EFFECTS) {
    const { server, ports, letIn } = await clients((_seen, response) => sendStatus(response, 400, 'x'));
    letIn();
    await refusal(effect(ports));
    expect({ name, requests: server.seen.length }).toEqual({ name, requests: 1 });
  }
  const { lease, server, ports, letIn } = await clients((_seen, response) => sendStatus(response, 404, 'x'));
  letIn();
  lease.isLost = true;
  const reads = [
    ports.resources.read('team/ada'),
    ports.secrets.read('team', 'ada-recovery'),
    ports.kratos.getIdentity(MODERN, ID),
    ports.kratos.probe(),
  ];
  await Promise.allSettled(reads);
  expect(server.seen.length).toBeGreaterThanOrEqual(reads.length);
});
