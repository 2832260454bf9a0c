/** One request that reached a port, in order of arrival. */
export interface LoggedRequest {
  readonly port: 'admin' | 'public';
  readonly method: string;
  /** Path and query as sent. */
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
  /** What was answered; `undefined` while nothing was, and for ever where the connection was closed. */
  readonly status: number | undefined;
}

/** Which requests are meant; what is absent matches all. */
export interface RequestMatch {
  readonly port?: 'admin' | 'public';
  readonly method?: string;
  /** Tested against path and query as sent. */
  readonly path?: RegExp;
}

export function matches(
  match: RequestMatch,
  request: Pick<LoggedRequest, 'port' | 'method' | 'path'>,
): boolean {
  return (
    (match.port === undefined || match.port === request.port) &&
    (match.method === undefined || match.method === request.method) &&
    (match.path === undefined || match.path.test(request.path))
  );
}

/** Every request of one stand-in since the start or the last `reset`. */
export class RequestLog {
  #entries: LoggedRequest[] = [];
  #waiting: (() => void)[] = [];

  all(match: RequestMatch = {}): readonly LoggedRequest[] {
    return this.#entries.filter((entry) => matches(match, entry));
  }

  reset(): void {
    this.#entries = [];
  }

  /** Resolves once `count` such requests have arrived, whether answered or not. */
  async arrived(match: RequestMatch, count = 1): Promise<void> {
    while (this.all(match).length < count) {
      await new Promise<void>((resolve) => this.#waiting.push(resolve));
    }
  }

  /** Used by the listener: notes an arrival; the answer notes its status. */
  note(request: Omit<LoggedRequest, 'status'>): (status: number) => void {
    const entry = { ...request, status: undefined as number | undefined };
    this.#entries.push(entry);
    for (const wake of this.#waiting.splice(0)) wake();
    return (status) => {
      entry.status = status;
    };
  }
}
