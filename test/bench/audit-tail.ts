import { type FileHandle, open } from 'node:fs/promises';

interface AuditEvent {
  readonly stage: string;
  readonly verb: string;
  readonly userAgent?: string;
  readonly objectRef?: {
    readonly resource?: string;
    readonly subresource?: string;
    readonly namespace?: string;
  };
  readonly requestReceivedTimestamp: string;
  readonly stageTimestamp: string;
}

/** Requests of one kind. Times are epoch milliseconds, with the microseconds that the API server tells. */
export interface Requests {
  readonly count: number;
  /** When the first one came in. */
  readonly firstAt: number;
  /** When the last one was answered. */
  readonly lastAt: number;
}

/** By verb and resource, as in `patch kratosidentities/status`. */
export type Counts = ReadonlyMap<string, Requests>;

const CHUNK = 1024 * 1024;

/** Follows the API server's audit log: what one client asked, by its user agent, since this was opened or cleared. */
export class AuditTail {
  readonly #file: FileHandle;
  #offset: number;
  #rest = '';
  readonly #counts = new Map<string, Map<string, Requests>>();

  private constructor(file: FileHandle, offset: number) {
    this.#file = file;
    this.#offset = offset;
  }

  static async open(path: string): Promise<AuditTail> {
    const file = await open(path);
    return new AuditTail(file, (await file.stat()).size);
  }

  /** Reads what is new, and tells all that there is of that client. */
  async of(agent: string): Promise<Counts> {
    const buffer = Buffer.allocUnsafe(CHUNK);
    for (;;) {
      const { bytesRead } = await this.#file.read(buffer, 0, CHUNK, this.#offset);
      if (bytesRead === 0) break;
      this.#offset += bytesRead;
      // Names and agents here are ASCII: no character is cut in two.
      const lines = (this.#rest + buffer.toString('latin1', 0, bytesRead)).split('\n');
      this.#rest = lines.pop() ?? '';
      for (const line of lines) this.#count(JSON.parse(line) as AuditEvent);
    }
    return new Map(this.#counts.get(agent));
  }

  async clear(agent: string): Promise<void> {
    await this.of(agent);
    this.#counts.delete(agent);
  }

  close(): Promise<void> {
    return this.#file.close();
  }

  #count({
    stage,
    verb,
    userAgent = '',
    objectRef,
    requestReceivedTimestamp,
    stageTimestamp,
  }: AuditEvent): void {
    // A watch counts when it begins, everything else when it has ended.
    if (stage !== (verb === 'watch' ? 'ResponseStarted' : 'ResponseComplete')) return;
    const { resource = 'other', subresource } = objectRef ?? {};
    const kind = `${verb} ${resource}${subresource === undefined ? '' : `/${subresource}`}`;
    const counts = this.#counts.get(userAgent) ?? new Map<string, Requests>();
    this.#counts.set(userAgent, counts);
    const before = counts.get(kind);
    const [from, to] = [millis(requestReceivedTimestamp), millis(stageTimestamp)];
    counts.set(kind, {
      count: (before?.count ?? 0) + 1,
      firstAt: Math.min(before?.firstAt ?? from, from),
      lastAt: Math.max(before?.lastAt ?? to, to),
    });
  }
}

/** `Date.parse` drops the microseconds. */
function millis(time: string): number {
  return Date.parse(`${time.slice(0, 19)}Z`) + Number(`0.${time.slice(20, -1)}`) * 1000;
}

export function countOf(counts: Counts, kind: string): number {
  return counts.get(kind)?.count ?? 0;
}

/** In how many seconds all of these were done, from the first's coming to the last's answer. */
export function secondsOf(counts: Counts, kinds: readonly string[]): number {
  const found = kinds.flatMap((kind) => counts.get(kind) ?? []);
  const from = Math.min(...found.map(({ firstAt }) => firstAt));
  return (Math.max(...found.map(({ lastAt }) => lastAt)) - from) / 1000;
}
