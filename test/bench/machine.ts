import { cpus, release, totalmem, type } from 'node:os';

/** What a run was made on, in words; nothing that names the machine. */
export function machine(): string {
  const [core] = cpus();
  const memory = (totalmem() / 1024 ** 3).toFixed(0);
  return `${cpus().length} cores (${core?.model ?? 'unknown'}), ${memory} GiB of memory, ${type()} ${release()}, Node ${process.versions.node}`;
}
