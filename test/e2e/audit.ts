import { readFile } from 'node:fs/promises';

/** One write, as the API server's audit log tells of it. */
export interface Write {
  readonly user: string;
  /** Which of the user's tokens was shown. */
  readonly credential: string;
  readonly verb: string;
  readonly resource: string;
  readonly namespace: string;
  readonly name: string;
  /** Epoch milliseconds. */
  readonly at: number;
  readonly status: number;
}

interface AuditEvent {
  readonly verb: string;
  readonly user: { readonly username: string; readonly extra?: Readonly<Record<string, readonly string[]>> };
  readonly objectRef?: {
    readonly resource?: string;
    readonly subresource?: string;
    readonly namespace?: string;
    readonly name?: string;
  };
  readonly stageTimestamp: string;
  readonly responseStatus?: { readonly code?: number };
}

/** Every write of a user so far; leases, which a leader renews all the time, are left out. */
export async function writesOf(auditLog: string, user: string): Promise<readonly Write[]> {
  return (await allWritesOf(auditLog, user)).filter(({ resource }) => resource !== 'leases');
}

/** Every write of a user so far, in the order of the answers. */
export async function allWritesOf(auditLog: string, user: string): Promise<readonly Write[]> {
  const lines = (await readFile(auditLog, 'utf8')).split('\n');
  // The last line may be half-written.
  return lines.slice(0, -1).flatMap((line) => {
    if (!line.includes(`"${user}"`)) return [];
    const { verb, objectRef, stageTimestamp, responseStatus, user: by } = JSON.parse(line) as AuditEvent;
    const { resource = '', subresource, namespace = '', name = '' } = objectRef ?? {};
    if (by.username !== user) return [];
    return {
      user,
      credential: by.extra?.['authentication.kubernetes.io/credential-id']?.[0] ?? '',
      verb,
      resource: subresource === undefined ? resource : `${resource}/${subresource}`,
      namespace,
      name,
      at: Date.parse(stageTimestamp),
      status: responseStatus?.code ?? 0,
    };
  });
}
