import { readdirSync, readFileSync } from 'node:fs';

/*
 * What Linux tells of a process. Elsewhere there is no /proc, and nothing is measured.
 */

/** Clock ticks in a second; the same on every Linux. */
const TICKS = 100;
const KIB_PER_MIB = 1024;

/** Seconds of CPU that a process has used so far, in user and in system mode. */
export function cpuSeconds(pid: number): number {
  const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
  // The name, second and in brackets, may hold anything; what follows is fields 3 and on.
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return (Number(fields[11]) + Number(fields[12])) / TICKS;
}

/** Resident memory in MiB: now, and the most there ever was. */
export function memory(pid: number): { readonly now: number; readonly peak: number } {
  const status = readFileSync(`/proc/${pid}/status`, 'utf8');
  const mib = (name: string) =>
    Number(new RegExp(`^${name}:\\s+(\\d+) kB`, 'm').exec(status)?.[1]) / KIB_PER_MIB;
  return { now: mib('VmRSS'), peak: mib('VmHWM') };
}

/** The one process that this one started of a program whose name begins so. */
export function childNamed(name: string): number {
  const children = readdirSync('/proc/self/task').flatMap((thread) =>
    readFileSync(`/proc/self/task/${thread}/children`, 'utf8').split(' '),
  );
  const found = children.filter((pid) => pid !== '' && commandOf(pid).startsWith(name));
  if (found.length !== 1) throw new Error(`${found.length} processes of ${name}`);
  return Number(found[0]);
}

function commandOf(pid: string): string {
  try {
    return readFileSync(`/proc/${pid}/comm`, 'utf8');
  } catch {
    // It has ended.
    return '';
  }
}
