import { isObject, type JsonObject, type JsonValue } from '../../../src/model/json.ts';
import { type Failure, failureText, type Place, under } from './failure.ts';
import { hasFormat } from './formats.ts';
import { scalarText } from './go-json.ts';
import { notFormat, validate } from './validator.ts';
import type { Dialect } from './version.ts';

const KRATOS = 'ory.sh/kratos';
const CREDENTIALS = ['password', 'webauthn', 'code'] as const;

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

/** Validates traits against an identity schema and collects what its `ory.sh/kratos` extensions mark. */
export function judgeTraits(
  schema: JsonObject,
  traits: JsonValue,
  dialect: Dialect,
): { readonly failure: string | undefined; readonly derived: Derived } {
  const collector = new Collector(dialect);
  const failure = validate(
    schema,
    { traits },
    { instance: '#', schema: '#' },
    {
      root: schema,
      extension: (part, value, at) => collector.visit(part, value, at),
    },
  );
  return { failure: failure === undefined ? undefined : failureText(failure), derived: collector };
}

class Collector implements Derived {
  readonly identifiers = new Map<string, string[]>();
  readonly verifiable: Address[] = [];
  readonly recovery: Address[] = [];
  readonly #dialect: Dialect;

  constructor(dialect: Dialect) {
    this.#dialect = dialect;
  }

  visit(part: JsonObject, value: JsonValue, at: Place): Failure | undefined {
    const marks = part[KRATOS];
    if (!isObject(marks)) return undefined;
    for (const type of CREDENTIALS) {
      if (markOf(marks.credentials, type, 'identifier') === true) this.#identifier(type, scalarText(value));
    }
    const verify = viaOf(marks.verification);
    const recover = viaOf(marks.recovery);
    const mustBeEmail = recover === 'email' || (verify === 'email' && part.format !== 'no-validate');
    if (mustBeEmail && !hasFormat('email', value)) return notFormat(under(at, 'format'), value, 'email');
    if (verify !== undefined) this.#address(this.verifiable, verify, scalarText(value));
    if (recover !== undefined) this.#address(this.recovery, recover, scalarText(value));
    return undefined;
  }

  #identifier(type: string, value: string): void {
    const known = this.identifiers.get(type) ?? [];
    const identifier = value.trim().toLowerCase();
    if (!known.includes(identifier)) known.push(identifier);
    this.identifiers.set(type, known);
  }

  /** v0.5 keeps the case of an address; later releases normalise it. */
  #address(known: Address[], via: string, value: string): void {
    const address = { via, value: this.#dialect.modern ? value.trim().toLowerCase() : value };
    if (!known.some((other) => other.via === via && other.value === address.value)) known.push(address);
  }
}

function markOf(marks: JsonValue | undefined, ...path: readonly string[]): JsonValue | undefined {
  return path.reduce<JsonValue | undefined>(
    (value, key) => (isObject(value) ? value[key] : undefined),
    marks,
  );
}

function viaOf(mark: JsonValue | undefined): string | undefined {
  const via = markOf(mark, 'via');
  return typeof via === 'string' ? via : undefined;
}
