import { isEmail, isHostname } from './format-email.ts';
import { isIpv4, isIpv6 } from './format-ip.ts';
import { isDate, isDateTime, isTime } from './format-time.ts';
import { isUri, isUriReference, isUriTemplate } from './format-uri.ts';
import { compiledPattern } from './pattern.ts';

/** Whether a text has a format; `undefined` where versions of Kratos differ or only they can tell. */
type Format = (text: string) => boolean | undefined;

/**
 * The formats that Kratos knows, with the rules of Go's own parsers rather than those of the RFCs. `no-validate` is not
 * among them: like an unknown format it accepts everything.
 */
export const formats: ReadonlyMap<string, Format> = new Map<string, Format>([
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
  ['json-pointer', isJsonPointer],
  ['relative-json-pointer', isRelativeJsonPointer],
]);

/** The form alone: without a plus nobody knows the country, and libphonenumber reads no text beyond 250 characters. */
export function isPhone(text: string): boolean | undefined {
  return /[+\uff0b]/.test(text) && text.length <= 250 ? undefined : false;
}

export function isRegex(text: string): boolean | undefined {
  const compiled = compiledPattern(text);
  return compiled === 'unknown' ? undefined : compiled !== undefined;
}

/** Kratos takes `~~` for an escape, too. */
function isJsonPointer(text: string): boolean {
  return /^(?:\/|$)/.test(text) && !/~(?![~01])/.test(text);
}

function isRelativeJsonPointer(text: string): boolean {
  const [, rest] = /^(?:0|[1-9][0-9]*)(.*)$/s.exec(text) ?? [];
  return rest !== undefined && (rest === '#' || isJsonPointer(rest));
}
