import type { JsonValue } from '../../../src/model/json.ts';
import { isIpv4, isIpv6 } from './go-ip.ts';
import { isEmail, isHostname } from './go-mail.ts';
import { isDate, isDateTime, isTime } from './go-time.ts';
import { isUri, isUriReference, isUriTemplate } from './go-url.ts';
import { compiledPattern } from './pattern.ts';

/** The formats of Kratos' validator by their rules in Go. `undefined`: the stand-in cannot tell. */
const formats: ReadonlyMap<string, (text: string) => boolean | undefined> = new Map([
  ['date-time', isDateTime],
  ['date', isDate],
  ['time', isTime],
  ['hostname', isHostname],
  ['email', isEmail],
  ['tel', isPhone],
  ['ip-address', isIpv4],
  ['ipv4', isIpv4],
  ['ipv6', isIpv6],
  ['uri', isUri],
  ['iri', isUri],
  ['uri-reference', isUriReference],
  ['uriref', isUriReference],
  ['iri-reference', isUriReference],
  ['uri-template', isUriTemplate],
  ['regex', isRegex],
  ['json-pointer', isPointer],
  ['relative-json-pointer', isRelativePointer],
]);

/**
 * Whether a value has a format. Unknown ones (`no-validate` might as well be) hold for everything, known ones for no
 * value but a string. `undefined`: the stand-in cannot tell.
 */
export function hasFormat(format: string, value: JsonValue): boolean | undefined {
  const test = formats.get(format);
  if (test === undefined) return true;
  return typeof value === 'string' && test(value);
}

/** libphonenumber knows no country without a plus, and reads no text of more than 250 characters. The rest is its secret. */
function isPhone(text: string): boolean | undefined {
  return /[+\uff0b]/.test(text) && text.length <= 250 ? undefined : false;
}

function isRegex(text: string): boolean | undefined {
  const pattern = compiledPattern(text);
  return pattern === 'unknown' ? undefined : pattern !== undefined;
}

/** `~~` passes for an escape. */
function isPointer(text: string): boolean {
  return (text === '' || text.startsWith('/')) && !/~(?![~01])/.test(text);
}

function isRelativePointer(text: string): boolean {
  const levels = /^(?:0|[1-9]\d*)/.exec(text)?.[0];
  const rest = text.slice(levels?.length);
  return levels !== undefined && (rest === '#' || isPointer(rest));
}
