const DATE = '([0-9]{4})-([0-9]{2})-([0-9]{2})';
/** Hours may have one digit. */
const TIME = '([0-9]{1,2}):([0-9]{2}):([0-9]{2})([.,][0-9]+)?(Z|[+-]([0-9]{2}):([0-9]{2}))';

export function isDate(text: string): boolean {
  const [, ...parts] = new RegExp(`^${DATE}$`).exec(text) ?? [];
  return isDay(parts);
}

/** Not sure of offsets of more than a day, and of a comma before the fraction: versions of Go differ. */
export function isDateTime(text: string): boolean | undefined {
  const [, ...parts] = new RegExp(`^${DATE}T${TIME}$`).exec(text) ?? [];
  return isDay(parts.slice(0, 3)) && isClock(parts.slice(3));
}

export function isTime(text: string): boolean | undefined {
  const [, ...parts] = new RegExp(`^${TIME}$`).exec(text) ?? [];
  return isClock(parts);
}

function isDay([year, month, day]: readonly (string | undefined)[]): boolean {
  if (year === undefined) return false;
  const end = new Date(0);
  // The day before the first of the next month; years before 100 are themselves only here.
  end.setUTCFullYear(Number(year), Number(month), 0);
  const inYear = Number(month) >= 1 && Number(month) <= 12;
  return inYear && Number(day) >= 1 && Number(day) <= end.getUTCDate();
}

function isClock(parts: readonly (string | undefined)[]): boolean | undefined {
  const [hour, minute, second, fraction = '', , offsetHour = '0', offsetMinute = '0'] = parts;
  if (hour === undefined || Number(hour) > 23 || Number(minute) > 59 || Number(second) > 59) return false;
  const settled = !fraction.startsWith(',') && Number(offsetHour) <= 23 && Number(offsetMinute) <= 59;
  return settled ? true : undefined;
}
