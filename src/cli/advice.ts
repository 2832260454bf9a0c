import type { AdminApi } from '../kratos/admin-api.ts';
import { type Objection, precheck } from '../kratos/precheck/precheck.ts';
import { isRemote } from '../model/errors.ts';
import type { JsonObject } from '../model/json.ts';
import { escaped } from './escape.ts';

/** What the identity's schema says of traits before the server does; nothing where the schema cannot be read. */
export class Advice {
  readonly #tell: (line: string) => Promise<void>;
  #objections: readonly Objection[] = [];

  /** @param tell gets a line for each objection */
  constructor(tell: (line: string) => Promise<void>) {
    this.#tell = tell;
  }

  async about(api: AdminApi, schemaId: string, traits: JsonObject, signal: AbortSignal): Promise<void> {
    const schema = await api.getSchema(schemaId, { signal }).catch((thrown: unknown) => {
      // It is asked for advice only; whatever is wrong, the real request will say it.
      if (isRemote(thrown)) return undefined;
      throw thrown;
    });
    if (schema === undefined) return;
    const found = precheck(schema, traits);
    if (found.kind === 'unusable')
      return this.#tell(escaped(`warning: the schema cannot be used: ${found.why}`));
    this.#objections = found.objections;
    for (const { pointer, keyword, expectation } of found.objections) {
      await this.#tell(escaped(`warning: ${pointer} ${expectation} (${keyword})`));
    }
  }

  /** What the schema asks for there, if that is known. */
  expectation(pointer: string, keyword: string): string | undefined {
    return this.#objections.find((one) => one.pointer === pointer && one.keyword === keyword)?.expectation;
  }
}
