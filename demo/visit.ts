import type { Operator } from './operator.ts';
import type { Servers } from './servers.ts';

/** What to type into another terminal, in the repository's folder, to look at everything while it runs. */
export function waysToLook(servers: Servers, operator: Operator): readonly string[] {
  const { kubeconfig, namespace, kratos } = servers;
  const where = namespace === 'default' ? '' : ` --namespace ${namespace}`;
  const kubectl = `kubectl --kubeconfig ${quoted(kubeconfig)}${where}`;
  const patch = JSON.stringify({ spec: { traits: { name: { first: 'Grace' } } } });
  return [
    `${kubectl} get kratosidentities`,
    `${kubectl} get kratosidentity admin -o yaml`,
    `${kubectl} get events`,
    `${kubectl} patch kratosidentity admin --type merge --patch '${patch}'`,
    ...(servers.tag === undefined ? [`${kubectl} apply -f deploy/samples/retained.yaml`] : []),
    `curl ${kratos.identitiesUrl}`,
    `curl ${operator.url}/metrics`,
  ];
}

function quoted(path: string): string {
  return /^[\w./-]+$/.test(path) ? path : `'${path.replaceAll("'", `'\\''`)}'`;
}
