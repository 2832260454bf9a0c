import { isUtf8 } from 'node:buffer';
import type { Dispatcher } from 'undici';
import { toError } from '../model/errors.ts';
import type { HttpAnswer } from './answer.ts';

/** The body went past the cap. */
export class BodyTooLarge extends Error {
  readonly status: number;

  constructor(status: number) {
    super('body too large');
    this.status = status;
  }
}

/**
 * One request with a buffered answer, as undici's dispatch handler. Unlike `Pool.request` it knows whether the request ever
 * reached a socket, which is what tells "never sent" from "outcome unknown", and an abort before that moment keeps it from
 * being sent at all. So does what `mayStart` throws at that moment, however long the request waited for its socket.
 */
export class Exchange implements Dispatcher.DispatchHandler {
  readonly #maxBytes: number;
  readonly #mayStart: (() => void) | undefined;
  readonly #settle = Promise.withResolvers<HttpAnswer>();
  readonly #chunks: Buffer[] = [];
  #controller: Dispatcher.DispatchController | undefined;
  #abortReason: Error | undefined;
  #status = 0;
  #headers: HttpAnswer['headers'] = {};
  #bytes = 0;

  constructor(maxBytes: number, mayStart?: () => void) {
    this.#maxBytes = maxBytes;
    this.#mayStart = mayStart;
    this.answer.catch(() => {});
  }

  get answer(): Promise<HttpAnswer> {
    return this.#settle.promise;
  }

  /** True from the moment the request was about to be written to a connected socket. */
  get started(): boolean {
    return this.#controller !== undefined;
  }

  abort(reason: Error): void {
    this.#abortReason ??= reason;
    this.#settle.reject(reason);
    this.#controller?.abort(reason);
  }

  onRequestStart(controller: Dispatcher.DispatchController): void {
    if (this.#abortReason === undefined) this.#ask();
    if (this.#abortReason) controller.abort(this.#abortReason);
    else this.#controller = controller;
  }

  #ask(): void {
    try {
      this.#mayStart?.();
    } catch (thrown) {
      this.abort(toError(thrown));
    }
  }

  onResponseStart(_: Dispatcher.DispatchController, status: number, headers: RawHeaders): void {
    if (status < 200) return;
    this.#status = status;
    this.#headers = flatHeaders(headers);
  }

  onResponseData(_: Dispatcher.DispatchController, chunk: Buffer): void {
    this.#bytes += chunk.length;
    if (this.#bytes > this.#maxBytes) this.abort(new BodyTooLarge(this.#status));
    else this.#chunks.push(chunk);
  }

  onResponseEnd(): void {
    const headers = this.#headers;
    const body = textOf(Buffer.concat(this.#chunks), headers['content-encoding']);
    this.#settle.resolve({ status: this.#status, headers, body });
  }

  onResponseError(_: Dispatcher.DispatchController, error: Error): void {
    this.#settle.reject(error);
  }
}

/** Encoded bytes were not asked for; and a text read in spite of bytes that are no UTF-8 would be another one when written back. */
function textOf(bytes: Buffer, encoding = 'identity'): string {
  return encoding.toLowerCase() === 'identity' && isUtf8(bytes) ? bytes.toString('utf8') : '';
}

type RawHeaders = Readonly<Record<string, string | string[] | undefined>>;

/** Names come in lower case from undici; repeated ones are joined as HTTP says they may be. */
export function flatHeaders(raw: RawHeaders): HttpAnswer['headers'] {
  if (Object.values(raw).every(isText)) return raw as HttpAnswer['headers'];
  const flat: Record<string, string> = Object.create(null);
  for (const [name, value] of Object.entries(raw)) {
    if (value !== undefined) flat[name] = isText(value) ? value : value.join(', ');
  }
  return flat;
}

function isText(value: string | string[] | undefined): value is string {
  return typeof value === 'string';
}
