const HOSTNAME = /^(?=.{1,253}\.?$)(?!-)[A-Za-z0-9-]{1,63}(?<!-)(?:\.(?!-)[A-Za-z0-9-]{1,63}(?<!-))*\.?$/;
const ATOM = /^[^\s()<>[\]:;@\\,."]+(?:\.[^\s()<>[\]:;@\\,."]+)*$/;
const IPV4 = /^(?:\d{1,3}\.){3}\d{1,3}$/;

function isEmail(text: string): boolean {
  const at = text.lastIndexOf('@');
  const local = text.slice(0, Math.max(at, 0));
  const fits = text.length <= 254 && local.length <= 64;
  return (
    at > 0 && fits && HOSTNAME.test(text.slice(at + 1)) && (ATOM.test(local) || /^"[^"\\]*"$/.test(local))
  );
}

function isDate(text: string): boolean {
  return /^\d{4}-\d{2}-\d{2}$/.test(text) && !Number.isNaN(Date.parse(text));
}

function isDateTime(text: string): boolean {
  return (
    /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(?:\.\d+)?(?:Z|[+-]\d{2}:\d{2})$/.test(text) &&
    !Number.isNaN(Date.parse(text))
  );
}

function isIpv4(text: string): boolean {
  return IPV4.test(text) && text.split('.').every((group) => Number(group) <= 255);
}

const formats: Readonly<Record<string, (text: string) => boolean>> = {
  email: isEmail,
  date: isDate,
  'date-time': isDateTime,
  time: (text) => isDateTime(`1970-01-01T${text}`),
  hostname: (text) => HOSTNAME.test(text),
  ipv4: isIpv4,
  'ip-address': isIpv4,
  ipv6: (text) => text.includes(':') && URL.canParse(`http://[${text}]`),
  uri: (text) => URL.canParse(text),
  iri: (text) => URL.canParse(text),
  'json-pointer': (text) => /^(?:\/(?:[^~]|~[01])*)*$/.test(text),
};

/** Whether a value has a format. Unknown formats hold for everything, known ones for no value but a string. */
export function hasFormat(format: string, value: unknown): boolean {
  const test = Object.hasOwn(formats, format) ? formats[format] : undefined;
  return test === undefined || (typeof value === 'string' && test(value));
}
