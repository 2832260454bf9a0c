const UNITS = [
  ['y', 365 * 86_400],
  ['d', 86_400],
  ['h', 3_600],
  ['m', 60],
  ['s', 1],
] as const;

/** How long ago an RFC 3339 time was, in its largest unit (`3d`); `undefined` for none. What is to come is `in 3d`. */
export function age(time: string | undefined, now: number): string | undefined {
  const at = Date.parse(time ?? '');
  if (Number.isNaN(at)) return undefined;
  return at > now ? `in ${span(at - now)}` : span(now - at);
}

/** A span of milliseconds in its largest unit. */
export function span(ms: number): string {
  const seconds = Math.floor(ms / 1000);
  for (const [unit, length] of UNITS) if (seconds >= length) return `${Math.floor(seconds / length)}${unit}`;
  return '0s';
}
