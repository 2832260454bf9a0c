import { isObject, type JsonObject, type JsonValue } from '../../model/json.ts';
import { asFormat } from './expectation.ts';
import { isEmail } from './format-email.ts';
import { isPhone } from './formats.ts';
import type { Judge } from './judge.ts';
import { DOUBT, FINE, fails, type Judged, objection, type Place } from './judged.ts';

/**
 * What `ory.sh/kratos` asks of a value by itself. Its rules changed between versions: an objection is what all versions
 * that know the setting agree on, everything else is in doubt.
 */
export function judgeExtension(schema: JsonObject, value: JsonValue, place: Place, run: Judge): Judged {
  const marks = schema['ory.sh/kratos'];
  if (!isObject(marks)) return FINE;
  const format = typeof schema.format === 'string' ? schema.format : '';
  const judged = [
    judgeCode(memberOf(marks.credentials, 'code'), value, place, run),
    judgeVerification(memberOf(marks.verification, 'via'), format, value, place, run),
    judgeRecovery(memberOf(marks.recovery, 'via'), value, place, run),
  ];
  // Kratos stops at the first.
  return judged.find(fails) ?? judged.find(({ doubt }) => doubt) ?? FINE;
}

/** Codes: e-mail addresses were checked by v1.1 and v1.2 only, phone numbers are from v1.3. */
function judgeCode(code: JsonValue | undefined, value: JsonValue, place: Place, run: Judge): Judged {
  if (memberOf(code, 'identifier') !== true) return FINE;
  const via = memberOf(code, 'via') ?? '';
  if (via === 'email') return typeof value === 'string' && isEmail(value) ? FINE : DOUBT;
  if (via !== 'sms') return objection(place.pointer, 'via', 'needs the channel of codes (via) in the schema');
  if (typeof value !== 'string' || isPhone(value) !== false) return doubtPhone(run);
  return objection(place.pointer, place.token, asFormat('tel'));
}

/** From v1.1 the field's own format decides alone, where it has one; before, it had to be an address in any case. */
function judgeVerification(
  via: JsonValue | undefined,
  format: string,
  value: JsonValue,
  place: Place,
  run: Judge,
): Judged {
  if (via === undefined || via === '') return FINE;
  if (via === 'email') {
    const judged = email(value, place);
    return fails(judged) && format !== '' ? DOUBT : judged;
  }
  if (via === 'phone') return phone(value, place, run);
  if (via !== 'sms' || format !== '') return DOUBT;
  return objection(place.pointer, 'format', 'needs a format in the schema');
}

function judgeRecovery(via: JsonValue | undefined, value: JsonValue, place: Place, run: Judge): Judged {
  if (via === undefined || via === '') return FINE;
  if (via === 'email') return email(value, place);
  return via === 'sms' ? phone(value, place, run) : DOUBT;
}

function email(value: JsonValue, { pointer }: Place): Judged {
  const isOne = typeof value === 'string' && isEmail(value);
  return isOne ? FINE : objection(pointer, 'format', asFormat('email'));
}

function phone(value: JsonValue, { pointer }: Place, run: Judge): Judged {
  const isNone = typeof value !== 'string' || isPhone(value) === false;
  return isNone ? objection(pointer, 'format', asFormat('tel')) : doubtPhone(run);
}

function doubtPhone(run: Judge): Judged {
  return run.doubt('the format tel to the last');
}

function memberOf(value: JsonValue | undefined, key: string): JsonValue | undefined {
  return isObject(value) ? value[key] : undefined;
}
