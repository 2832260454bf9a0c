import type { ServerResponse } from 'node:http';

import type { Clock } from '../../../src/model/clock.ts';
import type { JsonObject } from '../../../src/model/json.ts';
import { drip } from './drip.ts';
import type { Fault, WatchFault } from './faults.ts';
import { failure } from './status.ts';

/** JSON lines over one response, with whatever goes wrong on the way. */
export class LineStream {
  readonly #response: ServerResponse;
  readonly #clock: Clock;
  readonly #fault: Fault | undefined;
  readonly #queue: { readonly line: string; due: boolean }[] = [];
  #sent = 0;
  #dripped: Promise<void> = Promise.resolve();
  #frozen = false;

  constructor(response: ServerResponse, clock: Clock, fault: Fault | undefined) {
    this.#response = response;
    this.#clock = clock;
    this.#fault = fault;
    response.writeHead(200, { 'content-type': 'application/json', 'cache-control': 'no-cache, private' });
    response.flushHeaders();
    this.#strike();
  }

  /** Sends a line, `lagMs` late; lines keep their order whatever their lags. */
  send(line: JsonObject, lagMs = 0): void {
    const queued = { line: `${JSON.stringify(line)}\n`, due: lagMs === 0 };
    this.#queue.push(queued);
    if (lagMs > 0) {
      this.#clock.after(lagMs, () => {
        queued.due = true;
        this.#sendDue();
      });
    }
    this.#sendDue();
  }

  /** Ends the stream once everything is out. */
  end(): void {
    if (!this.#frozen) this.#dripped = this.#dripped.then(() => void this.#response.end());
  }

  /** A TCP reset, right away. */
  reset(): void {
    this.#frozen = true;
    this.#response.socket?.resetAndDestroy();
  }

  /** From here on nothing is sent, not even the end. */
  freeze(): void {
    this.#frozen = true;
  }

  /** Sends what is due, up to the first line that is not. */
  #sendDue(): void {
    while (this.#queue[0]?.due === true) {
      const next = this.#queue.shift();
      const open = !this.#frozen && !this.#response.writableEnded && !this.#response.destroyed;
      if (next !== undefined && open) this.#sendLine(next.line);
    }
  }

  #sendLine(line: string): void {
    if (this.#isDue('halfLine')) {
      this.#response.write(line.slice(0, line.length / 2));
      this.#close();
      return;
    }
    this.#write(this.#isDue('corruptLine') ? `${line.slice(0, line.length / 2)}\n` : line);
    this.#sent += 1;
    this.#strike();
  }

  /** Faults that come between lines. */
  #strike(): void {
    const fault = this.#fault;
    if (this.#isDue('freeze')) this.freeze();
    else if (this.#isDue('close')) this.#close();
    else if (fault?.kind === 'errorEvent' && this.#isDue('errorEvent')) {
      this.#write(`${JSON.stringify({ type: 'ERROR', object: failure(fault.status) })}\n`);
      if (fault.open === true) this.freeze();
      else this.#close();
    }
  }

  #isDue(kind: WatchFault['kind']): boolean {
    const fault = this.#fault;
    return fault?.kind === kind && ('after' in fault ? fault.after : 0) === this.#sent;
  }

  #close(): void {
    const fault = this.#fault;
    const resets = fault !== undefined && 'reset' in fault && fault.reset === true;
    // Only once the bytes are out: a reset would take them along.
    if (resets) this.#response.write('', () => this.reset());
    else this.#response.end();
    this.#frozen = true;
  }

  #write(line: string): void {
    if (this.#fault?.kind === 'drip') {
      this.#dripped = this.#dripped.then(() => drip(this.#response, Buffer.from(line)));
    } else {
      this.#response.write(line);
    }
  }
}
