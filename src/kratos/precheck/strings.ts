import type { JsonObject } from '../../model/json.ts';
import { asPattern, atLeast, atMost } from './expectation.ts';
import type { Judge } from './judge.ts';
import { allOf, FINE, type Judged, objection, type Place } from './judged.ts';

/** What is said of a pattern that not every Kratos can run. */
export const ODD_PATTERN = 'a pattern that not every Kratos can run';

export function judgeString(schema: JsonObject, value: string, place: Place, run: Judge): Judged {
  return allOf([
    ...judgeLength(schema, value, place),
    judgePattern(schema, value, place, run),
    judgeContent(schema, value, place, run),
  ]);
}

/** In code points. */
function judgeLength({ minLength, maxLength }: JsonObject, value: string, { pointer }: Place): Judged[] {
  const length = value.length - (value.match(/[\ud800-\udbff][\udc00-\udfff]/g)?.length ?? 0);
  const short = typeof minLength === 'number' && length < minLength;
  const long = typeof maxLength === 'number' && length > maxLength;
  return [
    short ? objection(pointer, 'minLength', atLeast(minLength, 'character')) : FINE,
    long ? objection(pointer, 'maxLength', atMost(maxLength, 'character')) : FINE,
  ];
}

function judgePattern({ pattern }: JsonObject, value: string, { pointer }: Place, run: Judge): Judged {
  if (typeof pattern !== 'string') return FINE;
  const matches = run.matches(pattern, value);
  if (matches === undefined) return run.doubt(ODD_PATTERN);
  return matches ? FINE : objection(pointer, 'pattern', asPattern(pattern));
}

/** Of the encodings Kratos knows base64, of the media types JSON. */
function judgeContent(schema: JsonObject, value: string, { pointer }: Place, run: Judge): Judged {
  const encoding = run.read(schema, 'contentEncoding') ?? '';
  const type = run.read(schema, 'contentMediaType');
  if (encoding === 'base64' && !isBase64(value))
    return objection(pointer, 'contentEncoding', 'must be base64');
  if (type !== 'application/json' || (encoding !== 'base64' && encoding !== '')) return FINE;
  const isJson = startsWithJson(encoding === '' ? value : Buffer.from(value, 'base64').toString());
  if (isJson === undefined) return run.doubt('whether a text begins with JSON');
  return isJson ? FINE : objection(pointer, 'contentMediaType', 'must be JSON');
}

function isBase64(text: string): boolean {
  const letters = text.replaceAll(/[\r\n]/g, '');
  return letters.length % 4 === 0 && /^[A-Za-z0-9+/]*={0,2}$/.test(letters);
}

/** What follows the first value is nothing to Kratos; where that value is not the whole, we do not know. */
function startsWithJson(text: string): boolean | undefined {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return /^[ \t\r\n]*(?:["[{]|-?[0-9]|true|false|null)/.test(text) ? undefined : false;
  }
}
