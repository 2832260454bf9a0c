import type { ChildProcess } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { until } from './clocks.ts';
import { Namespaces } from './reflector-namespaces.ts';
import { list, scenario, watch } from './reflector-scenario.ts';

const SERVER = new URL('./reflector-half-open-server.ts', import.meta.url);
const CLIENT = new URL('./reflector-half-open-client.ts', import.meta.url);

/** What a child has said so far. */
function said(child: ChildProcess): string[] {
  const words: string[] = [];
  child.on('message', (word: string) => words.push(word));
  return words;
}

/** Resolves when a child has said `word`. */
async function hears(words: readonly string[], word: string): Promise<void> {
  await until(() => words.includes(word), `${word}, only ${words.join(', ')}`);
}

describe('a watch whose packets vanish', () => {
  test('is noticed by its silence and resumed when they flow again, with no event lost or told twice', async ({
    skip,
    onTestFinished,
  }) => {
    const namespaces = new Namespaces();
    onTestFinished(() => namespaces.close());
    const missing = namespaces.open();
    if (missing !== undefined) {
      console.warn(`skipped: ${missing}`);
      skip(missing);
    }

    const server = namespaces.server(SERVER);
    const asked = said(server);
    await hears(asked, 'listening');
    const seen = said(namespaces.client(CLIENT));
    await hears(asked, 'watch 10');
    server.send({ name: 'b', version: '11' });
    await hears(seen, 'team/b ->11');
    const before = [...seen];

    namespaces.cut();
    server.send({ name: 'c', version: '12' });
    await hears(seen, 'watch cut');
    await hears(seen, 'failed: WATCH kratosidentities: unavailable (UND_ERR_CONNECT_TIMEOUT)');
    expect(seen).not.toContain('team/c ->12');

    namespaces.join();
    await hears(seen, 'team/c ->12');
    server.send({ name: 'd', version: '13' });
    await hears(seen, 'team/d ->13');
    expect(before).toEqual(['team/a ->1', 'team/b ->11']);
    expect(seen.filter((word) => word.startsWith('team/'))).toEqual([
      ...before,
      'team/c ->12',
      'team/d ->13',
    ]);
    expect(asked).toEqual(['listening', 'list', 'watch 10', 'watch 11']);
  });

  test.runIf(process.platform === 'linux')('is asked for by the kernel after 15 s of silence', async () => {
    const s = scenario();
    s.lists.push(list('10'));
    s.watches.push(watch());
    await s.start();
    await s.asks('list', 'watch 10');
    const port = Number(new URL(s.setup?.server.url ?? '').port);
    await until(() => keepalivesTo(port).length > 0, 'a timer of the kernel');
    expect(Math.max(...keepalivesTo(port))).toBeLessThanOrEqual(15);
  });
});

/** Seconds until the kernel asks the peer whether it is there, of every connection to `port`. */
function keepalivesTo(port: number): number[] {
  const suffix = `:${port.toString(16).toUpperCase().padStart(4, '0')}`;
  const table = readFileSync('/proc/self/net/tcp', 'utf8').split('\n').slice(1);
  return table.flatMap((line) => {
    const [, , remote, , , timer] = line.trim().split(/\s+/);
    const [kind, ticks] = timer?.split(':') ?? [];
    return remote?.endsWith(suffix) && kind === '02' ? [Number.parseInt(ticks ?? '', 16) / 100] : [];
  });
}
