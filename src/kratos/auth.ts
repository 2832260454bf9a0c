import { readFile } from 'node:fs/promises';
import type { TlsOptions } from '../http/client.ts';
import type { Clock } from '../model/clock.ts';
import { Sensitive } from '../model/sensitive.ts';

/** Reads a whole text file. */
export type ReadFile = (path: string) => Promise<string>;

/** How long a file's content is believed without another look; well within the overlap of any rotation. */
const FRESH_MS = 5_000;

const readText: ReadFile = (path) => readFile(path, 'utf8');

interface AuthOptions {
  readonly tokenFile?: string | undefined;
  readonly caFile?: string | undefined;
  readonly clock: Clock;
  readonly readFile?: ReadFile | undefined;
}

/** The bearer token and the CA of a server, from files that are read again as they change. */
export class Auth {
  readonly #token: RereadFile | undefined;
  readonly #ca: RereadFile | undefined;
  #tls: TlsOptions = {};

  constructor({ tokenFile, caFile, clock, readFile: read = readText }: AuthOptions) {
    this.#token = tokenFile === undefined ? undefined : new RereadFile(tokenFile, clock, read);
    this.#ca = caFile === undefined ? undefined : new RereadFile(caFile, clock, read);
  }

  /** The Authorization header; `undefined` without a token file. Rejects while there never was a token to read. */
  async authorization(): Promise<Sensitive | undefined> {
    const token = await this.#token?.content();
    return token === undefined ? undefined : new Sensitive(`Bearer ${token}`);
  }

  /** The same object for as long as the CA is the same. */
  async tls(): Promise<TlsOptions> {
    const ca = await this.#ca?.content();
    if (ca !== undefined && ca !== this.#tls.ca) this.#tls = { ca };
    return this.#tls;
  }
}

/**
 * A small file, read again when its content is older than `FRESH_MS` (content is compared, not mtime: a mounted Secret changes
 * by a swapped symlink). A file that cannot be read, or is empty, as while it is being replaced, leaves the last content valid.
 */
class RereadFile {
  readonly #path: string;
  readonly #clock: Clock;
  readonly #read: ReadFile;
  #content: string | undefined;
  #readAt = Number.NEGATIVE_INFINITY;
  #reading: Promise<string> | undefined;

  constructor(path: string, clock: Clock, read: ReadFile) {
    this.#path = path;
    this.#clock = clock;
    this.#read = read;
  }

  async content(): Promise<string> {
    if (this.#content !== undefined && this.#clock.monotonic() - this.#readAt < FRESH_MS)
      return this.#content;
    // Requests that come together share one read.
    this.#reading ??= this.#again().finally(() => {
      this.#reading = undefined;
    });
    return this.#reading;
  }

  async #again(): Promise<string> {
    this.#readAt = this.#clock.monotonic();
    const text = await this.#read(this.#path).catch(() => '');
    this.#content = text.trim() || this.#content;
    if (this.#content === undefined) throw new Error('credential file is empty or cannot be read');
    return this.#content;
  }
}
