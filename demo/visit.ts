import type { Operator } from './operator.ts';
import type { Servers } from './servers.ts';

/** What to type into another terminal to look at everything while it runs. */
export function waysToLook(
  { kubeconfig, namespace, kratos }: Servers,
  operator: Operator,
): readonly string[] {
  const kubectl = `kubectl --kubeconfig ${quoted(kubeconfig)} --namespace ${namespace}`;
  const patch = JSON.stringify({ spec: { traits: { name: { first: 'Grace' } } } });
  return [
    `${kubectl} get kratosidentities`,
    `${kubectl} get kratosidentity admin -o yaml`,
    `${kubectl} get events`,
    `${kubectl} patch kratosidentity admin --type merge --patch '${patch}'`,
    `curl ${kratos.identitiesUrl}`,
    `curl ${operator.url}/metrics`,
  ];
}

function quoted(path: string): string {
  return /^[\w./-]+$/.test(path) ? path : `'${path.replaceAll("'", `'\\''`)}'`;
}
