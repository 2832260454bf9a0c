import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { type KratosStandIn, startKratos } from '../standin/kratos/server.ts';
import { NOBODY } from './cli-run.ts';

/* The command line as a process: what `main` makes of streams, signals and the way out. */

const MAIN = fileURLToPath(new URL('../../src/main.ts', import.meta.url));

function envOf({ adminUrl, publicUrl }: KratosStandIn) {
  return { KRATOS_ADMIN_URL: adminUrl, KRATOS_PUBLIC_URL: publicUrl };
}

function start(argv: readonly string[], server: KratosStandIn) {
  const child = spawn(process.execPath, [MAIN, 'kratos', ...argv], { env: envOf(server) });
  const ended = Promise.all([once(child, 'close'), text(child.stdout), text(child.stderr)]);
  return {
    child,
    ended: ended.then(([[code, signal], stdout, stderr]) => ({ code: code ?? signal, stdout, stderr })),
  };
}

describe('the process', () => {
  it('reads standard input, prints to both streams and ends with the exit code', async () => {
    const server = await startKratos({ version: '26.2' });
    const { child, ended } = start(['identities', 'create', '-f', '-', '-o', 'name'], server);
    child.stdin.end('schema_id: default\ntraits: {email: ann@example.org}\n');
    const made = await ended;
    expect(made).toEqual({ code: 0, stdout: `${server.store.identities()[0]?.id}\n`, stderr: '' });
    const missing = await start(['identities', 'get', NOBODY], server).ended;
    expect(missing).toMatchObject({ code: 3, stdout: '' });
    expect(missing.stderr).toContain(`error: Kratos has no identity ${NOBODY} (404)\n`);
    await server.stop();
  });

  it('ends quietly when the reader of its output has gone', async () => {
    const server = await startKratos({ version: '26.2' });
    server.faults.inject(
      { path: /metrics/ },
      {
        kind: 'answer',
        status: 200,
        headers: { 'content-type': 'text/plain' },
        body: '# HELP a b\n'.repeat(200_000),
      },
    );
    const child = spawn(process.execPath, [MAIN, 'kratos', 'metrics'], { env: envOf(server) });
    child.stdout.once('data', () => child.stdout.destroy());
    const [[code], stderr] = await Promise.all([once(child, 'exit'), text(child.stderr)]);
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    await server.stop();
  });

  it('stops at SIGINT with 130', async () => {
    const server = await startKratos({ version: '26.2' });
    server.faults.freeze();
    const { child, ended } = start(['identities', 'list'], server);
    await server.requests.arrived({});
    child.kill('SIGINT');
    expect(await ended).toEqual({ code: 130, stdout: '', stderr: 'error: interrupted\n' });
    await server.stop();
  });

  it('needs none of what the operator has to be told', async () => {
    const server = await startKratos({ version: '26.2' });
    const { code, stdout } = await start(['--help'], server).ended;
    expect(code).toBe(0);
    expect(stdout).toContain('identities list');
    await server.stop();
  });
});
