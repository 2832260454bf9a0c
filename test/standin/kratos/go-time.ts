const DATE = /^(\d{4})-(\d\d)-(\d\d)$/;
const CLOCK = /^(\d{1,2}):(\d\d):(\d\d)([.,]\d+)?(?:Z|[+-](\d\d):(\d\d))$/;

/** `2006-01-02` of Go's `time.Parse`. */
export function isDate(text: string): boolean {
  const [, year, month, day] = (DATE.exec(text) ?? []).map(Number);
  if (year === undefined || month === undefined || day === undefined) return false;
  return month >= 1 && month <= 12 && day >= 1 && day <= daysOf(year, month);
}

function daysOf(year: number, month: number): number {
  if (month !== 2) return [4, 6, 9, 11].includes(month) ? 30 : 31;
  return year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0) ? 29 : 28;
}

/** A time of day with its zone. `undefined`: a comma or such an offset is a question of the release of Go. */
export function isTime(text: string): boolean | undefined {
  const match = CLOCK.exec(text);
  if (match === null) return false;
  const [, hour, minute, second, fraction = '', hours = '0', minutes = '0'] = match;
  if (Number(hour) > 23 || Number(minute) > 59 || Number(second) > 59) return false;
  return fraction.startsWith(',') || Number(hours) > 23 || Number(minutes) > 59 ? undefined : true;
}

export function isDateTime(text: string): boolean | undefined {
  return text[10] === 'T' && isDate(text.slice(0, 10)) && isTime(text.slice(11));
}
