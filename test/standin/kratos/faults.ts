import type { RequestMatch } from './requests.ts';
import { matches } from './requests.ts';

/** What happens to a request in place of, before or after its ordinary handling. */
export type Fault =
  /** Answers this and handles nothing. */
  | {
      readonly kind: 'answer';
      readonly status: number;
      readonly headers?: Readonly<Record<string, string>>;
      readonly body?: string;
    }
  /** Handles the request `ms` later, by the stand-in's clock. */
  | { readonly kind: 'delay'; readonly ms: number }
  /** Closes the connection and handles nothing. */
  | { readonly kind: 'destroy' }
  /** Carries the request out, then closes the connection without an answer. */
  | { readonly kind: 'commitThenDestroy' }
  /** Neither handles nor answers. */
  | { readonly kind: 'hang' };

/** A gateway's error page. */
export function htmlPage(status = 502): Fault {
  const body = '<html><body><h1>Bad Gateway</h1></body></html>';
  return { kind: 'answer', status, headers: { 'content-type': 'text/html' }, body };
}

export function redirectTo(location: string, status = 302): Fault {
  return { kind: 'answer', status, headers: { location } };
}

/** Kratos' own JSON error of that status, as a server in trouble gives it. */
export function failWith(status: number, headers: Readonly<Record<string, string>> = {}): Fault {
  const body = JSON.stringify({ error: { code: status, message: 'an injected failure' } });
  return { kind: 'answer', status, headers: { 'content-type': 'application/json', ...headers }, body };
}

interface Planned {
  readonly match: RequestMatch;
  readonly fault: Fault;
  left: number;
}

/** The faults of one stand-in. The oldest that matches applies; without any, requests are handled as they are. */
export class Faults {
  #planned: Planned[] = [];
  #frozen: { readonly thawed: Promise<void>; readonly release: () => void } | undefined;
  readonly #held = new Set<Promise<void>>();

  /** Lets `fault` happen to the next `count` requests that match; the answer takes it back. */
  inject(match: RequestMatch, fault: Fault, count = 1): () => void {
    const planned = { match, fault, left: count };
    this.#planned.push(planned);
    return () => {
      this.#planned = this.#planned.filter((other) => other !== planned);
    };
  }

  /** Buffers every request, as a stopped process does, until `thaw`. */
  freeze(): void {
    if (this.#frozen !== undefined) return;
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#frozen = { thawed: promise, release: resolve };
  }

  /** Carries out what was buffered, in order of arrival, also for clients that have gone; resolves when all is done. */
  async thaw(): Promise<void> {
    const held = [...this.#held];
    this.#frozen?.release();
    this.#frozen = undefined;
    await Promise.all(held);
  }

  /** Takes back every fault; what is frozen stays so. */
  clear(): void {
    this.#planned = [];
  }

  /** Used by the listener: the fault of this request, counted. */
  take(request: Parameters<typeof matches>[1]): Fault | undefined {
    const planned = this.#planned.find((one) => one.left > 0 && matches(one.match, request));
    if (planned !== undefined) planned.left -= 1;
    return planned?.fault;
  }

  /** Used by the listener: runs `handle`, after the thaw where it is frozen. */
  async throughGate(handle: () => Promise<void>): Promise<void> {
    if (this.#frozen === undefined) return handle();
    const done = this.#frozen.thawed.then(handle);
    this.#held.add(done);
    await done.finally(() => this.#held.delete(done));
  }
}
