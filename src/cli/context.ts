import type { AdminApi } from '../kratos/admin-api.ts';
import type { Server } from '../kratos/server.ts';
import type { JsonValue } from '../model/json.ts';
import type { Advice } from './advice.ts';
import type { Output } from './output.ts';
import type { Progress } from './progress.ts';

/** What a command works with. */
export interface Context {
  readonly api: AdminApi;
  readonly server: Server;
  readonly output: Output;
  readonly advice: Advice;
  readonly progress: Progress;
  /** The document in a file, or on standard input for `-`. */
  readonly read: (file: string) => Promise<JsonValue>;
  /** A line for the person, beside the answer. */
  readonly tell: (line: string) => Promise<void>;
  /** Epoch milliseconds. */
  readonly now: number;
  readonly signal: AbortSignal;
}
