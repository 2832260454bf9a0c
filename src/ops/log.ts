import { pino } from 'pino';
import { prettyLines } from './pretty.ts';

export type LogLevel = 'trace' | 'debug' | 'info' | 'warn' | 'error' | 'fatal';

export interface LogOptions {
  readonly level: LogLevel;
  readonly format: 'json' | 'pretty';
  /** Where lines go; the standard output otherwise. */
  readonly write?: (line: string) => void;
}

export type Log = Record<LogLevel, (fields: object | string, message?: string) => void>;

/** Paths that could hold a secret if somebody logged more than they should. */
const REDACTED = ['token', 'code', 'link', 'authorization', 'password', 'traits'].flatMap((name) => [
  name,
  `*.${name}`,
  `*.*.${name}`,
]);

/** A logger of one JSON object a line (or lines for people), written at once, so that the last words of a process are not lost. */
export function createLog({ level, format, write }: LogOptions): Log {
  const sink = write ?? ((line: string) => void process.stdout.write(line));
  return pino(
    {
      level,
      base: null,
      timestamp: pino.stdTimeFunctions.isoTime,
      formatters: { level: (label) => ({ level: label }) },
      redact: { paths: REDACTED, censor: '[redacted]' },
      serializers: { err: errorFields },
    },
    { write: format === 'pretty' ? prettyLines(sink) : sink },
  );
}

/** Of an error only what is ours: other properties may hold what was sent or answered. Its code is in the message. */
function errorFields(error: unknown): object {
  if (!(error instanceof Error)) return { type: typeof error };
  const { name, message, stack } = error;
  return { name, message, stack };
}
