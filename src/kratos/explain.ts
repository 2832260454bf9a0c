import type { RemoteError } from '../model/errors.ts';
import type { JsonObject, JsonValue } from '../model/json.ts';
import type { Checker, SchemaCompiler } from './precheck/precheck.ts';

/** Schemas are few; a server with more than this is told what it violates, not what was expected. */
const MOST_SCHEMAS = 100;

/**
 * Says of refused traits what their schema asks for, by checking them here as the server did. It adds words to a refusal and
 * never makes one. A schema is remembered, so that the same refusal reads the same while the schema cannot be read.
 */
export class Explainer {
  readonly #checkers = new Map<string, Checker>();
  #compiler: SchemaCompiler | undefined;

  /** @param read the schema as it is now; `undefined` or a rejection where it cannot be read */
  async explain(
    error: RemoteError,
    schemaId: string,
    traits: JsonValue,
    read: (schemaId: string) => Promise<JsonObject | undefined>,
  ): Promise<RemoteError> {
    const schema = await read(schemaId).catch(() => undefined);
    if (schema !== undefined) await this.#remember(schemaId, schema);
    const checked = this.#checkers.get(schemaId)?.(traits);
    if (checked?.kind !== 'checked') return error;
    const expected = new Map(
      checked.objections.map(({ pointer, keyword, expectation }) => [`${pointer} ${keyword}`, expectation]),
    );
    return error.but({
      violations: error.violations.map((violation) => {
        const expectation = expected.get(`${violation.pointer} ${violation.keyword}`);
        return expectation === undefined ? violation : { ...violation, expectation };
      }),
    });
  }

  async #remember(schemaId: string, schema: JsonObject): Promise<void> {
    if (this.#checkers.size >= MOST_SCHEMAS && !this.#checkers.has(schemaId)) return;
    // Most operators never see a refusal: the validator is loaded with the first.
    this.#compiler ??= (await import('./precheck/precheck.ts')).schemaCompiler();
    this.#checkers.set(schemaId, this.#compiler(schema));
  }
}
