import type { JsonObject, JsonValue } from '../../../src/model/json.ts';
import { type Failure, fail, type Place, under } from './failure.ts';
import type { Judge } from './validator.ts';

type JudgePart = (part: JsonValue | undefined, keyword: string) => Failure | undefined;

/** `not`, `allOf`, `anyOf`, `oneOf` and `if`: the same value under other schemas. */
export function checkCombined(schema: JsonObject, value: JsonValue, at: Place, run: Judge): Failure[] {
  const judge: JudgePart = (part, keyword) => run.judge(part, value, under(at, keyword));
  const failures: (Failure | undefined)[] = [];
  if (schema.not !== undefined && judge(schema.not, 'not') === undefined) {
    failures.push(fail(under(at, 'not'), 'not failed'));
  }
  for (const [index, part] of listOf(schema.allOf).entries()) {
    const cause = judge(part, `allOf/${index}`);
    if (cause !== undefined) failures.push(fail(under(at, `allOf/${index}`), 'allOf failed', [cause]));
  }
  failures.push(checkAnyOf(listOf(schema.anyOf), at, judge), checkOneOf(listOf(schema.oneOf), at, judge));
  if (run.draft >= 7) failures.push(checkIf(schema, at, judge));
  return failures.filter((failure) => failure !== undefined);
}

export function listOf(value: JsonValue | undefined): readonly JsonValue[] {
  return Array.isArray(value) ? value : [];
}

export function textsOf(value: JsonValue | undefined): string[] {
  return listOf(value).filter((item) => typeof item === 'string');
}

/** Ends with the first that holds. */
function checkAnyOf(parts: readonly JsonValue[], at: Place, judge: JudgePart): Failure | undefined {
  const causes: Failure[] = [];
  for (const [index, part] of parts.entries()) {
    const cause = judge(part, `anyOf/${index}`);
    if (cause === undefined) return undefined;
    causes.push(cause);
  }
  return parts.length > 0 ? fail(under(at, 'anyOf'), 'anyOf failed', causes) : undefined;
}

/** Ends with the second that holds. */
function checkOneOf(parts: readonly JsonValue[], at: Place, judge: JudgePart): Failure | undefined {
  const causes: Failure[] = [];
  let matched: number | undefined;
  for (const [index, part] of parts.entries()) {
    const cause = judge(part, `oneOf/${index}`);
    if (cause !== undefined) causes.push(cause);
    else if (matched === undefined) matched = index;
    else return fail(under(at, 'oneOf'), `valid against schemas at indexes ${matched} and ${index}`);
  }
  const failed = parts.length > 0 && matched === undefined;
  return failed ? fail(under(at, 'oneOf'), 'oneOf failed', causes) : undefined;
}

function checkIf(schema: JsonObject, at: Place, judge: JudgePart): Failure | undefined {
  if (!isConditional(schema)) return undefined;
  const branch = judge(schema.if, 'if') === undefined ? 'then' : 'else';
  const cause = judge(schema[branch], branch);
  return cause === undefined ? undefined : fail(under(at, branch), `if-${branch} failed`, [cause]);
}

/** `if` alone is nothing. */
export function isConditional(schema: JsonObject): boolean {
  return schema.if !== undefined && (schema.then !== undefined || schema.else !== undefined);
}
