import { isObject, type JsonValue } from '../model/json.ts';

/** Turns JSON log lines into lines for people: time, level, message, then the fields. */
export function prettyLines(write: (line: string) => void): (line: string) => void {
  return (line) => write(prettyLine(line));
}

function prettyLine(line: string): string {
  const parsed: JsonValue = JSON.parse(line);
  if (!isObject(parsed)) return line;
  const { time, level, msg, err, ...fields } = parsed;
  const at = String(time).slice(11, 23);
  const rest = Object.entries(fields).map(([key, value]) => `${key}=${shown(value)}`);
  const trouble = isObject(err) && err !== undefined ? [`(${shown(err['message'] ?? '')})`] : [];
  return `${[at, String(level).padEnd(5), msg ?? '', ...rest, ...trouble].join(' ')}\n`;
}

function shown(value: JsonValue): string {
  return typeof value === 'string' ? value : JSON.stringify(value);
}
