import { parseArgs } from 'node:util';
import { url } from '../src/settings.ts';
import { dialects, type KratosVersion } from '../test/standin/kratos/version.ts';
import { messageOf } from './fields.ts';

/** Stand-ins of both servers, inside the demo's own process. */
export interface StandInOptions {
  readonly kind: 'standIns';
  readonly kratos: KratosVersion;
}

/** Servers that somebody else runs. */
export interface ClusterOptions {
  readonly kind: 'cluster';
  readonly kubeconfig: string;
  readonly kratosAdminUrl: string;
  readonly kratosPublicUrl: string | undefined;
}

export interface Options {
  /** Leave everything running after the story, until a signal comes. */
  readonly keep: boolean;
  readonly servers: StandInOptions | ClusterOptions;
}

export type Asked =
  | { readonly kind: 'help' }
  | { readonly kind: 'problems'; readonly problems: readonly string[] }
  | { readonly kind: 'options'; readonly options: Options };

const VERSIONS = Object.keys(dialects) as KratosVersion[];

export const HELP = `Shows what the operator does, in under a minute: npm run demo [-- <flags>]

The operator is the real one, in a process of its own. Without flags it works between two stand-ins, for the Kubernetes
API server and for Ory Kratos, so that nothing but Node is needed.

  --keep                     leave everything running after the story, until Ctrl-C
  --kratos VERSION           which Kratos the stand-in plays: ${VERSIONS.join(', ')} [1.3]
  --help                     this text

With servers of your own, all named by flags, never by the environment:

  --kubeconfig FILE          the cluster (current context); it must have the CRD: kubectl apply -k crds
  --kratos-admin-url URL     Kratos' admin API, without authentication
  --kratos-public-url URL    Kratos' public API, where modern servers serve identity schemas

There the demo makes a namespace of its own and identities under example.org with a random part in their traits, and
removes both afterwards. Kratos must know the identity schemas that deploy/samples uses: "default" (traits email,
name.first, name.last) and "note" (trait label).

Exit codes: 0 all was seen, 1 something did not happen, 2 wrong flags, 130 interrupted.
`;

/** Reads the demo's flags; the environment has no say. */
export function parseOptions(argv: readonly string[]): Asked {
  try {
    const { values } = parseArgs({
      args: [...argv],
      options: {
        help: { type: 'boolean', short: 'h' },
        keep: { type: 'boolean' },
        kratos: { type: 'string' },
        kubeconfig: { type: 'string' },
        'kratos-admin-url': { type: 'string' },
        'kratos-public-url': { type: 'string' },
      },
    });
    return values.help === true ? { kind: 'help' } : optionsOf(values);
  } catch (error) {
    return { kind: 'problems', problems: [firstSentence(error)] };
  }
}

interface Values {
  readonly keep?: boolean;
  readonly kratos?: string;
  readonly kubeconfig?: string;
  readonly 'kratos-admin-url'?: string;
  readonly 'kratos-public-url'?: string;
}

function optionsOf(values: Values): Asked {
  const {
    kubeconfig,
    'kratos-admin-url': kratosAdminUrl,
    'kratos-public-url': kratosPublicUrl,
    kratos,
    keep = false,
  } = values;
  const problems: string[] = [];
  const version = VERSIONS.find((one) => one === (kratos ?? '1.3'));
  if (version === undefined) problems.push(`--kratos must be one of ${VERSIONS.join(', ')}`);
  for (const [flag, value] of Object.entries({ kratosAdminUrl, kratosPublicUrl })) {
    const read = value === undefined ? { value } : url(value);
    if ('problem' in read)
      problems.push(
        `${flag === 'kratosAdminUrl' ? '--kratos-admin-url' : '--kratos-public-url'} ${read.problem}`,
      );
  }
  const real = [kubeconfig, kratosAdminUrl, kratosPublicUrl].some((value) => value !== undefined);
  if (real && (kubeconfig === undefined || kratosAdminUrl === undefined))
    problems.push('--kubeconfig and --kratos-admin-url go together: the demo needs both servers, or none');
  if (real && kratos !== undefined)
    problems.push('--kratos chooses a stand-in; it has no use beside --kubeconfig');
  if (problems.length > 0 || version === undefined) return { kind: 'problems', problems };
  if (kubeconfig === undefined || kratosAdminUrl === undefined)
    return { kind: 'options', options: { keep, servers: { kind: 'standIns', kratos: version } } };
  return {
    kind: 'options',
    options: { keep, servers: { kind: 'cluster', kubeconfig, kratosAdminUrl, kratosPublicUrl } },
  };
}

/** Node adds advice about positional arguments, of which there are none here. */
function firstSentence(error: unknown): string {
  const message = messageOf(error);
  return message.split(/\.\s|\n/)[0] ?? message;
}
