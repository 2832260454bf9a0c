import { isObject, type JsonObject, type JsonValue } from '../../../src/model/json.ts';
import { type Compiled, decoded } from './compiled.ts';
import { type Failure, fail, failureText, type Place, under } from './failure.ts';
import { hasFormat } from './formats.ts';
import { scalarText } from './go-json.ts';
import { goQuoted } from './go-print.ts';
import { KRATOS } from './marks.ts';
import { notFormat, Validator } from './validator.ts';
import { type Dialect, isSince, type KratosVersion } from './version.ts';

interface Address {
  readonly via: string;
  readonly value: string;
}

/** What a schema makes of traits: login identifiers by credential type, and addresses. */
export interface Derived {
  readonly identifiers: ReadonlyMap<string, readonly string[]>;
  readonly verifiable: readonly Address[];
  readonly recovery: readonly Address[];
}

/** Validates traits against an identity schema and collects what its `ory.sh/kratos` extensions mark. Throws `NotDone`. */
export function judgeTraits(
  { root, draft }: Compiled,
  traits: JsonValue,
  dialect: Dialect,
): { readonly failure: string | undefined; readonly derived: Derived } {
  const collector: Collector = new Collector(dialect, (what, at) => validator.doubt(what, at));
  const validator = new Validator({
    root,
    draft,
    knowsTel: dialect.modern,
    placed: ({ schema }) => schema,
    extension: (part, value, at) => collector.visit(part, value, at),
  });
  const failure = validator.judge(root, decoded({ traits }), { instance: '#', schema: '#' });
  return { failure: failure === undefined ? undefined : failureText(failure), derived: collector };
}

type Doubt = (what: string, at: Place) => never;

/** The extension's rules of the releases, in the order in which Kratos runs them; the first failure ends it. */
class Collector implements Derived {
  readonly identifiers = new Map<string, string[]>();
  readonly verifiable: Address[] = [];
  readonly recovery: Address[] = [];
  readonly #dialect: Dialect;
  readonly #doubt: Doubt;

  constructor(dialect: Dialect, doubt: Doubt) {
    this.#dialect = dialect;
    this.#doubt = doubt;
  }

  visit(part: JsonObject, value: JsonValue, at: Place): Failure | undefined {
    const marks = part[KRATOS];
    if (!isObject(marks)) return undefined;
    this.#identify('password', marks.credentials, value);
    if (this.#isSince('0.10')) this.#identify('webauthn', marks.credentials, value);
    const format = typeof part.format === 'string' ? part.format : '';
    return (
      (this.#isSince('1.3') ? this.#code(marks.credentials, value, at) : undefined) ??
      this.#verification(viaOf(marks.verification), format, value, at) ??
      this.#recovery(viaOf(marks.recovery), value, at)
    );
  }

  #isSince(version: KratosVersion): boolean {
    return isSince(this.#dialect.version, version);
  }

  #identify(type: string, credentials: JsonValue | undefined, value: JsonValue): void {
    if (markOf(credentials, type, 'identifier') !== true) return;
    this.#identifier(type, scalarText(value).trim().toLowerCase());
  }

  #identifier(type: string, identifier: string): void {
    const known = this.identifiers.get(type) ?? [];
    if (!known.includes(identifier)) known.push(identifier);
    this.identifiers.set(type, known);
  }

  /** A text without `@` is no address to it, and stays as it is. */
  #code(credentials: JsonValue | undefined, value: JsonValue, at: Place): Failure | undefined {
    if (markOf(credentials, 'code', 'identifier') !== true) return undefined;
    const via = viaOf(markOf(credentials, 'code'));
    const text = scalarText(value);
    if (via === 'sms') return this.#codeBySms(text, at);
    if (via !== 'email') {
      const place = under(at, 'ory.sh~/kratos/credentials/code/via');
      return fail(place, `channel type ${goQuoted(via)} must be one of email, sms`);
    }
    this.#identifier('code', text.includes('@') ? text.trim().toLowerCase() : text);
    this.identifiers.get('code')?.sort();
    return undefined;
  }

  #codeBySms(text: string, at: Place): Failure | undefined {
    if (text.length <= 250 && !/[\p{Nd}+\uff0b]/u.test(text)) {
      return fail(at, 'the phone number supplied is not a number');
    }
    if (/^\d{3,17}$/.test(text)) return fail(at, 'invalid country code');
    return this.#doubt('phone numbers to the last', under(at, KRATOS_TOKEN));
  }

  /** Since v1.1 the field's own format decides alone, where it has one. */
  #verification(via: string, format: string, value: JsonValue, at: Place): Failure | undefined {
    if (via === '') return undefined;
    if (this.#isSince('1.3')) {
      if (format === '' && via !== 'email') return fail(under(at, 'format'), NO_FORMAT);
      const failure = format === '' ? this.#email(value, at) : undefined;
      if (failure === undefined) this.#address(this.verifiable, via, value, format === '' ? 'email' : format);
      return failure;
    }
    const isPhone = via === 'phone' && this.#isSince('0.10');
    if (via !== 'email' && !isPhone) return unknownVia('verification', via, at);
    const failure = isPhone ? this.#phone(value, at, 'phone') : this.#email(value, at);
    if (failure === undefined) this.#address(this.verifiable, via, value, isPhone ? 'tel' : 'email');
    return failure;
  }

  #recovery(via: string, value: JsonValue, at: Place): Failure | undefined {
    if (via === '') return undefined;
    const isSms = via === 'sms' && this.#isSince('26.2');
    if (via !== 'email' && !isSms) return unknownVia('recovery', via, at);
    const failure = isSms ? this.#phone(value, at, 'tel') : this.#email(value, at);
    if (failure === undefined) this.#address(this.recovery, via, value, isSms ? 'tel' : 'email');
    return failure;
  }

  #email(value: JsonValue, at: Place): Failure | undefined {
    const place = under(at, 'format');
    return hasFormat('email', value) === true ? undefined : notFormat(place, value, 'email');
  }

  #phone(value: JsonValue, at: Place, name: string): Failure | undefined {
    const holds =
      hasFormat('tel', value) ?? this.#doubt('phone numbers to the last', under(at, KRATOS_TOKEN));
    return holds ? undefined : notFormat(under(at, 'format'), value, name);
  }

  /** v0.5 keeps an address as it is; later releases take off spaces and the case of an email. */
  #address(known: Address[], via: string, value: JsonValue, format: string): void {
    const text = scalarText(value);
    const trimmed = this.#dialect.modern ? text.trim() : text;
    const address = {
      via,
      value: this.#dialect.modern && format === 'email' ? trimmed.toLowerCase() : trimmed,
    };
    if (!known.some((other) => other.via === via && other.value === address.value)) known.push(address);
  }
}

const KRATOS_TOKEN = KRATOS.replace('/', '~1');
const NO_FORMAT =
  'no format specified. A format is required if verification is enabled. If this was intentional, please set "format" to "no-validate"';

function unknownVia(setting: string, via: string, at: Place): Failure {
  return fail(at, `${setting}.via has unknown value ${goQuoted(via)}`);
}

function markOf(marks: JsonValue | undefined, ...path: readonly string[]): JsonValue | undefined {
  return path.reduce<JsonValue | undefined>(
    (value, key) => (isObject(value) ? value[key] : undefined),
    marks,
  );
}

/** Empty where there is none. */
function viaOf(mark: JsonValue | undefined): string {
  const via = markOf(mark, 'via');
  return typeof via === 'string' ? via : '';
}
