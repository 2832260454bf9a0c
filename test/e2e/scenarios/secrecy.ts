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

  await t.check(
    `none of ${canaries.length} secrets and traits is in any log, which is all that an operator prints`,
    async () => {
      const logs = await Promise.all([...shared.logs].map((file) => readFile(file, 'utf8')));
      ok(
        logs.every((log) => log.length > 0),
        'an operator logged nothing at all',
      );
      const lines = logs.flatMap((log) => log.split('\n')).filter((line) => said(line) > 0);
      ok(lines.length === 0, `${lines.length} lines, such as\n${lines[0]?.slice(0, 500)}`);
    },
  );

  await t.check('nor in any metric', async () => {
    const texts = [...shared.metrics, await shared.operator.metrics()];
    ok(texts.at(-1)?.includes('kratos_identity_actions_total'), 'there are no metrics');
    const lines = texts.flatMap((text) => text.split('\n')).filter((line) => said(line) > 0);
    ok(lines.length === 0, `${lines.length} lines, such as\n${lines[0]?.slice(0, 500)}`);
  });

  await t.check('nor in any event', async () => {
    const events = (await Promise.all(namespaces.map((namespace) => namespace.events()))).flat();
    ok(events.length > 0, 'there are no events');
    const found = events.filter(({ note }) => said(note) > 0);
    ok(found.length === 0, `${found.length} events, such as ${found[0]?.reason}`);
  });

  await t.check('nor in any status, but for addresses and the link that was asked for', async () => {
    const resources = (await Promise.all(namespaces.map((namespace) => namespace.list()))).flat();
    const found = resources.filter(({ status }) => {
      const { verifiableAddresses: _v, recoveryAddresses: _r, recovery, ...rest } = status ?? {};
      const { link: _link, ...record } = recovery ?? {};
      return said(JSON.stringify({ ...rest, record })) > 0;
    });
    ok(found.length === 0, `${found.length} resources, such as ${found[0]?.metadata.name}`);
  });
}
