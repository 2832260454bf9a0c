import draft6 from 'ajv/dist/refs/json-schema-draft-06.json' with { type: 'json' };
import draft7 from 'ajv/dist/refs/json-schema-draft-07.json' with { type: 'json' };
import draft4 from 'ajv-draft-04/dist/refs/json-schema-draft-04.json' with { type: 'json' };
import type { JsonObject, JsonValue } from '../../../src/model/json.ts';
import { type Draft, Validator } from './validator.ts';
import type { KratosVersion } from './version.ts';

/** Kratos compares the names of drafts as texts; without one it takes the newest it knows. */
const DRAFTS: ReadonlyMap<JsonValue | undefined, Draft> = new Map<JsonValue | undefined, Draft>([
  [undefined, 7],
  ['http://json-schema.org/schema#', 7],
  ['http://json-schema.org/draft-07/schema#', 7],
  ['http://json-schema.org/draft-06/schema#', 6],
  ['http://json-schema.org/draft-04/schema#', 4],
]);

/** `undefined`: none that Kratos knows. */
export function draftOf(schema: JsonObject): Draft | undefined {
  return DRAFTS.get(schema.$schema);
}

/** The drafts' own schemas, changed where those in Kratos' validator differ. */
function draftRules(draft: Draft): JsonObject {
  if (draft === 7) return draft7;
  const patternProperties = { ...draft6.properties.patternProperties, regexProperties: true };
  if (draft === 6) {
    return { ...draft6, properties: { ...draft6.properties, patternProperties, examples: {} } };
  }
  const changed = {
    id: { type: 'string', format: 'uriref' },
    $ref: { type: 'string' },
    format: { type: 'string' },
    regexProperties: { type: 'boolean' },
    patternProperties,
  };
  return { ...draft4, properties: { ...draft4.properties, ...changed } };
}

function closed(properties: JsonObject): JsonObject {
  return { type: 'object', additionalProperties: false, properties };
}

function oneOf(...words: readonly string[]): JsonObject {
  return { type: 'string', enum: words };
}

const FLAG = { type: 'boolean' };
const IDENTIFIER = closed({ identifier: FLAG });
const CLASSIC_CREDENTIALS = {
  password: IDENTIFIER,
  webauthn: IDENTIFIER,
  totp: closed({ account_name: FLAG }),
};
const CREDENTIALS = {
  ...CLASSIC_CREDENTIALS,
  passkey: closed({ display_name: FLAG }),
  code: closed({ identifier: FLAG, via: oneOf('email', 'sms') }),
};

function marks(credentials: JsonObject, verification: JsonObject, recovery: JsonObject): JsonObject {
  return {
    credentials: closed(credentials),
    verification: closed({ via: verification }),
    recovery: closed({ via: recovery }),
  };
}

/** v0.5 wants texts where it reads flags, but looks at the very top of a schema only. */
const V0_5 = marks({ password: closed({ identifier: { type: 'string' } }) }, oneOf('email'), oneOf('email'));
const V0_10 = marks(CLASSIC_CREDENTIALS, oneOf('email', 'phone'), oneOf('email'));
const V1_3 = marks(CREDENTIALS, oneOf('email', 'sms'), oneOf('email'));
const V26_2 = {
  ...marks(CREDENTIALS, oneOf('email', 'sms'), oneOf('email', 'sms')),
  organizations: closed({ matcher: oneOf('email_domain') }),
};

const MARKS: Readonly<Record<KratosVersion, JsonObject>> = {
  '0.5': V0_5,
  '0.10': V0_10,
  '1.0': V0_10,
  '1.3': V1_3,
  '26.2': V26_2,
};

/** What `ory.sh/kratos` may say: since v0.8 in all members of members, whatever they are, but not in the items of lists. */
function extensionRules(version: KratosVersion): JsonObject {
  const top = { properties: { 'ory.sh/kratos': closed(MARKS[version]) } };
  return version === '0.5' ? top : { ...top, patternProperties: { '.*': { $ref: '#' } } };
}

/** Whether a schema keeps the rules of its draft and of the extension. Throws `NotDone`. */
export function keepsRules(
  schema: JsonValue | undefined,
  pointer: string,
  draft: Draft,
  version: KratosVersion,
): boolean {
  return (
    holds(draftRules(draft), draft, schema ?? null, pointer) &&
    holds(extensionRules(version), 7, schema ?? null, pointer)
  );
}

function holds(root: JsonObject, draft: Draft, schema: JsonValue, pointer: string): boolean {
  const validator = new Validator({ root, draft, knowsTel: true, placed: ({ instance }) => instance });
  return validator.judge(root, schema, { instance: pointer, schema: '#' }) === undefined;
}
