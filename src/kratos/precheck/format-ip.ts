/** Four numbers as Go's `Atoi` takes them: a sign and leading zeros are fine. */
export function isIpv4(text: string): boolean {
  const groups = text.split('.');
  return groups.length === 4 && groups.every((group) => /^[+-]?[0-9]+$/.test(group) && isByte(Number(group)));
}

function isByte(value: number): boolean {
  return value >= 0 && value <= 255;
}

/** Not sure of leading zeros: Go 1.17 and 1.22 became stricter. */
export function isIpv6(text: string): boolean | undefined {
  if (text.length > 100) return undefined;
  const [, head = '', tail] = /^(.*:)([0-9.]*\.[0-9.]*)$/s.exec(text) ?? [];
  if (tail !== undefined && !/^(?:[0-9]+\.){3}[0-9]+$/.test(tail)) return false;
  if (tail !== undefined && !tail.split('.').every((part) => isByte(Number(part)))) return false;
  // An IPv4 address at the end stands for two groups.
  const sides = (tail === undefined ? text : `${head}0:0`).split('::');
  const groups = sides.flatMap((side) => (side === '' ? [] : side.split(':')));
  const counts = sides.length === 1 ? groups.length === 8 : sides.length === 2 && groups.length < 8;
  if (!counts || !groups.every((group) => /^0*[0-9a-fA-F]{1,4}$/.test(group))) return false;
  const padded = groups.some((group) => group.length > 4) || /(?:^|\.)0[0-9]/.test(tail ?? '');
  return padded ? undefined : true;
}
