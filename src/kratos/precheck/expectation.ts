import type { JsonValue } from '../../model/json.ts';

/* What a schema asks for, in words. They are made of the schema alone, and stay short whatever it says. */

const MAX_TEXT = 100;

const FORMATS: ReadonlyMap<string, string> = new Map([
  ['date-time', 'a date and time such as 2006-01-02T15:04:05Z'],
  ['date', 'a date such as 2006-01-02'],
  ['time', 'a time such as 15:04:05Z'],
  ['hostname', 'a host name'],
  ['email', 'an email'],
  ['tel', 'a phone number that begins with + and the code of its country'],
  ['ip-address', 'an IPv4 address'],
  ['ipv4', 'an IPv4 address'],
  ['ipv6', 'an IPv6 address'],
  ['uri', 'a URI'],
  ['iri', 'a URI'],
  ['uri-reference', 'a URI or a relative reference'],
  ['uriref', 'a URI or a relative reference'],
  ['iri-reference', 'a URI or a relative reference'],
  ['uri-template', 'a URI template'],
  ['regex', 'a regular expression'],
  ['json-pointer', 'a JSON pointer'],
  ['relative-json-pointer', 'a relative JSON pointer'],
]);

const TYPES: ReadonlyMap<string, string> = new Map([
  ['array', 'an array'],
  ['boolean', 'true or false'],
  ['integer', 'a whole number'],
  ['null', 'null'],
  ['number', 'a number'],
  ['object', 'an object'],
  ['string', 'a string'],
]);

export function asFormat(format: string): string {
  return `must be ${FORMATS.get(format) ?? `a ${format}`}`;
}

export function asType(types: readonly string[]): string {
  return `must be ${types.map((type) => TYPES.get(type) ?? type).join(' or ')}`;
}

export function asConst(wanted: JsonValue): string {
  return ifShort(`must be ${JSON.stringify(wanted)}`, 'must be the one value of the schema');
}

export function asEnum(allowed: readonly JsonValue[]): string {
  const values = allowed.map((value) => JSON.stringify(value)).join(', ');
  const [long, short] = [
    `must be one of the ${allowed.length} values of the schema`,
    `must be one of ${values}`,
  ];
  return allowed.length === 1 ? asConst(allowed[0] ?? null) : ifShort(short, long);
}

export function asPattern(pattern: string): string {
  return ifShort(`must match ${JSON.stringify(pattern)}`, 'must match the pattern of the schema');
}

export function asRequired(missing: readonly string[]): string {
  const verb = missing.length === 1 ? 'is' : 'are';
  return ifShort(`${named(missing)} ${verb} missing`, `${missing.length} members are missing`);
}

export function asOnly(known: readonly string[], hasPatterns: boolean): string {
  if (known.length === 0 || hasPatterns) return 'has members that the schema does not know';
  return ifShort(`only ${named(known)} may be here`, 'has members that the schema does not know');
}

export function asDependency(missing: string, present: string): string {
  return ifShort(
    `${named([missing])} is missing beside ${named([present])}`,
    'a member is missing beside another',
  );
}

export function atLeast(count: number, what: string): string {
  return `at least ${count} ${what}${count === 1 ? '' : 's'}`;
}

export function atMost(count: number, what: string): string {
  return `at most ${count} ${what}${count === 1 ? '' : 's'}`;
}

/** Names as they are, those that could be mistaken for something else in quotes. */
function named(names: readonly string[]): string {
  return names.map((name) => (/^[\w.$-]+$/.test(name) ? name : JSON.stringify(name))).join(', ');
}

function ifShort(text: string, otherwise: string): string {
  return text.length <= MAX_TEXT ? text : otherwise;
}
