/** A host name as Kratos wants it: of labels only the very first may not begin with a hyphen. */
export function isHostname(text: string): boolean {
  const name = text.endsWith('.') ? text.slice(0, -1) : text;
  if (name.length > 253 || name.startsWith('-')) return false;
  return name.split('.').every((label) => label.length <= 63 && /^[A-Za-z0-9-]*[A-Za-z0-9]$/.test(label));
}

/** What Go's `net/mail` reads as one address without a name, with a host name behind the last `@`. */
export function isEmail(text: string): boolean {
  const at = text.lastIndexOf('@');
  if (at < 0 || Buffer.byteLength(text) > 254) return false;
  const [local, domain] = [text.slice(0, at), text.slice(at + 1)];
  if (Buffer.byteLength(local) > 64 || !isHostname(domain) || domain.endsWith('.')) return false;
  const name = local.replace(/^[ \t]*/, '');
  return name.startsWith('"') ? QUOTED.test(name) : ATOMS.test(name);
}

/** Every visible character but the specials; all beyond ASCII are visible. */
const ATOM = String.raw`(?:(?![()<>[\]:;@\\,".])[!-~\u0080-\uffff])+`;
const ATOMS = new RegExp(`^${ATOM}(?:\\.${ATOM})*$`);
const QUOTED = /^"(?:(?!["\\])[\t -~\u0080-\uffff]|\\[\t -~\u0080-\uffff])+"$/;
