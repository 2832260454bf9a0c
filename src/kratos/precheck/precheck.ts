import type { JsonObject, JsonValue } from '../../model/json.ts';
import { ruleBreaker } from './draft.ts';
import { Evaluation, ExhaustedError } from './evaluation.ts';
import type { Objection } from './judged.ts';
import { type Prepared, prepare, UnusableError } from './prepare.ts';
import { MAX_DEPTH, wireValue } from './wire-value.ts';

export type { Objection } from './judged.ts';

/**
 * What Kratos would say of traits. Advice only: the server's own answer counts. Objections are meant to be ones that every
 * version of Kratos would have, too; silence is no promise.
 *
 * - `checked`: `objections` in a stable order, each pointer and keyword once; `unchecked` names in short texts what could
 *   not be judged here
 * - `unusable`: the schema is one that Kratos cannot use; it answers 500 to any traits
 */
export type Precheck =
  | {
      readonly kind: 'checked';
      readonly objections: readonly Objection[];
      readonly unchecked: readonly string[];
    }
  | { readonly kind: 'unusable'; readonly why: string };

/** Judges traits by one identity schema. Never throws. */
export type Checker = (traits: JsonValue) => Precheck;

/** Reads an identity schema, as `GET /schemas/{id}` serves it, once for many traits. Never throws, loads nothing. */
export type SchemaCompiler = (schema: JsonObject) => Checker;

/**
 * The rules of the drafts take some 20 ms, once for each compiler. After that, time and depth are bounded whatever schema
 * and traits say.
 */
export function schemaCompiler(): SchemaCompiler {
  const breaker = ruleBreaker();
  return (schema) => {
    const prepared = guarded<Prepared | Precheck>(() => {
      const root = wireValue(schema);
      return root === undefined ? unchecked(tooDeep('schema')) : prepare(root as JsonObject, breaker);
    });
    if ('kind' in prepared) return () => prepared;
    return (traits) => guarded(() => check(prepared, traits));
  };
}

/** One schema and traits that are the only ones. Never throws. */
export function precheck(schema: JsonObject, traits: JsonValue): Precheck {
  return schemaCompiler()(schema)(traits);
}

/** What Kratos validates is an object with the traits in it. */
function check(prepared: Prepared, traits: JsonValue): Precheck {
  const value = wireValue({ traits });
  if (value === undefined) return unchecked(tooDeep('traits'));
  const evaluation = new Evaluation(prepared);
  const { objections } = evaluation.judge(prepared.root, value, { pointer: '', token: '#' });
  return { kind: 'checked', objections: merged(objections), unchecked: [...evaluation.unchecked].sort() };
}

/** Each pointer and keyword once, in the order of `violationsOf`. */
function merged(objections: readonly Objection[]): Objection[] {
  const expectations = new Map<string, { readonly first: Objection; readonly texts: Set<string> }>();
  for (const objection of objections) {
    const key = `${objection.pointer} ${objection.keyword}`;
    const known = expectations.get(key) ?? { first: objection, texts: new Set() };
    if (known.texts.size < 3) known.texts.add(objection.expectation);
    expectations.set(key, known);
  }
  return [...expectations]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([, { first, texts }]) => ({ ...first, expectation: [...texts].join('; ') }));
}

function guarded<T>(run: () => T): T | Precheck {
  try {
    return run();
  } catch (error) {
    if (error instanceof UnusableError) return { kind: 'unusable', why: error.message };
    if (error instanceof ExhaustedError)
      return unchecked('everything: too much work with this schema and these traits');
    return unchecked('everything: the check failed');
  }
}

function unchecked(what: string): Precheck {
  return { kind: 'checked', objections: [], unchecked: [what] };
}

function tooDeep(what: string): string {
  return `everything: more than ${MAX_DEPTH} levels of nesting in the ${what}`;
}
