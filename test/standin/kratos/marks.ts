import { isObject, type JsonObject, type JsonValue } from '../../../src/model/json.ts';
import type { Place } from './failure.ts';
import { isSince, type KratosVersion } from './version.ts';

export const KRATOS = 'ory.sh/kratos';

/** A Go struct: what its members are decoded into. */
interface Struct {
  readonly [member: string]: 'boolean' | 'string' | Struct;
}

const CLASSIC: Struct = { password: { identifier: 'boolean' } };
const MIDDLE: Struct = {
  ...CLASSIC,
  webauthn: { identifier: 'boolean' },
  totp: { account_name: 'boolean' },
};
const MODERN: Struct = {
  ...MIDDLE,
  passkey: { display_name: 'boolean' },
  code: { identifier: 'boolean', via: 'string' },
};

function structOf(version: KratosVersion): Struct {
  const addresses: Struct = { verification: { via: 'string' }, recovery: { via: 'string' } };
  if (!isSince(version, '0.10')) return { credentials: CLASSIC, ...addresses };
  if (!isSince(version, '1.3')) return { credentials: MIDDLE, ...addresses };
  if (!isSince(version, '26.2')) return { credentials: MODERN, ...addresses };
  return { credentials: MODERN, ...addresses, organizations: { matcher: 'string' } };
}

/** Whether Go decodes what stands under `ory.sh/kratos`. `doubt`: names that differ in case, and mappings, which no release uses. */
export function isDecodable(
  schema: JsonObject,
  version: KratosVersion,
  doubt: (what: string, at: Place) => void,
  at: Place,
): boolean {
  const marks = schema[KRATOS];
  if (marks === undefined) return true;
  const names = new Set<string>();
  const decodable = decodes(marks, structOf(version), names);
  if (names.size > 0) doubt(`such names under ${KRATOS}`, at);
  return decodable;
}

/** Adds to `odd` the names that are not quite those of the struct. */
function decodes(value: JsonValue, struct: Struct, odd: Set<string>): boolean {
  if (value === null) return true;
  if (!isObject(value)) return false;
  for (const [name, member] of Object.entries(value)) {
    const type = Object.hasOwn(struct, name) ? struct[name] : undefined;
    const isOdd = Object.hasOwn(struct, name.toLowerCase()) || name.toLowerCase() === 'mappings';
    if (type === undefined && isOdd) odd.add(name);
    if (type === undefined || member === null) continue;
    const fits = typeof type === 'string' ? typeof member === type : decodes(member, type, odd);
    if (!fits) return false;
  }
  return true;
}
