import { randomUUID } from 'node:crypto';
import { type AdminApi, adminApi } from '../../src/kratos/admin-api.ts';
import { KratosClient } from '../../src/kratos/client.ts';
import { Connection } from '../../src/kratos/connection.ts';
import { Server } from '../../src/kratos/server.ts';
import type { Capabilities, NewIdentity } from '../../src/model/identity.ts';
import { realClock } from '../wire/clocks.ts';
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
  const options = { adminUrl, connections: IN_FLIGHT, clock: realClock, deadlineMs: 60_000 };
  const client = new KratosClient(options);
  const connection = new Connection(options);
  const has = await client.probe();
  const sides: Sides = { client, api: adminApi(new Server(connection, has)), has, say };
  try {
    if (has.ids) await benchReads(name, sides);
    await benchCreates(name, sides);
  } finally {
    await Promise.all([client.close(), connection.close()]);
  }
}

async function benchReads(name: string, { client, api, has, say }: Sides): Promise<void> {
  const made = people();
  const some: string[] = [];
  await inFlight(made, made.length, async (wanted) => {
    some.push((await client.createIdentity(has, wanted, () => {})).id);
  });
  const result = await compare(
    `Kratos ${name}: ${some.length} coalesced reads against one GET each`,
    READ_ROUNDS,
    () => inFlight(some, some.length, (id) => client.getIdentity(has, id)),
    () => inFlight(some, IN_FLIGHT, (id) => api.getIdentity(id)),
  );
  say(line(result, name === '1.3.1' ? '≥ 20' : '≥ 5'));
}

async function benchCreates(name: string, { client, api, has, say }: Sides): Promise<void> {
  const result = await compare(
    `Kratos ${name}: ${IDENTITIES} batched creations against one POST each`,
    CREATE_ROUNDS,
    () => inFlight(people(), IDENTITIES, (wanted) => client.createIdentity(has, wanted, () => {})),
    () => inFlight(people(), IN_FLIGHT, ({ traits }) => api.createIdentity({ schema_id: 'default', traits })),
  );
  say(line(result, '≥ 2'));
}

/** Others in every call. */
function people(): readonly NewIdentity[] {
  return Array.from({ length: IDENTITIES }, person);
}

function person(): NewIdentity {
  return {
    schemaId: 'default',
    traits: { email: `bench-${randomUUID()}@example.org` },
    state: undefined,
    metadataPublic: undefined,
    metadataAdmin: undefined,
    externalId: undefined,
  };
}
