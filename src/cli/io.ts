import type { Clock } from '../model/clock.ts';

/** A stream that takes text. */
export interface Sink {
  /** Resolves when the platform has taken it; rejects as the platform does (`EPIPE`, `ENOSPC`). */
  write(text: string): Promise<void>;
  readonly isTerminal: boolean;
  /** Width of the terminal; `undefined` where there is none. */
  readonly columns: number | undefined;
}

/** Everything that the command line has of the world. */
export interface Io {
  /** What follows `kratos`. */
  readonly argv: readonly string[];
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Standard input, whole. */
  readonly stdin: () => Promise<Uint8Array>;
  readonly stdout: Sink;
  readonly stderr: Sink;
  readonly clock: Clock;
  /** Aborts when the person presses Ctrl-C. */
  readonly interrupted: AbortSignal;
}
