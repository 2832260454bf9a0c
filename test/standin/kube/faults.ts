import type { JsonObject } from '../../../src/model/json.ts';
import { matches, type RequestFacts, type RequestMatch } from './match.ts';

/** What goes wrong with a request; "carried out" means as far as the storage is concerned. */
export type Fault =
  /** Answered with this, not carried out. Without a body: a `Status` that fits. */
  | {
      readonly kind: 'answer';
      readonly status: number;
      readonly headers?: Readonly<Record<string, string>>;
      readonly body?: JsonObject | string;
    }
  /** Never answered; carried out only with `commit`. */
  | { readonly kind: 'hang'; readonly commit?: boolean }
  /** The connection is reset instead of an answer; carried out only with `commit`. */
  | { readonly kind: 'destroy'; readonly commit?: boolean }
  /** Carried out and answered only once `until` resolves, even if the client has gone by then. */
  | { readonly kind: 'hold'; readonly until: Promise<void> }
  /** Carried out, and answered byte by byte. */
  | { readonly kind: 'drip' }
  /** Carried out, but the answer ends in its middle with a reset. */
  | { readonly kind: 'cut' }
  | WatchFault;

/** What goes wrong in a watch stream, after `after` whole lines (0 when left out). */
export type WatchFault =
  /** The stream ends. */
  | { readonly kind: 'close'; readonly after?: number; readonly reset?: boolean }
  /** Silence from here on: no event, no bookmark, no end. */
  | { readonly kind: 'freeze'; readonly after?: number }
  /** Half of the next line, then the stream ends. */
  | { readonly kind: 'halfLine'; readonly after?: number; readonly reset?: boolean }
  /** The next line is a whole one, but no JSON; the ones after it are good. */
  | { readonly kind: 'corruptLine'; readonly after?: number }
  /** An ERROR event; `open` leaves the stream open and silent, as some proxies do. */
  | {
      readonly kind: 'errorEvent';
      readonly status: number;
      readonly open?: boolean;
      readonly after?: number;
    };

/** A fault in force. */
export interface ArmedFault {
  /** How many requests it has struck. */
  readonly hits: number;
  disarm(): void;
}

/** A page such as a proxy would answer with. */
export const htmlPage: Fault = {
  kind: 'answer',
  status: 200,
  headers: { 'content-type': 'text/html' },
  body: '<!doctype html><title>Welcome</title><h1>It works</h1>',
};

interface Rule {
  readonly match: RequestMatch;
  readonly fault: Fault;
  skip: number;
  left: number;
  hits: number;
}

/** Decides which request meets which fault. */
export class Faults {
  #rules: Rule[] = [];

  /** A fault for the next `times` (default 1, `Infinity` for ever) matching requests after the first `skip` of them. */
  inject(
    match: RequestMatch & { readonly skip?: number; readonly times?: number },
    fault: Fault,
  ): ArmedFault {
    const rule: Rule = { match, fault, skip: match.skip ?? 0, left: match.times ?? 1, hits: 0 };
    this.#rules.push(rule);
    return {
      get hits() {
        return rule.hits;
      },
      disarm: () => {
        this.#rules = this.#rules.filter((other) => other !== rule);
      },
    };
  }

  clear(): void {
    this.#rules = [];
  }

  /** The fault that strikes this request; counts it. */
  strike(request: RequestFacts): Fault | undefined {
    for (const rule of this.#rules) {
      if (rule.left <= 0 || !matches(rule.match, request)) continue;
      if (rule.skip > 0) {
        rule.skip -= 1;
        continue;
      }
      rule.left -= 1;
      rule.hits += 1;
      return rule.fault;
    }
    return undefined;
  }
}
