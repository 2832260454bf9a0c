/** One thing that Kratos would refuse in traits. */
export interface Objection {
  /** Where, in the form of `Violation.pointer`: e.g. `/traits/email`; the parent for what is missing or too much. */
  readonly pointer: string;
  /** The last part of Kratos' own schema pointer: mostly a keyword, e.g. `format`. */
  readonly keyword: string;
  /** What the schema asks for, e.g. `must be an email`. Never says anything of the value. */
  readonly expectation: string;
}

/**
 * What is known of a value under a schema: with objections Kratos refuses it for sure, with none and no doubt it accepts
 * it for sure, else nobody knows. The third case is what keeps `not` and its like from turning leniency into an objection.
 */
export interface Judged {
  readonly objections: readonly Objection[];
  readonly doubt: boolean;
}

/** Where a value is, and the last part of the pointer of the schema that judges it. */
export interface Place {
  readonly pointer: string;
  readonly token: string;
}

export const FINE: Judged = { objections: [], doubt: false };
export const DOUBT: Judged = { objections: [], doubt: true };

export function objection(pointer: string, keyword: string, expectation: string): Judged {
  return { objections: [{ pointer, keyword, expectation }], doubt: false };
}

/** All of the parts have to hold. */
export function allOf(parts: readonly Judged[]): Judged {
  return {
    objections: parts.flatMap(({ objections }) => objections),
    doubt: parts.some(({ doubt }) => doubt),
  };
}

export function holds({ objections, doubt }: Judged): boolean {
  return objections.length === 0 && !doubt;
}

export function fails({ objections }: Judged): boolean {
  return objections.length > 0;
}

/** The place of a member or an item; `token` is where its schema is found below the parent's. */
export function below({ pointer }: Place, key: string, token: string): Place {
  return { pointer: `${pointer}/${escaped(key)}`, token };
}

/** A key as one part of a JSON pointer (RFC 6901). */
export function escaped(key: string): string {
  return key.replaceAll('~', '~0').replaceAll('/', '~1');
}
