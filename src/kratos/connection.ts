import { HttpClient, type HttpSeen } from '../http/client.ts';
import type { Clock } from '../model/clock.ts';
import { Api } from './api.ts';
import { Auth, type ReadFile } from './auth.ts';
import type { Ports } from './server.ts';

/** Milliseconds for each request in all, unless an option says otherwise. */
export const DEADLINE_MS = 10_000;
const CONNECT_TIMEOUT_MS = 3_000;
const MAX_BYTES = 8 * 1024 * 1024;
const MAX_PAGE_BYTES = 64 * 1024 * 1024;
/** Lists and the public port have connections of their own, so that they never hold up an effect. */
const SIDE_CONNECTIONS = 4;

export interface KratosOptions {
  readonly adminUrl: string;
  /** Where v0.7 and later serve identity schemas and self-service flows. */
  readonly publicUrl?: string | undefined;
  /** Bearer token for the admin port; it is never sent to the public one. */
  readonly tokenFile?: string | undefined;
  readonly caFile?: string | undefined;
  readonly connections: number;
  readonly clock: Clock;
  /** Milliseconds for each request in all; 10 s by default. */
  readonly deadlineMs?: number;
  readonly readFile?: ReadFile;
  /** Told of every answer of the admin API that provably is Kratos' own. */
  readonly onAnswer?: () => void;
  readonly observe?: (seen: HttpSeen) => void;
}

/** The sockets to one Kratos: bounded in number, time and size, HTTP/1.1, no redirects; token and CA are read again as they change. */
export class Connection implements Ports {
  readonly admin: Api;
  readonly lists: Api;
  readonly public: Api | undefined;

  constructor(options: KratosOptions) {
    const { clock, adminUrl, publicUrl, connections, observe, onAnswer = () => {} } = options;
    const { deadlineMs = DEADLINE_MS } = options;
    const auth = new Auth(options);
    const common = {
      ...(options.caFile === undefined ? {} : { tls: () => auth.tls() }),
      deadlineMs,
      idleMs: deadlineMs,
      connectTimeoutMs: CONNECT_TIMEOUT_MS,
      maxBytes: MAX_BYTES,
      connections: SIDE_CONNECTIONS,
      clock,
      ...(observe === undefined ? {} : { observe }),
    };
    const admin = {
      ...common,
      baseUrl: adminUrl,
      ...(options.tokenFile === undefined ? {} : { authorization: () => auth.authorization() }),
    };
    this.admin = new Api(new HttpClient({ ...admin, connections }), clock, onAnswer);
    this.lists = new Api(new HttpClient({ ...admin, maxBytes: MAX_PAGE_BYTES }), clock, onAnswer);
    this.public =
      publicUrl === undefined
        ? undefined
        : new Api(new HttpClient({ ...common, baseUrl: publicUrl }), clock, () => {});
  }

  /** Ends every connection; requests under way reject `aborted`. */
  async close(): Promise<void> {
    await Promise.all([this.admin.close(), this.lists.close(), this.public?.close()]);
  }
}
