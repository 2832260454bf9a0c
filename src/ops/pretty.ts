import { isObject, type JsonValue } from '../model/json.ts';

/** Turns JSON log lines into lines for people: time, level, message, then the fields. */
export function prettyLines(write: (line: string) => void): (line: string) => void {
  return (line) => write(prettyLine(line));
}

function prettyLine(line: string): string {
  const parsed: JsonValue = JSON.parse(line);
  if (!isObject(parsed)) return line;
  const { time, level, msg, err, ...fields } = parsed;
  const rest = Object.entries(fields).map(([key, value]) => `${key}=${shown(value)}`);
  const trouble = isObject(err) ? [`(${shown(err.message)})`] : [];
  return `${[shown(time).slice(11, 23), shown(level).padEnd(5), shown(msg), ...rest, ...trouble].join(' ')}\n`;
}

function shown(value: JsonValue | undefined): string {
  const text = typeof value === 'string' ? value : JSON.stringify(value ?? '');
  // One line stays one line, and no text steers the terminal.
  return text.replace(/\p{Cc}/gu, ' ');
}
