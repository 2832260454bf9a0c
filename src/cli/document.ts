import { readFile } from 'node:fs/promises';
import { isObject, type JsonValue } from '../model/json.ts';
import { toPointer } from '../model/pointer.ts';
import { escaped } from './escape.ts';
import { UsageError, unreadable } from './usage-error.ts';

const MAX_DEPTH = 100;
/** What one anchor may come to when every alias of it is spelled out. */
const MAX_ALIASES = 100;

/**
 * The one JSON or YAML document in a file, or on standard input for `-`. Rejects `UsageError` with file and line for what is no such
 * document, or would not arrive at the server as it was written.
 */
export async function readDocument(file: string, stdin: () => Promise<Uint8Array>): Promise<JsonValue> {
  const name = file === '-' ? 'standard input' : escaped(file);
  const bytes = await (file === '-' ? stdin() : readFile(file)).catch((thrown: unknown) => {
    throw unreadable(name, thrown);
  });
  const text = decoded(name, bytes);
  if (text.trim() === '') throw new UsageError(`${name} is empty`);
  const value = jsonOf(text) ?? (await yamlOf(name, text));
  assertExact(name, value);
  return value;
}

/** Bytes that are no text would be replaced without a word. */
function decoded(name: string, bytes: Uint8Array): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    throw new UsageError(`${name} is not UTF-8 text`);
  }
}

/** JSON has its own reader, which takes it exactly; `undefined` for what is none. */
function jsonOf(text: string): JsonValue | undefined {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

async function yamlOf(name: string, text: string): Promise<JsonValue> {
  const { LineCounter, parseDocument } = await import('yaml');
  const lines = new LineCounter();
  try {
    const document = parseDocument(text, {
      version: '1.2',
      schema: 'core',
      stringKeys: true,
      prettyErrors: false,
      lineCounter: lines,
      logLevel: 'error',
    });
    // A warning is about a tag or a directive without a meaning here.
    const [problem] = [...document.errors, ...document.warnings];
    if (problem !== undefined) {
      const { line, col } = lines.linePos(problem.pos[0]);
      throw new UsageError(
        `${name}:${line}:${col}: neither JSON nor YAML: ${withoutQuotes(problem.message)}`,
      );
    }
    return document.toJS({ maxAliasCount: MAX_ALIASES });
  } catch (thrown) {
    if (thrown instanceof UsageError) throw thrown;
    const isBomb = thrown instanceof ReferenceError;
    throw new UsageError(
      `${name} ${isBomb ? 'has anchors and aliases that come to too much' : `is nested deeper than ${MAX_DEPTH} levels`}`,
    );
  }
}

/** What the reader says of a mistake, without the text that it quotes. */
function withoutQuotes(message: string): string {
  return escaped(message.replace(/:? ["'].*$/s, ''));
}

/** Numbers that cannot be held exactly would be changed on the way; walks without recursion. */
function assertExact(name: string, root: JsonValue): void {
  const open: { readonly path: readonly string[]; readonly value: JsonValue }[] = [{ path: [], value: root }];
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    const { path, value } = next;
    const where = () => escaped(toPointer(path.slice(0, 10)));
    if (path.length > MAX_DEPTH) throw new UsageError(`${name} is nested deeper than ${MAX_DEPTH} levels`);
    if (typeof value === 'number' && !Number.isFinite(value)) {
      throw new UsageError(`${name}: ${where()} is no number that JSON can hold`);
    }
    if (Number.isInteger(value) && !Number.isSafeInteger(value)) {
      throw new UsageError(
        `${name}: ${where()} is an integer beyond ±(2^53−1), which would not arrive as it is; write it as a text`,
      );
    }
    if (Array.isArray(value) || isObject(value)) {
      for (const [key, child] of Object.entries(value)) open.push({ path: [...path, key], value: child });
    }
  }
}
