import type { TlsOptions } from '../http/client.ts';
import type { Clock } from '../model/clock.ts';
import type { Sensitive } from '../model/sensitive.ts';

/** Where the API server is and how to speak to it. */
export interface Credentials {
  readonly baseUrl: string;
  /** The namespace of the pod, or of the kubeconfig's context. */
  readonly namespace: string | undefined;
  /** The same object for as long as the material is the same. */
  tls(): Promise<TlsOptions>;
  authorization(): Promise<Sensitive | undefined>;
  /** The server refused what it was shown: read everything anew before the next request. */
  refresh(): void;
}

/** Everything that may be shown to the API server, read at one moment. */
export interface Material {
  readonly tls: TlsOptions;
  readonly authorization: Sensitive | undefined;
}

const REREAD_MS = 60_000;

/**
 * Material that is read again at most once a minute, or as soon as it was refused. Readers share one reading; a reading that
 * fails leaves what was read before in use (files are replaced, plugins stumble), and is tried again with the next request.
 */
export class MaterialSource {
  readonly #read: () => Promise<Material>;
  readonly #clock: Clock;
  #current: Material | undefined;
  #readAt = Number.NEGATIVE_INFINITY;
  #reading: Promise<Material> | undefined;

  constructor(read: () => Promise<Material>, clock: Clock) {
    this.#read = read;
    this.#clock = clock;
  }

  async get(): Promise<Material> {
    if (this.#current && this.#clock.monotonic() - this.#readAt < REREAD_MS) return this.#current;
    this.#reading ??= this.#reread().finally(() => {
      this.#reading = undefined;
    });
    return this.#reading;
  }

  refresh(): void {
    this.#readAt = Number.NEGATIVE_INFINITY;
  }

  async #reread(): Promise<Material> {
    const begun = this.#clock.monotonic();
    const before = this.#current;
    try {
      const read = await this.#read();
      const tls = before && sameTls(before.tls, read.tls) ? before.tls : read.tls;
      this.#current = { tls, authorization: read.authorization };
      this.#readAt = begun;
      return this.#current;
    } catch (error) {
      if (before) return before;
      throw error;
    }
  }
}

function sameTls(a: TlsOptions, b: TlsOptions): boolean {
  return JSON.stringify(a) === JSON.stringify(b);
}
