/** Four decimal numbers that Go's `Atoi` takes, signs and all. */
export function isIpv4(text: string): boolean {
  const groups = text.split('.');
  return (
    groups.length === 4 &&
    groups.every((group) => /^[+-]?\d+$/.test(group) && Number(group) >= 0 && Number(group) <= 255)
  );
}

/** By Go's `net.ParseIP`. `undefined`: leading zeros are a question of its release. */
export function isIpv6(text: string): boolean | undefined {
  const halves = text.split('::');
  if (!text.includes(':') || halves.length > 2) return false;
  const groups = halves.flatMap((half) => (half === '' ? [] : half.split(':')));
  const last = groups.at(-1) ?? '';
  // An address of the fourth version at the end, in place of two groups.
  const embedded = last.includes('.');
  if (embedded && !isQuad(last)) return false;
  const hex = embedded ? groups.slice(0, -1) : groups;
  if (embedded && text.endsWith('::')) return false;
  if (!hex.every((group) => /^0*[0-9a-fA-F]{1,4}$/.test(group))) return false;
  const count = hex.length + (embedded ? 2 : 0);
  if (halves.length === 2 ? count > 7 : count !== 8) return false;
  return hex.some((group) => group.length > 4) || (embedded && /\b0\d/.test(last)) ? undefined : true;
}

function isQuad(text: string): boolean {
  const groups = text.split('.');
  return groups.length === 4 && groups.every((group) => /^\d+$/.test(group) && Number(group) <= 255);
}
