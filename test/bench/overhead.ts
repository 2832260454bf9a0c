import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { Pool } from 'undici';
import { type AdminApi, adminApi } from '../../src/kratos/admin-api.ts';
import { Connection } from '../../src/kratos/connection.ts';
import { Server } from '../../src/kratos/server.ts';
import { realClock } from '../wire/clocks.ts';
import { MODERN } from '../wire/kratos-server.ts';
import { compare, inFlight, line } from './pairs.ts';

const CONNECTIONS = 8;
const CALLS = 1_000;
const ROUNDS = { warm: 10, counted: 40 };
const ID = '149b07b6-2c92-4fb1-8a1d-560bffd55dbd';
const MEMORY_CALLS = 100_000;

/** What the client costs on top of bare undici, and whether it keeps anything, against a server that only writes. */
export async function benchOverhead(say: (text: string) => void): Promise<void> {
  const stub = spawn(process.execPath, [fileURLToPath(new URL('stub.ts', import.meta.url))], {
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  try {
    const [port] = (await once(stub.stdout, 'data')) as [Buffer];
    const url = `http://127.0.0.1:${Number(String(port))}`;
    const connection = new Connection({ adminUrl: url, connections: CONNECTIONS, clock: realClock });
    const api = adminApi(new Server(connection, MODERN));
    await overhead(url, api, say);
    await memory(api, say);
    await connection.close();
  } finally {
    stub.stdin.end();
    await once(stub, 'exit');
  }
}

async function overhead(url: string, api: AdminApi, say: (text: string) => void): Promise<void> {
  const pool = new Pool(url, { connections: CONNECTIONS, pipelining: 1, allowH2: false });
  const path = `/admin/identities/${ID}`;
  const calls = Array.from({ length: CALLS }, () => ID);
  const bare = async () => {
    const { body } = await pool.request({ method: 'GET', path, headers: { accept: 'application/json' } });
    JSON.parse(await body.text());
  };
  const result = await compare(
    `getIdentity against Pool.request + JSON.parse (${CALLS} calls)`,
    ROUNDS,
    () => inFlight(calls, CONNECTIONS, (id) => api.getIdentity(id)),
    () => inFlight(calls, CONNECTIONS, bare),
  );
  await pool.close();
  say(line(result, '≥ 0.9'));
}

/** Heap after a tenth of the calls, and after all of them. */
async function memory(api: AdminApi, say: (text: string) => void): Promise<void> {
  const after = async (calls: number) => {
    await inFlight(
      Array.from({ length: calls }, () => ID),
      CONNECTIONS,
      (id) => api.getIdentity(id),
    );
    globalThis.gc?.();
    return process.memoryUsage().heapUsed / 1024 / 1024;
  };
  const early = await after(MEMORY_CALLS / 10);
  const late = await after((MEMORY_CALLS * 9) / 10);
  say(
    `heap after ${MEMORY_CALLS / 10} and ${MEMORY_CALLS} calls: ${early.toFixed(1)} MiB and ${late.toFixed(1)} MiB (aim: the same)`,
  );
}
