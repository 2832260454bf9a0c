import { inspect } from 'node:util';

const HIDDEN = '[redacted]';

/** Holds a secret (token, code, link with a token) so that no logger, error or template prints it by accident; `reveal()` is the one way out. */
export class Sensitive<T = string> {
  readonly #value: T;

  constructor(value: T) {
    this.#value = value;
  }

  reveal(): T {
    return this.#value;
  }

  toJSON(): string {
    return HIDDEN;
  }

  toString(): string {
    return HIDDEN;
  }

  [inspect.custom](): string {
    return HIDDEN;
  }
}
