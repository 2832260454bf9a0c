import type { IncomingHttpHeaders } from 'node:http';

import type { JsonValue } from '../../../src/model/json.ts';
import { matches, type RequestFacts, type RequestMatch } from './match.ts';

/** One request as it arrived. */
export interface LoggedRequest extends RequestFacts {
  readonly query: URLSearchParams;
  readonly headers: IncomingHttpHeaders;
  /** `undefined` where there is none, or none that is JSON. */
  readonly body: JsonValue | undefined;
  /** Counts the TCP connections; requests of one connection share the number. */
  readonly connection: number;
  /** What was answered, as soon as the head of the answer was sent. */
  status?: number;
}

/** Every request since the start (or the last `clear`), faulty ones included. */
export class RequestLog {
  #all: LoggedRequest[] = [];
  readonly #waiting = new Set<() => void>();

  get all(): readonly LoggedRequest[] {
    return this.#all;
  }

  matching(match: RequestMatch): readonly LoggedRequest[] {
    return this.#all.filter((request) => matches(match, request));
  }

  /** Resolves with the matching requests as soon as there are `count`, those that came before included. */
  arrived(match: RequestMatch, count = 1): Promise<readonly LoggedRequest[]> {
    return new Promise((resolve) => {
      const look = () => {
        const found = this.matching(match);
        if (found.length < count) return;
        this.#waiting.delete(look);
        resolve(found);
      };
      this.#waiting.add(look);
      look();
    });
  }

  add(request: LoggedRequest): void {
    this.#all.push(request);
    for (const look of this.#waiting) look();
  }

  clear(): void {
    this.#all = [];
  }
}
