/** What of a text Go's `url.Parse` found. `doubt`: versions of Go differ on its host. */
interface Parsed {
  readonly scheme: string;
  readonly path: string;
  readonly doubt: boolean;
}

export function isUri(text: string): boolean | undefined {
  const parsed = parse(text);
  return parsed !== undefined && parsed.scheme !== '' && settled(parsed);
}

export function isUriReference(text: string): boolean | undefined {
  const parsed = parse(text);
  return parsed !== undefined && settled(parsed);
}

/** Braces are looked at in the path only: in pairs within a segment, and not nested. */
export function isUriTemplate(text: string): boolean | undefined {
  const parsed = parse(text);
  if (parsed === undefined) return false;
  const paired = parsed.path.split('/').every((part) => /^[^{}]*(?:\{[^{}]*\}[^{}]*)*$/.test(part));
  return paired && settled(parsed);
}

function settled({ doubt }: Parsed): boolean | undefined {
  return doubt ? undefined : true;
}

/** By the steps of `url.Parse`; `undefined` where it fails. */
function parse(text: string): Parsed | undefined {
  const [, address = '', fragment = ''] = /^([^#]*)#?(.*)$/s.exec(text) ?? [];
  // Control characters.
  if (/[^ -~\u0080-\uffff]/.test(address) || !isEscaped(fragment)) return undefined;
  if (address.startsWith(':')) return undefined;
  const [, scheme = '', rest = ''] = /^(?:([A-Za-z][A-Za-z0-9+.-]*):)?([^?]*)/.exec(address) ?? [];
  if (!rest.startsWith('/')) {
    if (scheme !== '') return { scheme, path: '', doubt: false };
    if (/^[^/]*:/.test(rest)) return undefined;
  }
  const hasAuthority = rest.startsWith('//') && (scheme !== '' || !rest.startsWith('///'));
  const authority = hasAuthority ? (/^[^/]*/.exec(rest.slice(2))?.[0] ?? '') : '';
  const path = hasAuthority ? rest.slice(2 + authority.length) : rest;
  const doubt = isAuthority(authority);
  return doubt === undefined || !isEscaped(path) ? undefined : { scheme, path, doubt };
}

/** Whether versions of Go differ on it; `undefined` where all refuse it. */
function isAuthority(authority: string): boolean | undefined {
  const at = authority.lastIndexOf('@');
  const user = authority.slice(0, Math.max(at, 0));
  if (!/^[A-Za-z0-9\-._:~!$&'()*+,;=%@]*$/.test(user) || !isEscaped(user)) return undefined;
  const host = authority.slice(at + 1);
  // Go 1.25 and 1.26 became stricter about brackets and colons.
  if (host.includes('[')) return host.includes(']') ? true : undefined;
  const port = host.lastIndexOf(':');
  if (port >= 0 && !/^[0-9]*$/.test(host.slice(port + 1))) return undefined;
  // Of escapes only those of bytes beyond ASCII, and `%25`.
  if (!/^(?:[A-Za-z0-9\-_.~!$&'()*+,;=:\]<>"\u0080-\uffff]|%[89A-Fa-f][0-9A-Fa-f]|%25)*$/.test(host)) {
    return undefined;
  }
  return host.indexOf(':') !== port || host.includes(']');
}

function isEscaped(text: string): boolean {
  return !/%(?![0-9A-Fa-f]{2})/.test(text);
}
