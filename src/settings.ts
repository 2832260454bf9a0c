import { parseGoDuration } from './model/duration.ts';

/** What a text means as a setting, or what is wrong with it: an end to the sentence "--flag (ENV) …". */
export type Read<T> = { readonly value: T } | { readonly problem: string };

export function url(text: string): Read<string> {
  const parsed = URL.canParse(text) ? new URL(text) : undefined;
  if (parsed === undefined || !/^https?:$/.test(parsed.protocol)) {
    return { problem: 'must be an http or https URL, such as http://kratos-admin.kratos.svc:80' };
  }
  if (parsed.username !== '' || parsed.password !== '') {
    return { problem: 'must not hold credentials, which would end in logs; use --kratos-token-file' };
  }
  if (parsed.search !== '' || parsed.hash !== '') return { problem: 'must not have a query or a fragment' };
  return { value: text.replace(/\/+$/, '') };
}

export function text(value: string): Read<string> {
  return value === '' ? { problem: 'must not be empty' } : { value };
}

export function duration(leastMs: number): (text: string) => Read<number> {
  return (value) => {
    const ms = parseGoDuration(value);
    if (ms !== undefined && ms >= leastMs) return { value: ms };
    return { problem: `must be a Go duration of at least ${leastMs / 1000}s, such as 10m or 1h30m` };
  };
}

export function wholeNumber(least: number, most: number): (text: string) => Read<number> {
  return (value) => {
    const number = /^\d+$/.test(value) ? Number(value) : Number.NaN;
    if (number >= least && number <= most) return { value: number };
    return { problem: `must be a whole number from ${least} to ${most}` };
  };
}

export function oneOf<T extends string>(...allowed: readonly T[]): (text: string) => Read<T> {
  return (value) => {
    const found = allowed.find((one) => one === value);
    return found === undefined ? { problem: `must be one of ${allowed.join(', ')}` } : { value: found };
  };
}

export function yesOrNo(value: string): Read<boolean> {
  if (value === 'true' || value === 'false') return { value: value === 'true' };
  return { problem: 'must be true or false' };
}

const LABEL = /^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?$/;

export function namespace(value: string): Read<string> {
  return LABEL.test(value) ? { value } : { problem: 'must be the name of a namespace, such as identity' };
}

/** Namespaces, comma separated; none means all. */
export function namespaces(value: string): Read<readonly string[]> {
  const names = value.split(',').map((name) => name.trim());
  if (names.length === 1 && names[0] === '') return { value: [] };
  const bad = names.find((name) => !LABEL.test(name));
  if (bad !== undefined)
    return { problem: 'must be names of namespaces separated by commas, such as team-a,team-b' };
  return { value: [...new Set(names)] };
}

export interface Address {
  readonly host: string | undefined;
  readonly port: number;
}

/** `:8080`, `127.0.0.1:8080`, `[::1]:8080`; no host means every interface. */
export function address(value: string): Read<Address> {
  const match = /^(?:\[([0-9A-Fa-f:.]+)\]|([^:[\]]*)):(\d{1,5})$/.exec(value);
  const port = Number(match?.[3]);
  if (match === null || port > 65_535) {
    return { problem: 'must be an address with a port, such as :8080 or 127.0.0.1:8080' };
  }
  const host = match[1] ?? match[2];
  return { value: { host: host === '' ? undefined : host, port } };
}
