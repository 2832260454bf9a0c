import { fileURLToPath } from 'node:url';

/** The real servers that end-to-end tests run against, and kubectl. Each is built from a Go module of its own. */
export interface Tool {
  /** The binary's name, in `KUBEBUILDER_ASSETS` as in our cache. */
  readonly name: ToolName;
  /** The Go package with its `main`. */
  readonly module: string;
  /** The folder of its `go.mod`. */
  readonly folder: string;
  /** Names the folder that holds the binary (of that name), or the binary itself. */
  readonly variable: { readonly name: string; readonly holds: 'folder' | 'file' };
  readonly flags: readonly string[];
  readonly cgo: boolean;
  /** About how long a build takes on two cores with nothing cached; only told, never relied on. */
  readonly minutes: string;
}

export type ToolName =
  | 'etcd'
  | 'kube-apiserver'
  | 'kubectl'
  | 'kratos-0.5.5'
  | 'kratos-1.0.0'
  | 'kratos-1.3.1';

const KUBERNETES = { version: 'v1.37.2', major: '1', minor: '37' };
const BUILD_INFO = 'k8s.io/component-base/version';
const ASSETS = { name: 'KUBEBUILDER_ASSETS', holds: 'folder' } as const;
const SMALL = '-s -w';
const STAMPED = [
  SMALL,
  `-X ${BUILD_INFO}.gitVersion=${KUBERNETES.version}`,
  `-X ${BUILD_INFO}.gitMajor=${KUBERNETES.major}`,
  `-X ${BUILD_INFO}.gitMinor=${KUBERNETES.minor}`,
].join(' ');

export const tools: readonly Tool[] = [
  {
    name: 'etcd',
    module: 'go.etcd.io/etcd/server/v3',
    folder: folder('etcd'),
    variable: ASSETS,
    flags: [`-ldflags=${SMALL}`],
    cgo: false,
    minutes: '½',
  },
  {
    name: 'kube-apiserver',
    module: 'k8s.io/kubernetes/cmd/kube-apiserver',
    folder: folder('kube-apiserver'),
    variable: ASSETS,
    flags: [`-ldflags=${STAMPED}`],
    cgo: false,
    minutes: '5',
  },
  {
    name: 'kubectl',
    module: 'k8s.io/kubernetes/cmd/kubectl',
    folder: folder('kubectl'),
    variable: ASSETS,
    flags: [`-ldflags=${STAMPED}`],
    cgo: false,
    minutes: '1',
  },
  {
    name: 'kratos-0.5.5',
    module: 'github.com/ory/kratos',
    folder: folder('kratos-0.5'),
    variable: { name: 'KRATOS_BIN_0_5_5', holds: 'file' },
    flags: ['-tags=sqlite', `-ldflags=${SMALL}`],
    cgo: true,
    minutes: '2',
  },
  {
    name: 'kratos-1.0.0',
    module: 'github.com/ory/kratos',
    folder: folder('kratos-1.0'),
    variable: { name: 'KRATOS_BIN_1_0_0', holds: 'file' },
    flags: ['-tags=sqlite', `-ldflags=${SMALL}`],
    cgo: true,
    minutes: '2',
  },
  {
    name: 'kratos-1.3.1',
    module: 'github.com/ory/kratos',
    folder: folder('kratos-1.3'),
    variable: { name: 'KRATOS_BIN_1_3_1', holds: 'file' },
    flags: ['-tags=sqlite', `-ldflags=${SMALL}`],
    cgo: true,
    minutes: '2',
  },
];

function folder(name: string): string {
  return fileURLToPath(new URL(name, import.meta.url));
}
