import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { findServers } from '../servers/build.ts';
import { KratosServer } from '../servers/kratos.ts';
import { benchCoalescing } from './coalescing.ts';
import { benchOverhead } from './overhead.ts';

/*
 * Benchmarks: they measure and print, and assert nothing. Ratios within one run; how long something took says nothing on a machine that others
 * use too. `--kratos-admin-url URL` measures a server of one's own too: it gets thousands of identities that stay.
 */

const { values } = parseArgs({ options: { 'kratos-admin-url': { type: 'string' } } });
const say = (text: string) => console.log(text);

await benchOverhead(say);
const url = values['kratos-admin-url'];
if (url === undefined) await onServerOfOurs();
else await benchCoalescing(url, url, say);

async function onServerOfOurs(): Promise<void> {
  const binaries = await findServers(['kratos-1.3.1'], say);
  const folder = await mkdtemp(join(tmpdir(), 'kio-bench-'));
  const server = await KratosServer.start('1.3.1', binaries, folder);
  try {
    await benchCoalescing('1.3.1', server.adminUrl, say);
  } finally {
    await server.stop();
    await rm(folder, { recursive: true });
  }
}
