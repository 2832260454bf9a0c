import type { HttpAnswer } from '../http/answer.ts';
import { jsonBody } from '../http/answer.ts';
import type { HttpClient } from '../http/client.ts';
import type { Clock } from '../model/clock.ts';
import { RemoteError } from '../model/errors.ts';
import type { JsonValue } from '../model/json.ts';
import { type Asked, failureOf, isKratosOwn } from './errors.ts';
import { exactJson } from './exact-json.ts';

/** One request and the one answer that counts as its success. */
export interface Call<T> extends Asked {
  readonly path: string;
  /** Sent as JSON. */
  readonly body?: object;
  /** Milliseconds for the whole request; the client's own otherwise. */
  readonly deadlineMs?: number;
  /** Ends the request; it rejects `aborted`. */
  readonly signal?: AbortSignal | undefined;
  /** The statuses of success. */
  readonly expect: number | readonly number[];
  /** What is asked for; JSON otherwise. */
  readonly accept?: string;
  /** The result as the answer holds it; `undefined` where the answer is not of this API's shape. */
  readonly read: (body: JsonValue | undefined, answer: HttpAnswer) => T | undefined;
}

/** Turns calls into requests, and answers into results or `RemoteError`s. */
export class Api {
  readonly #http: HttpClient;
  readonly #clock: Clock;
  readonly #onAnswer: () => void;
  readonly #mayWrite: (() => void) | undefined;

  /**
   * @param onAnswer told of every answer that provably is Kratos' own: a result of the right shape, or a refusal in its form and words
   * @param mayWrite throws where nothing but reads may be started any more; asked right before a request goes to a socket
   */
  constructor(http: HttpClient, clock: Clock, onAnswer: () => void, mayWrite?: () => void) {
    this.#http = http;
    this.#clock = clock;
    this.#onAnswer = onAnswer;
    this.#mayWrite = mayWrite;
  }

  /** The same port by the same connections, with everything but reads held to `mayWrite`. */
  fenced(mayWrite: () => void): Api {
    return new Api(this.#http, this.#clock, this.#onAnswer, mayWrite);
  }

  async ask<T>(call: Call<T>): Promise<T> {
    const { operation, method, path, body, deadlineMs, signal, accept = 'application/json' } = call;
    const answer = await this.#http.request({
      operation,
      method,
      path,
      headers: body === undefined ? { accept } : { accept, 'content-type': 'application/json' },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      ...(deadlineMs === undefined ? {} : { deadlineMs }),
      ...(signal === undefined ? {} : { signal }),
      ...(this.#mayWrite === undefined || method === 'GET' ? {} : { mayStart: this.#mayWrite }),
    });
    const result = isSuccess(call, answer.status)
      ? call.read(jsonBody(answer, exactJson), answer)
      : undefined;
    if (result !== undefined) {
      this.#onAnswer();
      return result;
    }
    const failure = failureOf(call, answer, this.#clock.now());
    if (isKratosOwn(failure)) this.#onAnswer();
    throw failure;
  }

  close(): Promise<void> {
    return this.#http.close();
  }
}

function isSuccess({ expect }: Call<unknown>, status: number): boolean {
  return typeof expect === 'number' ? status === expect : expect.includes(status);
}

/** The success of a call that answers nothing. */
export const NOTHING = { expect: 204, read: (): true => true };

/** The answer is none that this API gives. */
export function unexpected({ operation, method }: Asked): RemoteError {
  return new RemoteError(operation, { code: 'unexpected', outcome: method === 'GET' ? 'none' : 'unknown' });
}
