import type { ServerResponse } from 'node:http';
import { setImmediate as nextTurn } from 'node:timers/promises';

/** Writes one byte per turn of the event loop, so that a reader meets every possible split. */
export async function drip(response: ServerResponse, bytes: Buffer): Promise<void> {
  for (const byte of bytes) {
    if (response.destroyed) return;
    response.write(Buffer.of(byte));
    await nextTurn();
  }
}
