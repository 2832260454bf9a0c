import { ok } from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import type { Namespace } from '../namespace.ts';
import type { ClusterStage, Shared } from '../stage.ts';

/** After all scenarios: nothing secret and nothing personal was said anywhere it may be read by others. */
export async function checkSecrecy(
  t: ClusterStage,
  shared: Shared,
  namespaces: readonly Namespace[],
): Promise<void> {
  if (shared.canaries.size === 0) return;
  const canaries = [...shared.canaries].map((text) => new RegExp(`(?<![0-9a-zA-Z])${text}(?![0-9a-zA-Z])`));
  const said = (text: string) => canaries.filter((canary) => canary.test(text)).length;

  await t.check(`none of ${canaries.length} secrets and traits is in any log`, async () => {
    const logs = await Promise.all([...shared.logs].map((file) => readFile(file, 'utf8')));
    ok(
      logs.every((log) => log.length > 0),
      'an operator logged nothing at all',
    );
    const lines = logs.flatMap((log) => log.split('\n')).filter((line) => said(line) > 0);
    ok(lines.length === 0, `${lines.length} lines, such as\n${lines[0]?.slice(0, 500)}`);
  });

  await t.check('nor in any event', async () => {
    const events = (await Promise.all(namespaces.map((namespace) => namespace.events()))).flat();
    ok(events.length > 0, 'there are no events');
    const found = events.filter(({ note }) => said(note) > 0);
    ok(found.length === 0, `${found.length} events, such as ${found[0]?.reason}`);
  });

  await t.check('nor in any condition', async () => {
    const resources = (await Promise.all(namespaces.map((namespace) => namespace.list()))).flat();
    const conditions = resources.flatMap(({ status }) => status?.conditions ?? []);
    const found = conditions.filter(({ message }) => said(message) > 0);
    ok(found.length === 0, `${found.length} conditions, such as ${found[0]?.reason}`);
  });
}
