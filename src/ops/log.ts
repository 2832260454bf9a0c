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

/** What went wrong, not a recovery code. Named among the paths, so that the censor is told this one by its name. */
const ERROR_CODE = ['err', 'code'] as const;

function censor(value: unknown, path: readonly string[]): unknown {
  return path.length === 2 && path[0] === ERROR_CODE[0] && path[1] === ERROR_CODE[1] ? value : '[redacted]';
}

/** A logger of one JSON object a line (or lines for people), written at once, so that the last words of a process are not lost. */
export function createLog({ level, format, write }: LogOptions): Log {
  const sink = write ?? ((line: string) => void process.stdout.write(line));
  return pino(
    {
      level,
      base: null,
      timestamp: pino.stdTimeFunctions.isoTime,
      formatters: { level: (label) => ({ level: label }) },
      redact: { paths: [ERROR_CODE.join('.'), ...REDACTED], censor },
      serializers: { err: errorFields },
    },
    { write: format === 'pretty' ? prettyLines(sink) : sink },
  );
}

/** Of an error only what is ours: other properties may hold what was sent or answered. */
function errorFields(error: unknown): object {
  if (!(error instanceof Error)) return { type: typeof error };
  const { name, message, stack } = error;
  const code = 'code' in error && typeof error.code === 'string' ? error.code : undefined;
  return { name, message, ...(code !== undefined && { code }), stack };
}
