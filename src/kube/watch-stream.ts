import { isObject, type JsonObject } from '../model/json.ts';
import { type KubeObject, shaped } from './object.ts';
import { statusObject } from './status.ts';

/** One line of a watch. */
export type WatchEvent<T> =
  | { readonly type: 'ADDED' | 'MODIFIED' | 'DELETED'; readonly object: T }
  | { readonly type: 'BOOKMARK'; readonly resourceVersion: string }
  | { readonly type: 'ERROR'; readonly status: JsonObject };

/** A line that is no watch event: what follows it cannot be trusted to be complete. */
export class CorruptLine extends Error {
  constructor() {
    super('corrupt line in watch');
  }
}

const NEWLINE = 0x0a;
const MAX_LINE_BYTES = 16 * 1024 * 1024;

/**
 * The lines of a byte stream, split at the newline byte alone (U+2028 is not one, and a character may span chunks). What follows
 * the last newline is half a line and never answered. Throws `CorruptLine` for one beyond 16 MiB.
 */
export async function* lines(body: AsyncIterable<Uint8Array>): AsyncGenerator<string> {
  let pending: Uint8Array[] = [];
  let pendingBytes = 0;
  for await (const chunk of body) {
    let from = 0;
    for (let end = chunk.indexOf(NEWLINE); end !== -1; end = chunk.indexOf(NEWLINE, from)) {
      pending.push(chunk.subarray(from, end));
      from = end + 1;
      yield Buffer.concat(pending).toString('utf8');
      pending = [];
      pendingBytes = 0;
    }
    pending.push(chunk.subarray(from));
    pendingBytes += chunk.length - from;
    if (pendingBytes > MAX_LINE_BYTES) throw new CorruptLine();
  }
}

/** Throws `CorruptLine` for anything but a watch event whose object is whole. */
export function parseEvent<T extends KubeObject>(line: string): WatchEvent<T> {
  const { type, object } = parseLine(line);
  if (type === 'BOOKMARK') return { type, resourceVersion: bookmarkVersion(object) };
  if (type === 'ADDED' || type === 'MODIFIED' || type === 'DELETED') {
    const whole = shaped<T>(object);
    if (whole !== undefined) return { type, object: whole };
  }
  if (type === 'ERROR') {
    const status = statusObject(object);
    if (status !== undefined) return { type, status };
  }
  throw new CorruptLine();
}

function parseLine(line: string): JsonObject {
  try {
    const value: unknown = JSON.parse(line);
    if (isObject(value)) return value;
  } catch {
    // Falls through: not JSON is as corrupt as not an event.
  }
  throw new CorruptLine();
}

function bookmarkVersion(object: unknown): string {
  const metadata = isObject(object) ? object.metadata : undefined;
  const version = isObject(metadata) ? metadata.resourceVersion : undefined;
  if (typeof version !== 'string' || version === '') throw new CorruptLine();
  return version;
}
