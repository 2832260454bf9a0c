import { isObject, type JsonObject, type JsonValue } from '../../../src/model/json.ts';
import { NotDone } from './answer.ts';
import { checkCombined } from './combined.ts';
import { type Failure, fail, type Place, under } from './failure.ts';
import { hasFormat } from './formats.ts';
import { goPrinted, goQuoted } from './go-print.ts';
import { checkArray, checkObject } from './keywords.ts';
import { resolved } from './references.ts';
import { checkEqual, checkNumber, checkString, checkType } from './scalars.ts';

export type Draft = 4 | 6 | 7;

/** Called for each schema object and the value it judges; its answer is one more failed check. */
export type Extension = (schema: JsonObject, value: JsonValue, at: Place) => Failure | undefined;

/** What the keywords of one kind of value need of the whole. */
export interface Judge {
  readonly draft: Draft;
  judge(schema: JsonValue | undefined, value: JsonValue, at: Place): Failure | undefined;
  /** Throws `NotDone`. */
  doubt(what: string, at: Place): never;
}

export interface ValidatorOptions {
  /** A document whose local references all lead somewhere. Its objects and those of values are of JSON alone. */
  readonly root: JsonValue;
  readonly draft: Draft;
  readonly extension?: Extension;
  /** The format `tel` is from v0.9; before, it is one of the unknown ones. */
  readonly knowsTel: boolean;
  /** How a doubt names its place. */
  readonly placed: (at: Place) => string;
}

/** Far more than schemas and traits need, less than the stack holds. */
const MAX_DEPTH = 400;

/**
 * Judges values as Kratos' validator does, check by check. Keywords and formats unknown to it are ignored, as it does. What
 * it would say and the stand-in cannot tell is `NotDone`.
 */
export class Validator implements Judge {
  readonly draft: Draft;
  readonly #options: ValidatorOptions;
  #depth = 0;

  constructor(options: ValidatorOptions) {
    this.draft = options.draft;
    this.#options = options;
  }

  judge(schema: JsonValue | undefined, value: JsonValue, at: Place): Failure | undefined {
    if (schema === false) return fail(at, 'always fail');
    if (!isObject(schema)) return undefined;
    if (this.#depth >= MAX_DEPTH) return this.doubt('so many schemas within schemas', at);
    this.#depth += 1;
    const failure =
      typeof schema.$ref === 'string'
        ? this.#judgeReference(schema.$ref, value, at)
        : this.#judgeObject(schema, value, at);
    this.#depth -= 1;
    return failure;
  }

  doubt(what: string, at: Place): never {
    throw new NotDone(`${what} at ${this.#options.placed(at)}`);
  }

  #judgeReference(reference: string, value: JsonValue, at: Place): Failure | undefined {
    const target = resolved(this.#options.root, reference);
    const schema = ['', '#/'].includes(reference) ? '#' : reference;
    const failure = this.judge(target, value, { instance: at.instance, schema });
    if (failure === undefined) return undefined;
    return fail(under(at, '$ref'), `doesn't validate with ${goQuoted(schema)}`, [failure]);
  }

  /** A value of the wrong type is asked nothing else. */
  #judgeObject(schema: JsonObject, value: JsonValue, at: Place): Failure | undefined {
    const type = checkType(schema, value, at);
    if (type !== undefined) return type;
    const failures = [
      ...checkEqual(schema, value, at, this),
      ...this.#checkFormat(schema, value, at),
      ...checkCombined(schema, value, at, this),
      ...(isObject(value) ? checkObject(schema, value, at, this) : []),
      ...(Array.isArray(value) ? checkArray(schema, value, at, this) : []),
      ...(typeof value === 'string' ? checkString(schema, value, at, this) : []),
      ...(typeof value === 'number' ? checkNumber(schema, value, at) : []),
    ];
    const extended = this.#options.extension?.(schema, value, at);
    if (extended !== undefined) failures.push(extended);
    return failures.length > 1 ? fail(at, 'validation failed', failures) : failures[0];
  }

  #checkFormat({ format }: JsonObject, value: JsonValue, at: Place): Failure[] {
    if (typeof format !== 'string' || (format === 'tel' && !this.#options.knowsTel)) return [];
    const place = under(at, 'format');
    const holds = hasFormat(format, value) ?? this.doubt(`the format ${format} to the last`, place);
    return holds ? [] : [notFormat(place, value, format)];
  }
}

export function notFormat(at: Place, value: JsonValue, format: string): Failure {
  return fail(at, `${goPrinted(value, 'q')} is not valid ${goQuoted(format)}`);
}
