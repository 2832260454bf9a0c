import { existsSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { until } from '../servers/wait.ts';
import type { Fault } from '../standin/kratos/faults.ts';
import { OperatorProcess, said } from './operator-process.ts';

/* How the process ends: what it still does, what it leaves, and with what exit code. */

const PATIENCE_MS = 120_000;
const COUNT = 300;
const SLOW = { kind: 'delay', ms: 5_000 } as const;
const SILENT = { kind: 'hang' } as const;
const CREATES = { method: 'POST', path: /^(\/admin)?\/identities$/ };

function applyAll(operator: OperatorProcess): void {
  for (let index = 0; index < COUNT; index += 1) {
    const traits = { email: `person-${index}@example.org` };
    operator.apply(`person-${index}`, { schemaId: 'default', traits });
  }
}

/** Leads, and has a hundred creations under way at a Kratos that takes its time for them. */
async function inFlight(operator: OperatorProcess, fault: Fault) {
  const child = await operator.start(['--concurrency=100']);
  await operator.leads(child);
  await until('Kratos to be known', () => said(child, 'Kratos is reachable'));
  operator.kratos.faults.inject(CREATES, fault, Number.POSITIVE_INFINITY);
  applyAll(operator);
  await until('a hundred creations under way', () => {
    const underWay = operator.kratos.requests.all(CREATES).filter(({ status }) => status === undefined);
    return underWay.length >= 100;
  });
  return child;
}

describe('SIGTERM amid a hundred passes', () => {
  test(
    'lets them finish, gives the lease up and exits 0; the next process finds nothing to do twice',
    async () => {
      // v0.5 takes no batches: each pass has a request of its own.
      await using operator = await OperatorProcess.between('0.5');
      const child = await inFlight(operator, SLOW);
      await operator.terminate(child);
      expect(operator.holder).not.toBe('');
      expect(await child.ended).toEqual({ code: 0, signal: null });
      expect(operator.holder).toBe('');
      operator.kratos.faults.clear();
      const made = operator.kratos.store.identities().length;
      // Nothing is taken up after the signal, and what was made is on record.
      expect(made).toBeLessThan(COUNT);
      expect(operator.resources().filter(({ status }) => status?.identityId !== undefined)).toHaveLength(
        made,
      );
      const next = await operator.start();
      await operator.leads(next);
      await until('all to be ready', () => operator.ready === COUNT);
      expect(operator.kratos.store.identities()).toHaveLength(COUNT);
    },
    PATIENCE_MS,
  );

  test(
    'and once more ends it at once, whatever is under way; the next process makes nothing twice',
    async () => {
      await using operator = await OperatorProcess.between('0.5');
      const child = await inFlight(operator, SILENT);
      await operator.terminate(child);
      child.signal('SIGTERM');
      expect(await child.ended).toEqual({ code: 1, signal: null });
      expect(operator.holder).not.toBe('');
      operator.kratos.faults.clear();
      // Its lease need not expire first: that is another test's.
      operator.kube.store.delete('leases', 'default', 'kratos-identity-operator-leader');
      const next = await operator.start();
      await until('all to be ready', () => operator.ready === COUNT, 90);
      expect(operator.kratos.store.identities()).toHaveLength(COUNT);
      await next.stop();
    },
    PATIENCE_MS,
  );

  test(
    'waits for none of them any more once the lease is lost: exit 1',
    async () => {
      await using operator = await OperatorProcess.between('0.5');
      const child = await inFlight(operator, SILENT);
      await operator.terminate(child);
      operator.steal();
      expect(await child.ended).toEqual({ code: 1, signal: null });
      expect(operator.holder).toBe('somebody else');
      expect(said(child, 'cannot go on')).toBe(true);
    },
    PATIENCE_MS,
  );
});

test(
  'a standby that is asked to end exits 0 and leaves the lease alone',
  async () => {
    await using operator = await OperatorProcess.between('1.3');
    const leader = await operator.start();
    await operator.leads(leader);
    const { holder } = operator;
    const standby = await operator.start();
    await standby.ready(async () => said(standby, 'cache synced'));
    expect(await standby.stop()).toEqual({ code: 0, signal: null });
    expect(operator.holder).toBe(holder);
    expect(await leader.stop()).toEqual({ code: 0, signal: null });
    expect(operator.holder).toBe('');
  },
  PATIENCE_MS,
);

test(
  'one that is asked to end while a plugin is still asked for credentials exits 0',
  async () => {
    await using operator = await OperatorProcess.between('1.3');
    const asked = join(operator.folder, 'asked');
    const plugin = join(operator.folder, 'plugin');
    await writeFile(plugin, `#!/bin/sh\n: > ${asked}\nexec sleep 60\n`, { mode: 0o700 });
    const exec = { apiVersion: 'client.authentication.k8s.io/v1', command: plugin, interactiveMode: 'Never' };
    const config = {
      apiVersion: 'v1',
      kind: 'Config',
      clusters: [{ name: 'c', cluster: { server: operator.kube.url } }],
      users: [{ name: 'u', user: { exec } }],
      contexts: [{ name: 'x', context: { cluster: 'c', user: 'u' } }],
      'current-context': 'x',
    };
    const child = await operator.start([], JSON.stringify(config));
    await child.ready(async () => existsSync(asked));
    await operator.terminate(child);
    expect(await child.ended).toEqual({ code: 0, signal: null });
  },
  PATIENCE_MS,
);
