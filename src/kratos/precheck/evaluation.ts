import { sameJson } from '../../model/canonical.ts';
import { isObject, type JsonObject, type JsonValue } from '../../model/json.ts';
import { judgeArray } from './arrays.ts';
import { judgeCombined } from './combined.ts';
import { asConst, asEnum, asFormat, asType } from './expectation.ts';
import { judgeExtension } from './extension.ts';
import { formats } from './formats.ts';
import type { Judge } from './judge.ts';
import { allOf, DOUBT, FINE, type Judged, objection, type Place } from './judged.ts';
import { keywordOf, listOf, textsOf } from './keywords.ts';
import { judgeNumber } from './numbers.ts';
import { judgeObject } from './objects.ts';
import type { Prepared } from './prepare.ts';
import { judgeString } from './strings.ts';

/** A check that would take too long. Never leaves this folder. */
export class ExhaustedError extends Error {
  override readonly name = 'ExhaustedError';
}

/** Bounds of one check, in steps of about 50 ns, and in schemas within schemas (references can make circles). */
const MAX_WORK = 10_000_000;
const MAX_NESTING = 500;
const WORK_OF_SCHEMA = 20;

/** One check of one value, with the verdicts of `Schema.validate` of Kratos' validator. */
export class Evaluation implements Judge {
  readonly unchecked = new Set<string>();
  readonly #prepared: Prepared;
  #work = 0;
  #nesting = 0;

  constructor(prepared: Prepared) {
    this.#prepared = prepared;
  }

  /** Throws `ExhaustedError`. */
  judge(schema: JsonValue | undefined, value: JsonValue, place: Place): Judged {
    this.spend(WORK_OF_SCHEMA);
    if (schema === false) return objection(place.pointer, place.token, 'is not allowed');
    if (!isObject(schema)) return FINE;
    if (this.#nesting >= MAX_NESTING) throw new ExhaustedError();
    this.#nesting += 1;
    const judged =
      typeof schema.$ref === 'string'
        ? this.#judgeReference(schema.$ref, value, place)
        : this.#judgeObject(schema, value, place);
    this.#nesting -= 1;
    return judged;
  }

  read(schema: JsonObject, keyword: string): JsonValue | undefined {
    return keywordOf(schema, keyword, this.#prepared.draft);
  }

  matches(pattern: string, text: string): boolean | undefined {
    const compiled = this.#prepared.patterns.get(pattern);
    if (compiled === undefined) return undefined;
    this.spend(compiled.programSize() * (text.length + 1));
    return compiled.test(text);
  }

  doubt(about: string): Judged {
    this.unchecked.add(about);
    return DOUBT;
  }

  spend(work: number): void {
    this.#work += work;
    if (this.#work > MAX_WORK) throw new ExhaustedError();
  }

  /** What stands beside a reference means nothing. */
  #judgeReference(reference: string, value: JsonValue, place: Place): Judged {
    const target = this.#prepared.references.get(reference);
    if (target === undefined) return this.doubt('what a $ref to another document asks for');
    return this.judge(target, value, { pointer: place.pointer, token: lastToken(reference) });
  }

  /** A value of the wrong type is asked nothing else. */
  #judgeObject(schema: JsonObject, value: JsonValue, place: Place): Judged {
    const types = typesOf(schema);
    if (types.length > 0 && !types.some((type) => isOfType(value, type))) {
      return objection(place.pointer, 'type', asType(types));
    }
    return allOf([
      this.#judgeEqual(schema, value, place),
      this.#judgeFormat(schema, value, place),
      judgeCombined(schema, value, place, this),
      this.#judgeByType(schema, value, place),
      judgeExtension(schema, value, place, this),
    ]);
  }

  #judgeEqual(schema: JsonObject, value: JsonValue, { pointer }: Place): Judged {
    const wanted = this.read(schema, 'const');
    const allowed = listOf(this.read(schema, 'enum'));
    this.spend(allowed.length);
    return allOf([
      wanted === undefined || sameJson(wanted, value) ? FINE : objection(pointer, 'const', asConst(wanted)),
      allowed.length === 0 || allowed.some((item) => sameJson(item, value))
        ? FINE
        : objection(pointer, 'enum', asEnum(allowed)),
    ]);
  }

  /** A known format is for texts; every other value fails. */
  #judgeFormat(schema: JsonObject, value: JsonValue, { pointer }: Place): Judged {
    const name = typeof schema.format === 'string' ? schema.format : '';
    const test = formats.get(name);
    if (test === undefined) return FINE;
    const verdict = typeof value === 'string' && test(value);
    if (verdict === undefined) return this.doubt(`the format ${name} to the last`);
    return verdict ? FINE : objection(pointer, 'format', asFormat(name));
  }

  #judgeByType(schema: JsonObject, value: JsonValue, place: Place): Judged {
    if (typeof value === 'string') return judgeString(schema, value, place, this);
    if (typeof value === 'number') return judgeNumber(schema, value, place);
    if (Array.isArray(value)) return judgeArray(schema, value, place, this);
    return isObject(value) ? judgeObject(schema, value, place, this) : FINE;
  }
}

/** The last part of a pointer, as it reads without the escapes of URLs. */
function lastToken(reference: string): string {
  const token = reference.slice(reference.lastIndexOf('/') + 1);
  try {
    return decodeURIComponent(token);
  } catch {
    return token;
  }
}

function typesOf({ type }: JsonObject): readonly string[] {
  return typeof type === 'string' ? [type] : textsOf(type);
}

function isOfType(value: JsonValue, type: string): boolean {
  if (value === null) return type === 'null';
  if (Array.isArray(value)) return type === 'array';
  // Kratos looks at the text of a number: 1e21 is none without an exponent.
  if (type === 'integer') return typeof value === 'number' && /^-?[0-9]+$/.test(String(value));
  return type === typeof value;
}
