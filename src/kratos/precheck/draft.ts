import { Ajv, type AnySchemaObject, type Options, type ValidateFunction } from 'ajv';
import draft6 from 'ajv/dist/refs/json-schema-draft-06.json' with { type: 'json' };
import draft7 from 'ajv/dist/refs/json-schema-draft-07.json' with { type: 'json' };
import { default as AjvDraft04 } from 'ajv-draft-04';
import draft4 from 'ajv-draft-04/dist/refs/json-schema-draft-04.json' with { type: 'json' };
import type { JsonObject, JsonValue } from '../../model/json.ts';
import { formats, isRegex } from './formats.ts';
import type { Draft } from './keywords.ts';
import { isUnique } from './unique.ts';

/** The only names of drafts that Kratos knows; it compares them as texts. */
const DRAFTS: ReadonlyMap<JsonValue, Draft> = new Map([
  ['http://json-schema.org/schema#', 7],
  ['http://json-schema.org/draft-07/schema#', 7],
  ['http://json-schema.org/draft-06/schema#', 6],
  ['http://json-schema.org/draft-04/schema#', 4],
]);

/** The draft of a schema; `undefined` where Kratos does not know it. */
export function draftOf(schema: JsonObject): Draft | undefined {
  return schema.$schema === undefined ? 7 : DRAFTS.get(schema.$schema);
}

/** Where a schema breaks the rules of a draft, e.g. `/properties/age/type`; `undefined` if nowhere. */
export type RuleBreaker = (draft: Draft, schema: JsonValue) => string | undefined;

/** Only the drafts' own rules are compiled to code, never a schema of a user; each draft once, when it is first needed. */
export function ruleBreaker(): RuleBreaker {
  const compiled = new Map<Draft, ValidateFunction>();
  return (draft, schema) => {
    const valid = compiled.get(draft) ?? rulesOf(draft);
    compiled.set(draft, valid);
    return valid(schema) ? undefined : valid.errors?.[0]?.instancePath || '/';
  };
}

function rulesOf(draft: Draft): ValidateFunction {
  const options: Options = {
    meta: false,
    validateSchema: false,
    strict: false,
    logger: false,
    formats: refusable(),
  };
  const ajv = draft === 4 ? new AjvDraft04.default(options) : new Ajv(options);
  // The built-in comparison trips over members such as `valueOf`.
  ajv.removeKeyword('uniqueItems');
  ajv.addKeyword({
    keyword: 'uniqueItems',
    type: 'array',
    validate: (wanted: boolean, items: readonly JsonValue[]) => !wanted || isUnique(items),
  });
  ajv.addKeyword({
    keyword: 'regexProperties',
    type: 'object',
    validate: (_: unknown, members: JsonObject) =>
      Object.keys(members).every((name) => isRegex(name) !== false),
  });
  return ajv.compile(metaSchema(draft));
}

/** The drafts' meta-schemas, changed where those of Kratos differ. */
function metaSchema(draft: Draft): AnySchemaObject {
  if (draft === 7) return draft7;
  const text = { type: 'string' };
  const patternProperties = { ...draft6.properties.patternProperties, regexProperties: true };
  if (draft === 4) {
    const changed = {
      id: text,
      $ref: text,
      format: text,
      regexProperties: { type: 'boolean' },
      patternProperties,
    };
    return { ...draft4, properties: { ...draft4.properties, ...changed } };
  }
  const { examples: _, ...properties } = draft6.properties;
  return { ...draft6, properties: { ...properties, patternProperties } };
}

/** A format that nobody can be sure of is no reason to call a schema unusable. */
function refusable(): Record<string, (text: string) => boolean> {
  const names = ['uri', 'uri-reference', 'regex'];
  return Object.fromEntries(names.map((name) => [name, (text) => formats.get(name)?.(text) !== false]));
}
