import type { KratosClient } from '../../src/kratos/client.ts';
import type { Identity, IdentityChange, NewIdentity } from '../../src/model/identity.ts';
import {
  CLASSIC,
  clientOf,
  MODERN,
  type Scripted,
  type Server,
  serve,
  stoppedClock,
} from './kratos-server.ts';

export const ID = '149b07b6-2c92-4fb1-8a1d-560bffd55dbd';
export const WIRE = {
  id: ID,
  schema_id: 'default',
  traits: { a: 1 },
  state: 'active',
  metadata_public: null,
};
export const CURRENT: Identity = {
  id: ID,
  schemaId: 'default',
  traits: { a: 1, b: 2 },
  state: 'active',
  metadataPublic: { theirs: 1 },
  metadataAdmin: undefined,
  externalId: undefined,
  verifiableAddresses: [],
  recoveryAddresses: [],
};
export const WANTED: NewIdentity = {
  schemaId: 'default',
  traits: { a: 1 },
  state: 'active',
  metadataPublic: undefined,
  metadataAdmin: { m: 1 },
  externalId: 'k8s:1',
};
export const CHANGE: IdentityChange = {
  traits: [{ op: 'set', path: ['a'], value: 3 }],
  metadataPublic: [],
  metadataAdmin: [],
};

export async function drain(walk: AsyncIterable<readonly Identity[]>): Promise<string[]> {
  const ids: string[] = [];
  for await (const page of walk) ids.push(...page.map(({ id }) => id));
  return ids;
}

/** What one operation sends to a server that always answers the same, and what it makes of the answer. */
export async function exchange<T>(
  answer: Scripted,
  operation: (kratos: KratosClient) => Promise<T>,
): Promise<{ readonly result: T; readonly sent: string; readonly server: Server }> {
  await using server = await serve(() => answer);
  await using client = clientOf(server.url);
  const result = await operation(client.kratos);
  const [request] = server.received;
  const body = request?.body === undefined ? '' : ` ${JSON.stringify(request.body)}`;
  return { result, sent: `${request?.method} ${request?.path}${body}`, server };
}

/** An operation whose deadline passes when its request has arrived and no answer has been given. */
export async function unanswered(operation: Operation): Promise<unknown> {
  const clock = stoppedClock();
  await using server = await serve(() => {
    clock.expire();
    return 'hang';
  });
  await using client = clientOf(server.url, { clock });
  return await operation(client.kratos);
}

type Operation = (kratos: KratosClient) => Promise<unknown>;

const READS: readonly (readonly [string, Operation])[] = [
  ['getIdentity', (kratos) => kratos.getIdentity(MODERN, ID)],
  ['getIdentityByExternalId', (kratos) => kratos.getIdentityByExternalId(MODERN, 'k8s:1')],
  ['findByIdentifier', (kratos) => kratos.findByIdentifier(MODERN, 'a@example.org')],
  ['listIdentities by keyset', (kratos) => drain(kratos.listIdentities(MODERN))],
  ['listIdentities by number', (kratos) => drain(kratos.listIdentities(CLASSIC))],
  ['getSchema', (kratos) => kratos.getSchema(CLASSIC, 'default')],
  ['ready', (kratos) => kratos.ready()],
];

export const MUTATIONS: readonly (readonly [string, Operation])[] = [
  ['createIdentity', (kratos) => kratos.createIdentity(MODERN, WANTED, () => {})],
  ['updateIdentity by patch', (kratos) => kratos.updateIdentity(MODERN, CURRENT, CHANGE)],
  ['updateIdentity by put', (kratos) => kratos.updateIdentity(CLASSIC, CURRENT, CHANGE)],
  ['deleteIdentity', (kratos) => kratos.deleteIdentity(MODERN, ID)],
  ['endSessions', (kratos) => kratos.endSessions(MODERN, ID)],
  ['createRecoveryLink', (kratos) => kratos.createRecoveryLink(MODERN, ID, 60)],
  ['createRecoveryCode', (kratos) => kratos.createRecoveryCode(MODERN, ID, 60)],
];

export const OPERATIONS = [...READS, ...MUTATIONS];
/** Any JSON object may be a schema, and a redirect of one is no schema. */
export const SHAPED = OPERATIONS.filter(([name]) => name !== 'getSchema');
export const OF_ONE = OPERATIONS.filter(([name]) => /^(get|update)Identity/.test(name));
