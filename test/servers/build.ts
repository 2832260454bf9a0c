import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { access, constants, mkdir, readFile, rename } from 'node:fs/promises';
import { delimiter, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { type Tool, type ToolName, tools } from './tools.ts';

/** Where the binary of each tool is that was asked for. */
export type Binaries = Readonly<Record<ToolName, string>>;

/** What a person has to provide before the servers can run; the message says how. */
export class ServersMissing extends Error {}

const run = promisify(execFile);
const CACHE = fileURLToPath(new URL('../../.cache/servers', import.meta.url));
const PROGRESS_MS = 15_000;

/**
 * Finds each of these tools where its environment variable points, else in the cache, else builds it with Go, which takes minutes once.
 * The cache is keyed by what a build depends on. `say` gets one line for each thing that takes time.
 */
export async function findServers(
  wanted: readonly ToolName[],
  say: (line: string) => void,
): Promise<Binaries> {
  const chosen = tools.filter(({ name }) => wanted.includes(name));
  const found = await Promise.all(chosen.map(async (tool) => [tool, await find(tool)] as const));
  const missing = found.filter(([, path]) => path === undefined).map(([tool]) => tool);
  if (missing.length > 0) await requireGo(missing);
  const paths = new Map(found.map(([tool, path]) => [tool.name, path]));
  // One after the other: a Go build uses every core by itself.
  for (const tool of missing) paths.set(tool.name, await build(tool, say));
  return Object.fromEntries(paths) as Binaries;
}

/**
 * The source folder of a tool's module, which Kratos v0.5 reads its schemas and migrations from at run time.
 * It also calls the `go` command by itself, so that Go has to be there even when the binary is.
 */
export async function sourceFolder(name: ToolName): Promise<string> {
  const tool = tools.find((one) => one.name === name);
  if (tool === undefined) throw new Error(`no such tool: ${name}`);
  if (!(await hasGo())) {
    throw new ServersMissing(
      `${name} reads files of its Go module at run time, and there is no go command.\n${HOW_TO_GET_GO}`,
    );
  }
  const { stdout } = await run('go', ['mod', 'download', '-json', tool.module], { cwd: tool.folder });
  return (JSON.parse(stdout) as { readonly Dir: string }).Dir;
}

async function find(tool: Tool): Promise<string | undefined> {
  const { name, holds } = tool.variable;
  const value = process.env[name];
  if (value !== undefined && value !== '') {
    const path = holds === 'folder' ? join(value, tool.name) : value;
    if (await isExecutable(path)) return path;
    throw new ServersMissing(`${name} is set, but ${path} is not an executable file`);
  }
  const cached = await cachePath(tool);
  return (await isExecutable(cached)) ? cached : undefined;
}

async function build(tool: Tool, say: (line: string) => void): Promise<string> {
  const path = await cachePath(tool);
  await mkdir(CACHE, { recursive: true });
  const unfinished = `${path}.${process.pid}`;
  const started = performance.now();
  const elapsed = () => `${Math.round((performance.now() - started) / 1000)} s`;
  say(`building ${tool.name}: about ${tool.minutes} min when nothing is cached`);
  const ticking = setInterval(() => say(`building ${tool.name}: ${elapsed()}`), PROGRESS_MS);
  try {
    const arguments_ = ['build', '-mod=readonly', '-trimpath', ...tool.flags, '-o', unfinished, tool.module];
    await run('go', arguments_, {
      cwd: tool.folder,
      env: { ...process.env, CGO_ENABLED: tool.cgo ? '1' : '0' },
      maxBuffer: 64 * 1024 * 1024,
    });
    // Whoever stops a build half-way leaves nothing that looks whole.
    await rename(unfinished, path);
  } catch (error) {
    throw new ServersMissing(`building ${tool.name} failed after ${elapsed()}:\n${outputOf(error)}`);
  } finally {
    clearInterval(ticking);
  }
  say(`built ${tool.name} in ${elapsed()}`);
  return path;
}

async function cachePath(tool: Tool): Promise<string> {
  const hash = createHash('sha256');
  for (const file of ['go.mod', 'go.sum']) hash.update(await readFile(join(tool.folder, file)));
  hash.update(JSON.stringify([tool.flags, tool.cgo, process.platform, process.arch]));
  return join(CACHE, `${tool.name}-${hash.digest('hex').slice(0, 12)}`);
}

async function requireGo(missing: readonly Tool[]): Promise<void> {
  if (await hasGo()) return;
  const lines = missing.map(({ name, variable }) => `  - ${name}: not in ${variable.name}, not built yet`);
  throw new ServersMissing(
    `these servers are missing, and there is no go command to build them:\n${lines.join('\n')}\n${HOW_TO_GET_GO}`,
  );
}

const HOW_TO_GET_GO = `Install Go 1.26 or later (https://go.dev/dl) and, for Kratos, a C compiler (gcc or clang), and run this again.
Or point to what you have: KUBEBUILDER_ASSETS=<folder with etcd, kube-apiserver and kubectl> (setup-envtest makes one),
KRATOS_BIN_0_5_5=<file>, KRATOS_BIN_1_3_1=<file>, KRATOS_BIN_1_0_0=<file>. Kratos v0.5.5 needs the go command at run time in any case.`;

async function hasGo(): Promise<boolean> {
  for (const directory of (process.env.PATH ?? '').split(delimiter)) {
    if (directory !== '' && (await isExecutable(join(directory, 'go')))) return true;
  }
  return false;
}

async function isExecutable(path: string): Promise<boolean> {
  return access(path, constants.X_OK).then(
    () => true,
    () => false,
  );
}

function outputOf(error: unknown): string {
  const { stderr, message } = error as { readonly stderr?: string; readonly message: string };
  return (stderr ?? message).split('\n').slice(-20).join('\n');
}
