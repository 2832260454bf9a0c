import { type AdminApi, adminApi } from '../../src/kratos/admin-api.ts';
import { KratosClient } from '../../src/kratos/client.ts';
import { Connection } from '../../src/kratos/connection.ts';
import { Server } from '../../src/kratos/server.ts';
import type { Capabilities, NewIdentity } from '../../src/model/identity.ts';
import { clock } from './clock.ts';
import { compare, inFlight, line } from './pairs.ts';

const IDENTITIES = 2_000;
const IN_FLIGHT = 32;
const READ_ROUNDS = { warm: 1, counted: 3 };
const CREATE_ROUNDS = { warm: 1, counted: 2 };

interface Sides {
  readonly client: KratosClient;
  readonly api: AdminApi;
  readonly has: Capabilities;
  readonly say: (text: string) => void;
}

/** Reads and creations that travel together against one request each, on a real server. */
export async function benchCoalescing(
  name: string,
  adminUrl: string,
  say: (text: string) => void,
): Promise<void> {
  const options = { adminUrl, connections: IN_FLIGHT, clock, deadlineMs: 60_000 };
  const client = new KratosClient(options);
  const connection = new Connection(options);
  const has = await client.probe();
  const sides: Sides = { client, api: adminApi(new Server(connection, has)), has, say };
  try {
    await benchCreates(name, sides);
    if (has.ids) await benchReads(name, sides);
  } finally {
    await Promise.all([client.close(), connection.close()]);
  }
}

async function benchReads(name: string, { client, api, has, say }: Sides): Promise<void> {
  const ids: string[] = [];
  for await (const page of api.walkIdentities()) ids.push(...page.map(({ id }) => id));
  const some = ids.slice(0, IDENTITIES);
  const result = await compare(
    `Kratos ${name}: ${some.length} coalesced reads against one GET each`,
    READ_ROUNDS,
    () => inFlight(some, some.length, (id) => client.getIdentity(has, id)),
    () => inFlight(some, IN_FLIGHT, (id) => api.getIdentity(id)),
  );
  say(line(result, name === '1.3.1' ? '≥ 20' : '≥ 5'));
}

async function benchCreates(name: string, { client, api, has, say }: Sides): Promise<void> {
  let next = 0;
  const bodies = (): NewIdentity[] => Array.from({ length: IDENTITIES }, () => person(next++));
  const result = await compare(
    `Kratos ${name}: ${IDENTITIES} batched creations against one POST each`,
    CREATE_ROUNDS,
    () => inFlight(bodies(), IDENTITIES, (wanted) => client.createIdentity(has, wanted, () => {})),
    () => inFlight(bodies(), IN_FLIGHT, ({ traits }) => api.createIdentity({ schema_id: 'default', traits })),
  );
  say(line(result, '≥ 2'));
}

/** Nobody's, and another's in every run. */
function person(index: number): NewIdentity {
  return {
    schemaId: 'default',
    traits: { email: `bench-${clock.now().toString(36)}-${index}@example.org` },
    state: undefined,
    metadataPublic: undefined,
    metadataAdmin: undefined,
    externalId: undefined,
  };
}
