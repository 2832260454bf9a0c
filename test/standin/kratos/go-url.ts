import { isIpv6 } from './go-ip.ts';

/** What matters here of an address that Go's `url.Parse` takes; `sure` is false where its releases differ. */
interface Address {
  readonly scheme: string;
  readonly path: string;
  readonly sure: boolean;
}

export function isUri(text: string): boolean | undefined {
  const address = parse(text);
  if (address === undefined || address.scheme === '') return false;
  return address.sure || undefined;
}

export function isUriReference(text: string): boolean | undefined {
  const address = parse(text);
  if (address === undefined) return false;
  return address.sure || undefined;
}

/** Kratos looks at the braces of each segment of the path, and nowhere else. */
export function isUriTemplate(text: string): boolean | undefined {
  const address = parse(text);
  if (address === undefined) return false;
  for (const segment of address.path.split('/')) {
    if (segment.replaceAll(/\{[^{}]*\}/g, '').match(/[{}]/)) return false;
  }
  return address.sure || undefined;
}

/** `undefined` where Go finds an error. */
function parse(text: string): Address | undefined {
  const hash = text.indexOf('#');
  const whole = hash < 0 ? text : text.slice(0, hash);
  if (hash >= 0 && !hasGoodEscapes(text.slice(hash + 1))) return undefined;
  // Control characters are refused everywhere but in the fragment.
  if (/[^ -~\u0080-\uffff]/.test(whole) || whole.startsWith(':')) return undefined;
  const scheme = /^([A-Za-z][A-Za-z0-9+.-]*):/.exec(whole)?.[1] ?? '';
  const [rest = ''] = whole.slice(scheme === '' ? 0 : scheme.length + 1).split('?');
  if (!rest.startsWith('/')) {
    if (scheme !== '') return { scheme, path: '', sure: true };
    const [first = ''] = rest.split('/');
    if (first.includes(':')) return undefined;
  }
  const hasHost = rest.startsWith('//') && (scheme !== '' || !rest.startsWith('///'));
  const [authority = ''] = hasHost ? rest.slice(2).split('/') : [];
  const path = hasHost ? rest.slice(2 + authority.length) : rest;
  const host = isAuthority(authority);
  return host === false || !hasGoodEscapes(path) ? undefined : { scheme, path, sure: host === true };
}

function isAuthority(authority: string): boolean | undefined {
  const at = authority.lastIndexOf('@');
  const user = authority.slice(0, Math.max(at, 0));
  if (!/^[A-Za-z0-9\-._:~!$&'()*+,;=%@]*$/.test(user) || !hasGoodEscapes(user)) return false;
  return isHost(authority.slice(at + 1));
}

/** Go 1.25 and 1.26 look closer at brackets and at more than one colon. */
function isHost(host: string): boolean | undefined {
  if (host.startsWith('[') && !host.includes(']')) return false;
  const [, literal] = /^\[([0-9A-Fa-f:]*)\](?::\d*)?$/.exec(host) ?? [];
  if (literal !== undefined) return isIpv6(literal) || undefined;
  if (/[[\]]/.test(host)) return undefined;
  const colon = host.lastIndexOf(':');
  if (colon >= 0 && !/^\d*$/.test(host.slice(colon + 1))) return false;
  // Of escapes only those of bytes beyond ASCII, and that of the percent sign.
  const plain = host.replaceAll(/%(?:[89A-Fa-f][0-9A-Fa-f]|25)/g, '');
  if (!/^[A-Za-z0-9\-_.~!$&'()*+,;=:<>"\u0080-\uffff]*$/.test(plain)) return false;
  return host.indexOf(':') === colon || undefined;
}

function hasGoodEscapes(text: string): boolean {
  return !/%(?![0-9A-Fa-f]{2})/.test(text);
}
