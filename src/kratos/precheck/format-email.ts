/** An address by the rules of Go's `net/mail`, with a host name for a domain. */
export function isEmail(text: string): boolean {
  const at = text.lastIndexOf('@');
  const local = text.slice(0, Math.max(at, 0));
  const domain = text.slice(at + 1);
  if (at < 0 || Buffer.byteLength(text) > 254 || Buffer.byteLength(local) > 64) return false;
  if (!isHostname(domain) || /^\.|\.\.|\.$/.test(domain)) return false;
  const name = local.replace(/^[ \t]+/, '');
  return name.startsWith('"') ? isQuoted(name) : isDotAtom(name);
}

/** Letters beyond ASCII are welcome in both. */
function isDotAtom(name: string): boolean {
  return /^[!#-'*+\-./0-9=?A-Z^-~\u0080-\uffff]+$/.test(name) && !/^\.|\.\.|\.$/.test(name);
}

function isQuoted(name: string): boolean {
  return /^"(?:[ \t!#-[\]-~\u0080-\uffff]|\\[ \t!-~\u0080-\uffff])+"$/.test(name);
}

/** Only the whole may not begin with a hyphen, not every label; one dot at the end is dropped. */
export function isHostname(text: string): boolean {
  const name = text.replace(/\.$/, '');
  if (name.length > 253 || name.startsWith('-')) return false;
  return name.split('.').every((label) => /^[A-Za-z0-9-]{0,62}[A-Za-z0-9]$/.test(label));
}
